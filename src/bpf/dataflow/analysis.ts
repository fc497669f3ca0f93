/**
 * Forward dataflow over one function: which registers and stack slots hold which constants, and which
 * hold addresses of which targets, at every instruction that can be reached.
 *
 *     r1 = 0 ll            a reference to target 7     r1 = address of 7, offset 0
 *     r1 += r2             any number                  r1 = address of 7, offset not known
 *     r3 = *(u8 *)(r1+4)                               a load from target 7
 *
 * Only states at block entries are kept; `visit` runs through the blocks once more. Blocks are worked on
 * in reverse postorder until nothing changes. A block that was worked on too often (code made to be slow: the
 * lattice is finite but tall) is given the weakest state at once.
 *
 * Assumed, as the kernel's verifier enforces: no number and nothing loaded from memory outside the frame
 * is an address of the frame. What is loaded from such memory is `unknown`, so an address that was stored
 * there is lost; that store shows up as an escape in `findAddressUses`.
 *
 * Numbers that are not known have a size at least (`numbers.ts`), addresses a lowest offset.
 *
 * Not attempted: leaving out branches that a constant decides; several functions at
 * once (see `summary.ts` for what one function can be told about another).
 */
import type { ByteOrder } from '../../base/bytes.ts';
import { type CallResolver, type CallTarget, callTarget } from '../calls.ts';
import type { Code } from '../code.ts';
import { branchTarget, FlowGraph, type FlowOptions } from '../flow.ts';
import { FRAME_POINTER, isConditional, Opcode } from '../opcode.ts';
import { whereCompared } from './numbers.ts';
import { type Snapshot, State } from './state.ts';
import { TargetTable } from './targets.ts';
import { aluOperand, type Environment, transfer } from './transfer.ts';
import { address, constant, impure, UNKNOWN, type Value } from './value.ts';
import { Worklist } from './worklist.ts';

/** What a relocated ld_imm64 loads: an address in a target, a number that is already known, or any other. */
export type Reference =
  | { readonly target: number; readonly offset: number }
  | { readonly constant: bigint }
  | { readonly unknown: true };

/** An address of one of several targets, or at no known offset; not `pure` if it may be a number too. */
export interface InexactAddress {
  readonly targets: readonly number[];
  readonly pure: boolean;
}

/** What the program is entered with in r1 to r5, undefined for anything else. */
export type EntryRegisters = Readonly<
  Partial<Record<1 | 2 | 3 | 4 | 5, Reference | InexactAddress>>
>;

export interface DataflowOptions extends FlowOptions {
  readonly order?: ByteOrder;
  /** Asked once for every ld_imm64. Undefined: its own 64 bits are what it loads. */
  readonly reference?: (slot: number) => Reference | undefined;
  readonly entry?: EntryRegisters;
  readonly call?: CallResolver;
  /** Instructions that the loader will change, so that what they compute now says nothing (CO-RE). */
  readonly adjusted?: ReadonlySet<number>;
  /** A graph of the same code, if there is one already. */
  readonly flow?: FlowGraph;
}

export type Visitor = (slot: number, state: State) => void;

/** From then on what still changes is a counter, or a pointer that is moved in a loop. */
const MANY_VISITS = 6;
const MOST_VISITS = 40;

export class Dataflow {
  readonly flow: FlowGraph;
  readonly #environment: Environment;
  readonly #adjusted: ReadonlySet<number>;
  readonly #entries: (Snapshot | undefined)[];

  constructor(code: Code, options: DataflowOptions = {}) {
    this.flow = options.flow ?? new FlowGraph(code, options);
    this.#adjusted = options.adjusted ?? new Set();
    const found = findReferences(code, options);
    const entry = Object.entries(options.entry ?? {});
    const targets = new TargetTable(targetIds([...found.values(), ...entry.map(([, r]) => r)]));
    const value = (reference: Reference | InexactAddress) => referenceValue(reference, targets);
    this.#environment = {
      code,
      order: options.order ?? 'little',
      targets,
      references: new Map([...found].map(([slot, reference]) => [slot, value(reference)])),
      call: (slot) => callTarget(code, slot, options.call),
    };
    this.#entries = new Array<Snapshot | undefined>(this.flow.blockCount);
    const registers: Value[] = [];
    for (const [register, reference] of entry) registers[Number(register)] = value(reference);
    this.#solve(State.entry(registers, targets));
  }

  #solve(entry: Snapshot): void {
    const { flow } = this;
    if (flow.blockCount === 0) return;
    const { targets, order } = this.#environment;
    const state = new State(entry, targets, order);
    const visits = new Uint8Array(flow.blockCount);
    const work = new Worklist(flow.reversePostorder, flow.blockCount);
    this.#entries[0] = entry;
    work.add(0);
    for (let block = work.take(); block !== undefined; block = work.take()) {
      if (visits[block]! < MOST_VISITS) visits[block]!++;
      state.load(this.#entries[block]!);
      this.#runBlock(block, state);
      for (const successor of flow.successors(block)) {
        const before = this.#entries[successor];
        const coarse = visits[successor]! >= MANY_VISITS;
        const compared = this.#assumeBranch(block, successor, state);
        let after = before === undefined ? state.save() : state.joinInto(before, coarse);
        if (compared !== undefined) state.setRegister(compared.register, compared.value);
        if (after === before) continue;
        if (visits[successor]! >= MOST_VISITS) {
          after = State.top(targets, after.registers[FRAME_POINTER]!);
        }
        this.#entries[successor] = after;
        work.add(successor);
      }
    }
  }

  /** What is known on the way to `successor` only; gives what to undo. */
  #assumeBranch(
    block: number,
    successor: number,
    state: State,
  ): { readonly register: number; readonly value: Value } | undefined {
    const { code } = this.flow;
    const last = this.flow.blockEnd(block) - 1;
    if (!isConditional(code.opcode[last]!) || code.isSecondHalf(last)) return undefined;
    if (this.flow.successors(block).length < 2) return undefined;
    const instruction = code.at(last);
    const taken = this.flow.blockStart(successor) === branchTarget(code, last);
    const register = instruction.dst;
    const value = state.register(register);
    const assumed = whereCompared(instruction, taken, value, aluOperand(instruction, state));
    if (assumed === value) return undefined;
    state.setRegister(register, assumed);
    return { register, value };
  }

  #runBlock(block: number, state: State, before?: Visitor, after?: Visitor): void {
    const { code } = this.flow;
    const end = this.flow.blockEnd(block);
    for (let slot = this.flow.blockStart(block); slot < end; slot = code.next(slot)) {
      before?.(slot, state);
      transfer(this.#environment, slot, state);
      if (this.#adjusted.has(slot)) forgetResult(code.dst[slot]!, state);
      after?.(slot, state);
    }
  }

  /**
   * Calls `before` (and `after`) for each instruction that can be reached, in program order, with the
   * state before (and after) it. The state is one object that changes as the visit goes on.
   */
  visit(before: Visitor, after?: Visitor): void {
    let state: State | undefined;
    for (let block = 0; block < this.flow.blockCount; block++) {
      const entry = this.#entries[block];
      if (entry === undefined) continue;
      state ??= new State(entry, this.#environment.targets, this.#environment.order);
      state.load(entry);
      this.#runBlock(block, state, before, after);
    }
  }

  /** Whether the loader will change the instruction at `slot`. */
  isAdjusted(slot: number): boolean {
    return this.#adjusted.has(slot);
  }

  /** What the call at `slot` calls. */
  callAt(slot: number): CallTarget {
    return this.#environment.call(slot);
  }
}

function forgetResult(register: number, state: State): void {
  const value = state.register(register);
  state.setRegister(register, value.kind === 'address' ? impure(value.targets) : UNKNOWN);
}

function findReferences(code: Code, options: DataflowOptions): Map<number, Reference> {
  const found = new Map<number, Reference>();
  if (options.reference === undefined) return found;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (code.opcode[slot] !== Opcode.LD_IMM64) continue;
    const reference = options.reference(slot);
    if (reference !== undefined) found.set(slot, reference);
  }
  return found;
}

function targetIds(references: readonly (Reference | InexactAddress)[]): number[] {
  return references.flatMap((reference) => {
    if ('targets' in reference) return reference.targets;
    return 'target' in reference ? [reference.target] : [];
  });
}

function referenceValue(reference: Reference | InexactAddress, table: TargetTable): Value {
  if ('constant' in reference) return constant(reference.constant);
  if ('unknown' in reference) return UNKNOWN;
  if ('target' in reference) return address(table.single(reference.target), reference.offset);
  const targets = table.of([...new Set(reference.targets)].sort((a, b) => a - b));
  return reference.pure ? address(targets, undefined) : impure(targets);
}
