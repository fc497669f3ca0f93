/**
 * How far below and above the start of a target a function gets: by its own accesses, by the addresses that
 * it makes (which count downwards only), and by what it calls.
 *
 *     r1 = r10
 *     r1 += -8           names r10-8
 *     call fill          accesses 16 bytes below what it is given: r10-24
 *
 * A target may also be an argument of the function; its `FunctionSummary` is made of that. Helpers and
 * kernel functions only go up from what they are given. An address that another function may find in
 * memory could be moved by it to anywhere.
 */
import {
  type ArgumentReach,
  argumentReach,
  argumentsRead,
  type CallTarget,
  calledHelper,
  isCall,
} from './calls.ts';
import { findAddressUses } from './dataflow/address-uses.ts';
import type { Dataflow } from './dataflow/analysis.ts';
import { framePart, heldThrough } from './dataflow/passed-frame.ts';
import type { State } from './dataflow/state.ts';
import { STACK_TARGET } from './dataflow/targets.ts';
import { memorySize } from './dataflow/transfer.ts';
import type { Address, Value } from './dataflow/value.ts';
import { Atomic, CallKind, isAlu, isAtomic, isLoad, isStore, Opcode, widthOf } from './opcode.ts';

/** How far below and above a target's start the code gets. */
export class Reach {
  /** Relative to the target's start, as far as it is known; at most 0. */
  lowest = 0;
  /** The end of what is accessed, relative to the target's start; at least 0, Infinity where it is not known. */
  highest = 0;
  /** The instruction after which it is not known any more. */
  unbounded: number | undefined;
  /** Whether there is more than arithmetic with the target's address. */
  accessed = false;
  /** Whether addresses that stand in the target's memory may be followed. */
  follows = false;

  touch(offset: number, slot: number): void {
    if (offset === Number.NEGATIVE_INFINITY) this.unbounded ??= slot;
    else if (offset < this.lowest) this.lowest = offset;
  }

  /** An access whose first byte is not below `offset` and whose last is before `end`. */
  access(offset: number, end: number, slot: number): void {
    this.touch(offset, slot);
    this.highest = Math.max(this.highest, end);
    this.accessed = true;
  }
}

/** The reach below each of `targets`. */
export function findReach(analysis: Dataflow, targets: readonly number[]): Map<number, Reach> {
  const finder = new ReachFinder(analysis, targets);
  finder.run();
  return finder.found;
}

/** The register that the load, store or atomic operation at `slot` takes its address from. */
export function baseRegister(analysis: Dataflow, slot: number): number | undefined {
  const { code } = analysis.flow;
  const opcode = code.opcode[slot]!;
  const loads = isLoad(opcode) || (isAtomic(opcode) && code.imm[slot] === Atomic.LOAD_ACQ);
  if (loads) return code.src[slot];
  return isStore(opcode) || isAtomic(opcode) ? code.dst[slot] : undefined;
}

class ReachFinder {
  readonly found: Map<number, Reach>;
  readonly #analysis: Dataflow;

  constructor(analysis: Dataflow, targets: readonly number[]) {
    this.#analysis = analysis;
    this.found = new Map(targets.map((id) => [id, new Reach()]));
  }

  run(): void {
    const { code } = this.#analysis.flow;
    this.#analysis.visit(
      (slot, state) => {
        if (isCall(code.opcode[slot]!)) this.#call(slot, state);
        else this.#access(slot, state);
      },
      (slot, state) => {
        if (isAlu(code.opcode[slot]!)) this.#named(slot, state.register(code.dst[slot]!));
      },
    );
    if ([...this.found.keys()].every((id) => id === STACK_TARGET)) return;
    // What the frame holds is tracked; what is stored elsewhere is lost, and is no address of the frame.
    for (const use of findAddressUses(this.#analysis)) {
      if (use.kind !== 'escape' || widthOf(code.opcode[use.slot]!) < 8) continue;
      if (use.into?.targets.ids.every((id) => id === STACK_TARGET)) continue;
      this.#lose(use.slot, use.value);
    }
  }

  #reaches(value: Value): Reach[] {
    if (value.kind !== 'address') return [];
    return value.targets.ids.flatMap((id) => this.found.get(id) ?? []);
  }

  /** What lies from `offset` up to `end`, both from where `value` points, is accessed. */
  #touch(slot: number, value: Value, offset: number, end: number): void {
    if (value.kind !== 'address') return;
    const last = value.offset === undefined ? Number.POSITIVE_INFINITY : value.offset + end;
    for (const reach of this.#reaches(value)) reach.access(value.lowest + offset, last, slot);
  }

  /** An address that is only computed counts where it is known: what is not may be meant as a number. */
  #named(slot: number, value: Value): void {
    if (value.kind !== 'address' || value.lowest === Number.NEGATIVE_INFINITY) return;
    for (const reach of this.#reaches(value)) reach.touch(value.lowest, slot);
  }

  /** `value` is where it may be moved and followed. */
  #lose(slot: number, value: Value): void {
    for (const reach of this.#reaches(value)) {
      reach.access(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, slot);
      reach.follows = true;
    }
  }

  #access(slot: number, state: State): void {
    const { code } = this.#analysis.flow;
    const register = baseRegister(this.#analysis, slot);
    if (register === undefined) return;
    const opcode = code.opcode[slot]!;
    const base = state.register(register);
    const offset = code.offset[slot]!;
    // Where the loader changes the offset, to what is not known.
    if (this.#analysis.isAdjusted(slot)) {
      this.#touch(slot, base, Math.min(offset, 0), Number.POSITIVE_INFINITY);
    } else {
      this.#touch(slot, base, offset, offset + widthOf(opcode));
    }
    const reads = isLoad(opcode) || isAtomic(opcode);
    if (reads && widthOf(opcode) === 8) this.#follow(base);
  }

  #follow(base: Value): void {
    for (const reach of this.#reaches(base)) reach.follows = true;
  }

  #call(slot: number, state: State): void {
    const target = this.#analysis.callAt(slot);
    const mask = argumentsRead(target);
    for (let argument = 1; argument <= 5; argument++) {
      const value = state.register(argument);
      if ((mask & (1 << argument)) === 0 || value.kind !== 'address') continue;
      this.#pass(slot, state, target, argument, value);
    }
  }

  #pass(slot: number, state: State, target: CallTarget, argument: number, value: Address): void {
    const helper = calledHelper(target);
    if (helper !== undefined && !helper.opaque) {
      const passed = helper.arguments[argument - 1];
      if (passed?.kind === 'number') return;
      const size = passed === undefined ? undefined : memorySize(state, passed);
      const highest = size ?? Number.POSITIVE_INFINITY;
      this.#touch(slot, value, 0, highest);
      if (passed?.kind !== 'memory' || passed.holdsAddresses !== true) return;
      this.#follow(value);
      const part = framePart(value, { lowest: 0, highest });
      if (part === undefined) return;
      this.#touch(slot, state.held(part.offset, part.size), 0, Number.POSITIVE_INFINITY);
      return;
    }
    const reach = this.#callee(slot, target, argument);
    if (!reach.accesses) return;
    this.#touch(slot, value, reach.lowest, reach.highest);
    if (!reach.follows) return;
    this.#follow(value);
    this.#lose(slot, heldThrough(state, value, reach));
  }

  #callee(slot: number, target: CallTarget, argument: number): ArgumentReach {
    const reach = argumentReach(target, argument);
    const { code } = this.#analysis.flow;
    if ('summary' in target && target.summary !== undefined) return reach;
    const kernel =
      target.kind === 'kfunc' ||
      (code.opcode[slot] === Opcode.CALL && code.src[slot] === CallKind.KFUNC);
    return kernel ? { ...reach, lowest: 0 } : reach;
  }
}
