/**
 * Instructions as columns. One entry is one 8-byte slot, so slot numbers are section offsets divided by
 * eight; a ld_imm64 takes two, the second with opcode 0.
 *
 * Byte 1 holds both registers. In little-endian objects the destination is its low half, in big-endian
 * objects its high half (the kernel's bitfields follow the machine); the columns hide this.
 */
import { type ByteOrder, ByteView } from '../base/bytes.ts';
import { codeSizeNotMultipleOf8 } from '../diag/catalogue/code.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { classOf, Opcode } from './opcode.ts';

/** One instruction as an object, for what is built by hand. Fields as in RFC 9669. */
export interface Instruction {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  /** 16 bits, signed. */
  readonly offset: number;
  /** 32 bits, signed; the low half of a ld_imm64. */
  readonly imm: number;
  /** The high half of a ld_imm64's value, signed; present there and nowhere else. */
  readonly high?: number;
}

/** Where bytes come from, for diagnostics. */
export interface CodeOrigin {
  readonly file: string;
  readonly section: string;
}

export type Decoded =
  | { readonly code: Code; readonly diagnostic?: undefined }
  | { readonly code?: undefined; readonly diagnostic: Diagnostic };

/** How many slots an instruction takes: 2 for ld_imm64, else 1. */
export function slotCount(instruction: Instruction): 1 | 2 {
  return instruction.opcode === Opcode.LD_IMM64 ? 2 : 1;
}

export function totalSlots(instructions: readonly Instruction[]): number {
  return instructions.reduce((sum, instruction) => sum + slotCount(instruction), 0);
}

export class Code {
  readonly opcode: Uint8Array;
  readonly dst: Uint8Array;
  readonly src: Uint8Array;
  readonly offset: Int16Array;
  readonly imm: Int32Array;

  private constructor(columns: Columns) {
    this.opcode = columns.opcode;
    this.dst = columns.dst;
    this.src = columns.src;
    this.offset = columns.offset;
    this.imm = columns.imm;
  }

  /** `length` slots of zeroes, to be filled. */
  static blank(length: number): Code {
    return new Code({
      opcode: new Uint8Array(length),
      dst: new Uint8Array(length),
      src: new Uint8Array(length),
      offset: new Int16Array(length),
      imm: new Int32Array(length),
    });
  }

  /** Any bytes whose length is a multiple of 8 decode; whether they are good code is `flow.ts`'s question. */
  static decode(bytes: Uint8Array, order: ByteOrder, origin: CodeOrigin): Decoded {
    if (bytes.length % 8 !== 0) {
      return { diagnostic: codeSizeNotMultipleOf8(origin, bytes.length) };
    }
    const code = Code.blank(bytes.length / 8);
    const view = new ByteView(bytes, order);
    const little = order === 'little';
    for (let slot = 0, at = 0; at < bytes.length; slot++, at += 8) {
      const registers = bytes[at + 1]!;
      code.opcode[slot] = bytes[at]!;
      code.dst[slot] = little ? registers & 0x0f : registers >> 4;
      code.src[slot] = little ? registers >> 4 : registers & 0x0f;
      code.offset[slot] = view.i16(at + 2);
      code.imm[slot] = view.i32(at + 4);
    }
    return { code };
  }

  static from(instructions: readonly Instruction[]): Code {
    const code = Code.blank(totalSlots(instructions));
    let slot = 0;
    for (const instruction of instructions) slot = code.put(slot, instruction);
    return code;
  }

  encode(order: ByteOrder): Uint8Array {
    const bytes = new Uint8Array(this.length * 8);
    const view = new ByteView(bytes, order);
    const little = order === 'little';
    for (let slot = 0, at = 0; slot < this.length; slot++, at += 8) {
      const dst = this.dst[slot]!;
      const src = this.src[slot]!;
      bytes[at] = this.opcode[slot]!;
      bytes[at + 1] = little ? (src << 4) | dst : (dst << 4) | src;
      view.setU16(at + 2, this.offset[slot]!);
      view.setU32(at + 4, this.imm[slot]!);
    }
    return bytes;
  }

  /** In slots. */
  get length(): number {
    return this.opcode.length;
  }

  /** The instruction that begins at `slot`, as an object. */
  at(slot: number): Instruction {
    const instruction = {
      opcode: this.opcode[slot]!,
      dst: this.dst[slot]!,
      src: this.src[slot]!,
      offset: this.offset[slot]!,
      imm: this.imm[slot]!,
    };
    return this.isWide(slot) ? { ...instruction, high: this.imm[slot + 1]! } : instruction;
  }

  /** Whether a whole ld_imm64 begins at `slot`. */
  isWide(slot: number): boolean {
    return this.opcode[slot] === Opcode.LD_IMM64 && this.opcode[slot + 1] === 0;
  }

  /** Whether `slot` is the second half of a ld_imm64. */
  isSecondHalf(slot: number): boolean {
    return this.opcode[slot] === 0 && this.opcode[slot - 1] === Opcode.LD_IMM64;
  }

  /** The slot of the instruction after the one at `slot`. */
  next(slot: number): number {
    return slot + (this.isWide(slot) ? 2 : 1);
  }

  classAt(slot: number): number {
    return classOf(this.opcode[slot]!);
  }

  /** The 64 bits of the ld_imm64 at `slot`, unsigned. */
  imm64(slot: number): bigint {
    const low = BigInt(this.imm[slot]! >>> 0);
    const high = BigInt(this.imm[slot + 1]! >>> 0);
    return (high << 32n) | low;
  }

  /** A copy of the slots `[start, end)`. */
  slice(start: number, end: number = this.length): Code {
    return new Code({
      opcode: this.opcode.slice(start, end),
      dst: this.dst.slice(start, end),
      src: this.src.slice(start, end),
      offset: this.offset.slice(start, end),
      imm: this.imm.slice(start, end),
    });
  }

  /** Writes one instruction and returns the slot after it. For code under construction. */
  put(slot: number, instruction: Instruction): number {
    this.opcode[slot] = instruction.opcode;
    this.dst[slot] = instruction.dst;
    this.src[slot] = instruction.src;
    this.offset[slot] = instruction.offset;
    this.imm[slot] = instruction.imm;
    if (slotCount(instruction) === 1) return slot + 1;
    this.imm[slot + 1] = instruction.high ?? 0;
    return slot + 2;
  }

  /** Copies the slots `[start, end)` of `source` to `slot`, in bulk. For code under construction. */
  putCode(slot: number, source: Code, start: number, end: number): void {
    this.opcode.set(source.opcode.subarray(start, end), slot);
    this.dst.set(source.dst.subarray(start, end), slot);
    this.src.set(source.src.subarray(start, end), slot);
    this.offset.set(source.offset.subarray(start, end), slot);
    this.imm.set(source.imm.subarray(start, end), slot);
  }
}

type Columns = Pick<Code, 'opcode' | 'dst' | 'src' | 'offset' | 'imm'>;
