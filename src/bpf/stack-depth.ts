/**
 * How much of its stack frame a function uses: the lowest byte relative to r10 that an access touches or
 * that an address in a register names. Of `r1 = r10; r1 += -64; r1 += r2` that is 64: a variable index is
 * taken not to go below the place it is added to.
 */
import type { Code } from './code.ts';
import type { Dataflow } from './dataflow/analysis.ts';
import { hasTarget, STACK_TARGET } from './dataflow/targets.ts';
import type { Value } from './dataflow/value.ts';
import type { FlowGraph } from './flow.ts';
import {
  Alu,
  Atomic,
  Class,
  classOf,
  FRAME_POINTER,
  isAlu,
  isAtomic,
  isLoad,
  isStore,
  operationOf,
  usesRegister,
} from './opcode.ts';
import { registersWritten } from './registers.ts';

/** In bytes, not rounded; 0 for a function that does not use its frame. */
export function stackDepth(analysis: Dataflow): number {
  const { code } = analysis.flow;
  let lowest = 0;
  const touch = (offset: number) => {
    if (offset < lowest) lowest = offset;
  };
  // Code that cannot be reached counts too: the kernel adds up what it sees.
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (baseRegister(analysis, slot) === FRAME_POINTER) touch(code.offset[slot]!);
  }
  analysis.visit(
    (slot, state) => {
      const register = baseRegister(analysis, slot);
      if (register !== undefined) {
        const base = frameOffset(state.register(register));
        if (base !== undefined) touch(base + code.offset[slot]!);
      } else if (isAlu(code.opcode[slot]!)) {
        const amount = displacement(analysis, slot);
        if (inFrame(state.register(code.dst[slot]!))) touch(amount);
      }
    },
    (slot, state) => {
      if (isAlu(code.opcode[slot]!)) touch(frameOffset(state.register(code.dst[slot]!)) ?? 0);
    },
  );
  return Math.abs(lowest);
}

/**
 * Whether an address of the frame goes down by steps that are not counted here: in a loop, or by a number
 * that is not known. Then it may reach any byte of the frame.
 */
export function movesDown(analysis: Dataflow): boolean {
  const { code } = analysis.flow;
  let found = false;
  analysis.visit((slot, state) => {
    if (found || classOf(code.opcode[slot]!) !== Class.ALU64) return;
    const left = state.register(code.dst[slot]!);
    if (!inFrame(left) || code.dst[slot] === FRAME_POINTER) return;
    if (usesRegister(code.opcode[slot]!)) {
      const by = state.register(code.src[slot]!).kind;
      found = operationOf(code.opcode[slot]!) === Alu.SUB && by === 'unknown';
    } else if (displacement(analysis, slot) < 0) {
      const exact = left.kind === 'address' && left.offset !== undefined;
      found = !exact && returnsTo(analysis, slot);
    }
  });
  return found;
}

/** Whether what the instruction at `start` leaves in its register comes back to it, by moves and sums. */
function returnsTo({ flow }: Dataflow, start: number): boolean {
  const { code } = flow;
  const register = 1 << code.dst[start]!;
  const derived = new Map<number, number>([[start, register]]);
  const pending = [start];
  for (let slot = pending.pop(); slot !== undefined; slot = pending.pop()) {
    const after = slot === start ? register : derivedAfter(code, slot, derived.get(slot)!);
    for (const next of slotsAfter(flow, slot)) {
      if (next === start && (after & register) !== 0) return true;
      const known = derived.get(next) ?? 0;
      if (next === start || (known | after) === known) continue;
      derived.set(next, known | after);
      pending.push(next);
    }
  }
  return false;
}

/** A bit that stands for the whole frame, where addresses are spilled. */
const SPILLED = 1 << 16;

function derivedAfter(code: Code, slot: number, before: number): number {
  const opcode = code.opcode[slot]!;
  const dst = 1 << code.dst[slot]!;
  const taken = (before & (1 << code.src[slot]!)) !== 0;
  if (isStore(opcode) && classOf(opcode) === Class.STX) return taken ? before | SPILLED : before;
  if (isLoad(opcode)) return (before & SPILLED) !== 0 ? before | dst : before & ~dst;
  if (isAlu(opcode) && usesRegister(opcode) && taken) return before | dst;
  return isAlu(opcode) && operationOf(opcode) !== Alu.MOV
    ? before
    : before & ~registersWritten(code, slot);
}

function slotsAfter(flow: FlowGraph, slot: number): readonly number[] {
  const block = flow.blockOf(slot);
  const next = flow.code.next(slot);
  if (next < flow.blockEnd(block)) return [next];
  return Array.from(flow.successors(block), (successor) => flow.blockStart(successor));
}

/** The register that the load, store or atomic operation at `slot` takes its address from. */
function baseRegister(analysis: Dataflow, slot: number): number | undefined {
  const { code } = analysis.flow;
  const opcode = code.opcode[slot]!;
  const loads = isLoad(opcode) || (isAtomic(opcode) && code.imm[slot] === Atomic.LOAD_ACQ);
  if (loads) return code.src[slot];
  return isStore(opcode) || isAtomic(opcode) ? code.dst[slot] : undefined;
}

function inFrame(value: Value): boolean {
  return value.kind === 'address' && hasTarget(value.targets, STACK_TARGET);
}

/** Where in the frame a value points: 0, its top, where only the frame is known. */
function frameOffset(value: Value): number | undefined {
  if (value.kind !== 'address' || !inFrame(value)) return undefined;
  return value.offset ?? 0;
}

/** The constant that an addition or subtraction adds, else 0. */
function displacement(analysis: Dataflow, slot: number): number {
  const { code } = analysis.flow;
  const opcode = code.opcode[slot]!;
  if (classOf(opcode) !== Class.ALU64 || usesRegister(opcode)) return 0;
  const operation = operationOf(opcode);
  if (operation === Alu.ADD) return code.imm[slot]!;
  return operation === Alu.SUB ? -code.imm[slot]! : 0;
}
