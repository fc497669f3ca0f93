/**
 * Constants above a function's own variables, where it is not known how far down it writes.
 *
 * A signed index, a pointer that counts down, a callee that goes below what it was given: each may reach
 * any part of the frame below. But nothing goes above r10, so the constants can have the top of the frame
 * and the function's own accesses move down by their size:
 *
 *     *(u64 *)(r10 - 8) = r1          *(u64 *)(r10 - 24) = r1
 *     r2 = r10                        r2 = r10;  r2 += -16
 *
 * Only plain uses of r10 can be moved. Code that computes with it otherwise is left to be refused.
 */
import {
  Alu,
  aluImm,
  type Code,
  type CodeEdits,
  FRAME_POINTER,
  type Instruction,
  isAtomic,
  isLoad,
  isStore,
  movReg,
  Opcode,
} from '../bpf/index.ts';
import { registersRead } from '../bpf/registers.ts';

function isCopy(code: Code, slot: number): boolean {
  const { opcode, src, offset } = code.at(slot);
  return opcode === Opcode.MOV64_X && src === FRAME_POINTER && offset === 0;
}

/** Whether the instruction reaches into the frame by r10 as its base, and r10 is not also what it stores. */
function isAccess(code: Code, slot: number): boolean {
  const { opcode, dst, src } = code.at(slot);
  if (isLoad(opcode)) return src === FRAME_POINTER;
  return (isStore(opcode) || isAtomic(opcode)) && dst === FRAME_POINTER && src !== FRAME_POINTER;
}

function readsFramePointer(code: Code, slot: number): boolean {
  return (registersRead(code, slot, () => ({ kind: 'unknown' })) & (1 << FRAME_POINTER)) !== 0;
}

export function canShiftFrame(code: Code): boolean {
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (!readsFramePointer(code, slot)) continue;
    if (!isCopy(code, slot) && !isAccess(code, slot)) return false;
  }
  return true;
}

/** The instruction at `slot` of code that `canShiftFrame`, with its frame `distance` bytes, a multiple of 8, lower. */
export function moveDown(code: Code, slot: number, distance: number): Instruction[] {
  const instruction = code.at(slot);
  if (distance === 0 || !readsFramePointer(code, slot)) return [instruction];
  if (!isCopy(code, slot)) return [{ ...instruction, offset: instruction.offset - distance }];
  const { dst } = instruction;
  return [movReg(dst, FRAME_POINTER), aluImm(Alu.ADD, dst, -distance)];
}

/** Records the move of the function's own accesses by `distance` bytes, a multiple of 8, down. */
export function shiftFrame(edits: CodeEdits, distance: number): void {
  const { code } = edits;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (readsFramePointer(code, slot)) edits.replace(slot, 1, moveDown(code, slot, distance));
  }
}
