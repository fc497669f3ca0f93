/** Which registers an instruction reads and writes, as masks: bit 0 is r0. */
import { argumentsRead, type CallTarget, isCall } from './calls.ts';
import type { Code } from './code.ts';
import {
  Alu,
  Atomic,
  Class,
  isAlu,
  isAtomic,
  isLoad,
  isPacketLoad,
  isStore,
  Mode,
  modeOf,
  Opcode,
  operationOf,
  usesRegister,
} from './opcode.ts';

/** r0 to r10. */
export const ALL_REGISTERS = 0x7ff;

/** r0 to r5, which a call leaves without their values. */
const CALL_CLOBBERS = 0x3f;

/** Registers whose old value the instruction at `slot` may use. `callee` is asked for calls only. */
export function registersRead(
  code: Code,
  slot: number,
  callee: (slot: number) => CallTarget,
): number {
  const opcode = code.opcode[slot]!;
  const dst = 1 << code.dst[slot]!;
  const src = 1 << code.src[slot]!;
  if (isAlu(opcode)) {
    const operation = operationOf(opcode);
    const left = operation === Alu.MOV ? 0 : dst;
    const unary = operation === Alu.NEG || operation === Alu.END;
    return left | (usesRegister(opcode) && !unary ? src : 0);
  }
  if (isLoad(opcode)) return src;
  if (isStore(opcode)) return (opcode & 0x07) === Class.STX ? dst | src : dst;
  if (isAtomic(opcode)) {
    const imm = code.imm[slot]!;
    if (imm === Atomic.LOAD_ACQ) return src;
    return dst | src | (imm === Atomic.CMPXCHG ? 1 : 0);
  }
  // The context is in r6.
  if (isPacketLoad(opcode)) return modeOf(opcode) === Mode.IND ? src | (1 << 6) : 1 << 6;
  if (isCall(opcode)) {
    return argumentsRead(callee(slot)) | (opcode === Opcode.CALLX ? dst : 0);
  }
  switch (opcode) {
    case Opcode.LD_IMM64:
    case Opcode.JA:
    case Opcode.GOTOL:
    case Opcode.MAY_GOTO:
      return 0;
    case Opcode.EXIT:
      return 1;
    case Opcode.GOTOX:
      return dst;
    default:
      return dst | (usesRegister(opcode) ? src : 0);
  }
}

/** Registers whose old value is surely gone after the instruction at `slot`. */
export function registersWritten(code: Code, slot: number): number {
  const opcode = code.opcode[slot]!;
  const dst = 1 << code.dst[slot]!;
  if (isAlu(opcode) || isLoad(opcode) || opcode === Opcode.LD_IMM64) return dst;
  if (isPacketLoad(opcode) || isCall(opcode)) return CALL_CLOBBERS;
  if (!isAtomic(opcode)) return 0;
  const imm = code.imm[slot]!;
  if (imm === Atomic.LOAD_ACQ) return dst;
  if (imm === Atomic.CMPXCHG) return 1;
  return imm !== Atomic.STORE_REL && (imm & Atomic.FETCH) !== 0 ? 1 << code.src[slot]! : 0;
}
