/**
 * Every use of an address in a function: what a lowering must know before it may move what is there.
 *
 * Uses through an address of the function's own frame alone are left out; where the frame is one of
 * several targets they are in. Moving an address between registers, adding to it, and loading it back
 * from an exactly tracked slot of the frame are no uses.
 */
import { argumentReach, argumentsRead, type CallTarget, calledHelper, isCall } from '../calls.ts';
import type { Instruction } from '../code.ts';
import {
  ADDR_SPACE_CAST,
  Alu,
  Atomic,
  Class,
  classOf,
  isAlu,
  isAtomic,
  isConditional,
  isLoad,
  isPacketLoad,
  isStore,
  Jump,
  Mode,
  modeOf,
  Opcode,
  operationOf,
  usesRegister,
  type Width,
  widthOf,
} from '../opcode.ts';
import type { Dataflow } from './analysis.ts';
import { isSameTarget } from './arithmetic.ts';
import { heldThrough } from './passed-frame.ts';
import { isTrackedSlot, type State } from './state.ts';
import { hasTarget, STACK_TARGET } from './targets.ts';
import { memorySize } from './transfer.ts';
import { type Address, impure, type Value } from './value.ts';

/** A load, store or atomic operation through an address. */
export interface Access {
  readonly slot: number;
  readonly width: Width;
  readonly base: Address;
  /** The register that holds the address. */
  readonly register: number;
  /** The first byte accessed, from the target's start; known only for one target and an exact address. */
  readonly offset: number | undefined;
}

export type AddressUse =
  | (Access & { readonly kind: 'load'; readonly signed: boolean; readonly result: number })
  | (Access & { readonly kind: 'store' })
  /** Also load-acquire and store-release; `operation` is one of `Atomic`. */
  | (Access & { readonly kind: 'atomic'; readonly operation: number })
  /** A whole address stored to a tracked slot of the frame, at r10+`frameOffset`. */
  | (Use & { readonly kind: 'spill'; readonly frameOffset: number })
  /** An address, or part of one, stored anywhere else; `into` is where, if that is an address itself. */
  | (Use & { readonly kind: 'escape'; readonly into: Address | undefined })
  /** Passed to a helper as argument 1 to 5. */
  | (Use & { readonly kind: 'helper'; readonly helper: number; readonly argument: number })
  /** Passed to a function or kfunc (`callee` is the resolver's id, if it gave one) as argument 1 to 5. */
  | (Use & {
      readonly kind: 'function';
      readonly callee: CallTarget;
      readonly argument: number;
    })
  /** Held, or maybe, by that part of the frame whose address is passed as `argument` to a call that follows addresses. */
  | (Use & { readonly kind: 'indirect'; readonly callee: CallTarget; readonly argument: number })
  /** In r0 at an exit. */
  | (Use & { readonly kind: 'return' })
  /** Called or jumped to. */
  | (Use & { readonly kind: 'called' })
  /** Compared, with anything. */
  | (Use & { readonly kind: 'compare' })
  /** Subtracted from another address of the same target, or that from it. */
  | (Use & { readonly kind: 'difference' })
  /** Computed with in a way that depends on the number that the address is; `opcode` says how. */
  | (Use & { readonly kind: 'number'; readonly opcode: number });

export interface Use {
  readonly slot: number;
  readonly value: Address;
  readonly register: number;
}

/** All uses, in program order. */
export function findAddressUses(analysis: Dataflow): AddressUse[] {
  const uses: AddressUse[] = [];
  const { code } = analysis.flow;
  analysis.visit((slot, state) => {
    collect(analysis, new Site(slot, code.at(slot), state, uses));
  });
  return uses;
}

/** An address that may lie outside the frame. */
function tracked(value: Value): value is Address {
  return (
    value.kind === 'address' &&
    !(value.targets.ids.length === 1 && value.targets.ids[0] === STACK_TARGET)
  );
}

/** One instruction and the state before it. */
class Site {
  readonly slot: number;
  readonly instruction: Instruction;
  readonly state: State;
  readonly uses: AddressUse[];

  constructor(slot: number, instruction: Instruction, state: State, uses: AddressUse[]) {
    this.slot = slot;
    this.instruction = instruction;
    this.state = state;
    this.uses = uses;
  }

  /** The use of a register's value, undefined where that is no address of interest. */
  use(register: number): Use | undefined {
    const value = this.state.register(register);
    return tracked(value) ? { slot: this.slot, value, register } : undefined;
  }

  access(register: number): Access | undefined {
    const use = this.use(register);
    if (use === undefined) return undefined;
    const base = use.value;
    const { opcode, offset } = this.instruction;
    return {
      slot: this.slot,
      width: widthOf(opcode),
      base,
      register,
      offset: base.offset === undefined ? undefined : base.offset + offset,
    };
  }

  number(register: number): void {
    const use = this.use(register);
    if (use) this.uses.push({ kind: 'number', ...use, opcode: this.instruction.opcode });
  }
}

function collect(analysis: Dataflow, site: Site): void {
  const { opcode, dst, src } = site.instruction;
  const { uses } = site;
  if (isAlu(opcode)) {
    alu(site);
  } else if (isLoad(opcode)) {
    const signed = modeOf(opcode) === Mode.MEMSX;
    const access = site.access(src);
    if (access) uses.push({ kind: 'load', ...access, signed, result: dst });
  } else if (isStore(opcode)) {
    const access = site.access(dst);
    if (access) uses.push({ kind: 'store', ...access });
    if (classOf(opcode) === Class.STX) stored(site, true);
  } else if (isAtomic(opcode)) {
    atomic(site);
  } else if (isConditional(opcode)) {
    if (opcode !== Opcode.MAY_GOTO) conditional(site);
  } else if (isPacketLoad(opcode)) {
    if (modeOf(opcode) === Mode.IND) site.number(src);
  } else if (isCall(opcode)) {
    call(site, analysis.callAt(site.slot));
  } else if (opcode === Opcode.GOTOX) {
    const use = site.use(dst);
    if (use) uses.push({ kind: 'called', ...use });
  } else if (opcode === Opcode.EXIT) {
    const use = site.use(0);
    if (use) uses.push({ kind: 'return', ...use });
  }
}

function alu(site: Site): void {
  const { opcode, dst, src, offset } = site.instruction;
  const operation = operationOf(opcode);
  const long = classOf(opcode) === Class.ALU64;
  const second = usesRegister(opcode) && operation !== Alu.NEG && operation !== Alu.END;
  if (operation === Alu.MOV) {
    const whole = long && (offset === 0 || offset === ADDR_SPACE_CAST);
    if (second && !whole) site.number(src);
    return;
  }
  const left = site.state.register(dst);
  const right = second ? site.state.register(src) : undefined;
  if (long && (operation === Alu.ADD || operation === Alu.SUB)) {
    if (right?.kind !== 'address') return;
    if (left.kind !== 'address') {
      if (operation === Alu.SUB) site.number(src);
      return;
    }
    if (operation === Alu.SUB && isSameTarget(left, right)) {
      for (const use of [site.use(dst), site.use(src)]) {
        if (use) site.uses.push({ kind: 'difference', ...use });
      }
      return;
    }
    // An index that was made of an address is the fault, not the address that it is added to.
    if (operation === Alu.ADD && left.pure !== right.pure) {
      site.number(left.pure ? src : dst);
      return;
    }
  }
  site.number(dst);
  if (second && src !== dst) site.number(src);
}

function conditional(site: Site): void {
  const { opcode, dst, src } = site.instruction;
  const second = usesRegister(opcode) ? src : dst;
  if (operationOf(opcode) !== Jump.JSET) {
    compare(site, dst, second);
    return;
  }
  site.number(dst);
  if (second !== dst) site.number(second);
}

function compare(site: Site, first: number, second: number): void {
  for (const register of first === second ? [first] : [first, second]) {
    const use = site.use(register);
    if (use) site.uses.push({ kind: 'compare', ...use });
  }
}

/** The address in `src`, as a value that is stored. `plain`: unchanged, by a store or store-release. */
function stored(site: Site, plain: boolean): void {
  const { opcode, dst, src, offset } = site.instruction;
  const use = site.use(src);
  if (use === undefined) return;
  const into = site.state.register(dst);
  const base = into.kind === 'address' ? into : undefined;
  if (plain && base?.offset !== undefined && hasTarget(base.targets, STACK_TARGET)) {
    const frameOffset = base.offset + offset;
    if (isTrackedSlot(frameOffset, widthOf(opcode))) {
      site.uses.push({ kind: 'spill', ...use, frameOffset });
      return;
    }
  }
  site.uses.push({ kind: 'escape', ...use, into: base });
}

function atomic(site: Site): void {
  const { dst, src, imm } = site.instruction;
  const access = site.access(imm === Atomic.LOAD_ACQ ? src : dst);
  if (access) site.uses.push({ kind: 'atomic', ...access, operation: imm });
  if (imm === Atomic.LOAD_ACQ) return;
  stored(site, imm === Atomic.STORE_REL);
  if (imm === Atomic.CMPXCHG) compare(site, 0, 0);
}

function call(site: Site, target: CallTarget): void {
  const { opcode, dst } = site.instruction;
  if (opcode === Opcode.CALLX) {
    const use = site.use(dst);
    if (use) site.uses.push({ kind: 'called', ...use });
  }
  const mask = argumentsRead(target);
  for (let argument = 1; argument <= 5; argument++) {
    if ((mask & (1 << argument)) === 0) continue;
    indirect(site, target, argument);
    const use = site.use(argument);
    if (use === undefined) continue;
    if (target.kind === 'helper') {
      site.uses.push({ kind: 'helper', ...use, helper: target.id, argument });
    } else {
      site.uses.push({ kind: 'function', ...use, callee: target, argument });
    }
  }
}

/** What the call can get at through the frame. */
function indirect(site: Site, target: CallTarget, argument: number): void {
  const value = site.state.register(argument);
  if (value.kind !== 'address' || !hasTarget(value.targets, STACK_TARGET)) return;
  const helper = calledHelper(target);
  let held: Value;
  if (helper === undefined || helper.opaque) {
    const reach = argumentReach(target, argument);
    if (!reach.follows) return;
    held = heldThrough(site.state, value, reach);
  } else {
    const passed = helper.arguments[argument - 1];
    if (passed?.kind !== 'memory' || passed.holdsAddresses !== true) return;
    held = site.state.held(value.offset, memorySize(site.state, passed));
  }
  if (held.kind !== 'address') return;
  const inside = impure(held.targets);
  if (!tracked(inside)) return;
  const { slot } = site;
  site.uses.push({
    kind: 'indirect',
    slot,
    value: inside,
    register: argument,
    callee: target,
    argument,
  });
}
