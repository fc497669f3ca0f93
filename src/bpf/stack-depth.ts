/**
 * How much of its stack frame a function uses: the lowest byte relative to r10 that an access touches or
 * that an address in a register names. Of `r1 = r10; r1 += -64; r1 += r2` that is 64: a variable index is
 * taken not to go below the place it is added to.
 */
import type { Dataflow } from './dataflow/analysis.ts';
import { hasTarget, STACK_TARGET } from './dataflow/targets.ts';
import type { Value } from './dataflow/value.ts';
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
