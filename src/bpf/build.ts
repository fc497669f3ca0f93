/** Constructors for the instructions that lowerings write. */
import type { Instruction } from './code.ts';
import {
  Alu,
  CallKind,
  Class,
  Jump,
  Mode,
  Opcode,
  Pseudo,
  Source,
  sizeBits,
  type Width,
} from './opcode.ts';

function instruction(
  opcode: number,
  fields: { dst?: number; src?: number; offset?: number; imm?: number } = {},
): Instruction {
  const { dst = 0, src = 0, offset = 0, imm = 0 } = fields;
  return { opcode, dst, src, offset, imm };
}

/** `dst = src`, all 64 bits; of 32 bits, `wdst = wsrc` with the high half zeroed. */
export function movReg(dst: number, src: number, bits: 32 | 64 = 64): Instruction {
  return instruction(bits === 64 ? Opcode.MOV64_X : Opcode.MOV32_X, { dst, src });
}

/** `dst = imm`: sign-extended to 64 bits, or with the high half zeroed for 32. */
export function movImm(dst: number, imm: number, bits: 32 | 64 = 64): Instruction {
  return instruction(bits === 64 ? Opcode.MOV64_K : Opcode.MOV32_K, { dst, imm: imm | 0 });
}

/** `dst = value ll`: two slots. `value` may be negative. */
export function loadImm64(dst: number, value: bigint, src: number = Pseudo.NONE): Instruction {
  return {
    ...instruction(Opcode.LD_IMM64, { dst, src, imm: Number(BigInt.asIntN(32, value)) }),
    high: Number(BigInt.asIntN(32, value >> 32n)),
  };
}

/** The shortest instruction that sets `dst` to the 64-bit `value`. */
export function loadConstant(dst: number, value: bigint): Instruction {
  const signed = BigInt.asIntN(64, value);
  if (signed === BigInt.asIntN(32, signed)) return movImm(dst, Number(signed));
  const unsigned = BigInt.asUintN(64, value);
  if (unsigned === BigInt.asUintN(32, unsigned)) return movImm(dst, Number(unsigned), 32);
  return loadImm64(dst, value);
}

/** `dst op= imm` on 64 bits (or 32); `operation` is one of `Alu`. */
export function aluImm(
  operation: number,
  dst: number,
  imm: number,
  bits: 32 | 64 = 64,
): Instruction {
  const kind = bits === 64 ? Class.ALU64 : Class.ALU;
  return instruction(kind | operation | Source.K, { dst, imm: imm | 0 });
}

/** `dst op= src` on 64 bits (or 32); `operation` is one of `Alu`. */
export function aluReg(
  operation: number,
  dst: number,
  src: number,
  bits: 32 | 64 = 64,
): Instruction {
  const kind = bits === 64 ? Class.ALU64 : Class.ALU;
  return instruction(kind | operation | Source.X, { dst, src });
}

/** `dst += imm`. */
export function addImm(dst: number, imm: number): Instruction {
  return aluImm(Alu.ADD, dst, imm);
}

/** `*(width *)(base + offset) = imm`; for 8 bytes, `imm` is sign-extended. */
export function storeImm(width: Width, base: number, offset: number, imm: number): Instruction {
  const opcode = Class.ST | Mode.MEM | sizeBits(width);
  return instruction(opcode, { dst: base, offset, imm: imm | 0 });
}

/** `*(width *)(base + offset) = src`. */
export function storeReg(width: Width, base: number, offset: number, src: number): Instruction {
  return instruction(Class.STX | Mode.MEM | sizeBits(width), { dst: base, src, offset });
}

/** `dst = *(width *)(base + offset)`, zero-extended. */
export function loadReg(width: Width, dst: number, base: number, offset: number): Instruction {
  return instruction(Class.LDX | Mode.MEM | sizeBits(width), { dst, src: base, offset });
}

/** `dst = *(signed width *)(base + offset)`, sign-extended (v4). */
export function loadSigned(
  width: 1 | 2 | 4,
  dst: number,
  base: number,
  offset: number,
): Instruction {
  return instruction(Class.LDX | Mode.MEMSX | sizeBits(width), { dst, src: base, offset });
}

/** An atomic operation on `*(width *)(base + offset)`; `operation` is one of `Atomic`. */
export function atomic(
  operation: number,
  width: Width,
  base: number,
  offset: number,
  src: number,
): Instruction {
  const opcode = Class.STX | Mode.ATOMIC | sizeBits(width);
  return instruction(opcode, { dst: base, src, offset, imm: operation });
}

/** A call of the helper with this number. */
export function call(helper: number): Instruction {
  return instruction(Opcode.CALL, { imm: helper });
}

/** A call of the function `distance` slots after the next instruction. */
export function callFunction(distance: number): Instruction {
  return instruction(Opcode.CALL, { src: CallKind.FUNCTION, imm: distance });
}

export function exit(): Instruction {
  return instruction(Opcode.EXIT);
}

/** `goto distance`, counted in slots from the next instruction. */
export function jump(distance: number): Instruction {
  return instruction(Opcode.JA, { offset: distance });
}

/** `gotol distance` (v4). */
export function jumpLong(distance: number): Instruction {
  return instruction(Opcode.GOTOL, { imm: distance });
}

/** `if dst op imm goto distance`; `operation` is one of `Jump`. */
export function jumpIfImm(
  operation: number,
  dst: number,
  imm: number,
  distance: number,
): Instruction {
  return instruction(Class.JMP | operation | Source.K, { dst, imm: imm | 0, offset: distance });
}

/** `if dst op src goto distance`; `operation` is one of `Jump`. */
export function jumpIfReg(
  operation: number,
  dst: number,
  src: number,
  distance: number,
): Instruction {
  return instruction(Class.JMP | operation | Source.X, { dst, src, offset: distance });
}

/** `goto +0`: a slot that does nothing. */
export function nop(): Instruction {
  return jump(0);
}

/** `if dst == 0 goto distance`, the null check. */
export function jumpIfNull(dst: number, distance: number): Instruction {
  return jumpIfImm(Jump.JEQ, dst, 0, distance);
}
