/**
 * A small BPF machine for the tests, written from RFC 9669 alone, one step at a time.
 *
 * Memory is a stack frame and a few data objects, each at a base that a test may choose. Data reads as
 * 0x5a everywhere and ignores stores, so what is loaded never depends on where an object lies. Anything
 * else that is accessed ends the run.
 */
import { type ByteOrder, ByteView } from '../../src/base/bytes.ts';
import type { Code, Instruction } from '../../src/bpf/code.ts';
import { helperById } from '../../src/bpf/helpers.ts';

export const FRAME_SIZE = 512;
export const DATA_SIZE = 256;

export interface Setup {
  readonly order: ByteOrder;
  /** Base address per target; target 0 is r10. */
  readonly bases: ReadonlyMap<number, bigint>;
  /** The target and offset that a ld_imm64 is relocated to. */
  readonly references: ReadonlyMap<number, { readonly target: number; readonly offset: number }>;
}

const mask64 = (1n << 64n) - 1n;

/** A number that looks random but depends on nothing except `seed`. */
export function scramble(seed: number): bigint {
  return (BigInt(seed + 1) * 0x9e3779b97f4a7c15n) & mask64;
}

export class Machine {
  readonly registers: bigint[] = Array.from({ length: 11 }, (_, i) => scramble(i));
  readonly frame: Uint8Array = Uint8Array.from({ length: FRAME_SIZE }, (_, i) => (i * 37) & 0xff);
  /** What can be seen from outside: stores to data, calls with their arguments, the result. */
  readonly events: string[] = [];
  /** The last access, as region and offset. */
  access = '';
  pc = 0;
  status: 'running' | 'exited' | 'faulted' = 'running';
  readonly #view: ByteView;
  readonly code: Code;
  readonly setup: Setup;

  constructor(code: Code, setup: Setup) {
    this.code = code;
    this.setup = setup;
    this.#view = new ByteView(this.frame, setup.order);
    this.registers[10] = setup.bases.get(0)!;
  }

  frameSlot(offset: number): bigint {
    return this.#view.u64(FRAME_SIZE + offset);
  }

  run(steps: number, before?: (pc: number) => void): void {
    for (let i = 0; i < steps && this.status === 'running'; i++) {
      before?.(this.pc);
      this.step();
    }
  }

  step(): void {
    const { code, registers } = this;
    if (this.pc < 0 || this.pc >= code.length) {
      this.#fault();
      return;
    }
    const at = this.pc;
    const { opcode, dst, src, offset, imm } = code.at(at);
    this.pc = code.next(at);
    const kind = opcode & 7;
    if (opcode === 0x18) {
      const reference = this.setup.references.get(at);
      registers[dst] =
        reference === undefined
          ? code.imm64(at)
          : (this.setup.bases.get(reference.target)! + BigInt(reference.offset)) & mask64;
    } else if (kind === 4 || kind === 7) {
      const instruction = { opcode, dst, src, offset, imm };
      registers[dst] = compute(instruction, registers[dst]!, registers[src]!, this.setup.order);
    } else if (kind === 1) {
      const value = this.#load(registers[src]!, offset, size(opcode));
      if (value === undefined) return;
      registers[dst] =
        (opcode & 0xe0) === 0x80
          ? BigInt.asUintN(64, BigInt.asIntN(size(opcode) * 8, value))
          : value;
    } else if (kind === 2) {
      this.#store(registers[dst]!, offset, size(opcode), BigInt.asUintN(64, BigInt(imm)));
    } else if (kind === 3) {
      if ((opcode & 0xe0) === 0xc0) this.#atomic(opcode, dst, src, offset, imm);
      else this.#store(registers[dst]!, offset, size(opcode), registers[src]!);
    } else if (opcode === 0x85) {
      this.#call(at, src, imm);
    } else if (opcode === 0x95) {
      this.events.push(`exit ${registers[0]}`);
      this.status = 'exited';
    } else if (opcode === 0x05) {
      this.pc = at + 1 + offset;
    } else if (opcode === 0x06) {
      this.pc = at + 1 + imm;
    } else if (opcode !== 0xe5) {
      const operand = opcode & 8 ? registers[src]! : BigInt.asUintN(64, BigInt(imm));
      if (taken(opcode, registers[dst]!, operand)) this.pc = at + 1 + offset;
    }
  }

  #fault(): void {
    this.events.push('fault');
    this.status = 'faulted';
  }

  /** Which region an access falls into; ends the run where it falls into none. */
  #locate(base: bigint, offset: number, width: number): { target: number; at: number } | undefined {
    const address = (base + BigInt(offset)) & mask64;
    for (const [target, start] of this.setup.bases) {
      const low = target === 0 ? start - BigInt(FRAME_SIZE) : start;
      const at = address - low;
      const room = BigInt((target === 0 ? FRAME_SIZE : DATA_SIZE) - width);
      if (at >= 0n && at <= room) {
        this.access = `${target}+${at}`;
        return { target, at: Number(at) };
      }
    }
    this.#fault();
    return undefined;
  }

  #load(base: bigint, offset: number, width: 1 | 2 | 4 | 8): bigint | undefined {
    const place = this.#locate(base, offset, width);
    if (place === undefined) return undefined;
    if (place.target === 0) return this.#view.unsigned(place.at, width);
    return BigInt.asUintN(width * 8, 0x5a5a5a5a5a5a5a5an);
  }

  #store(base: bigint, offset: number, width: 1 | 2 | 4 | 8, value: bigint): void {
    const place = this.#locate(base, offset, width);
    if (place === undefined) return;
    if (place.target === 0) this.#view.setInteger(place.at, width, value);
    else this.events.push(`store ${place.target}+${place.at} ${BigInt.asUintN(width * 8, value)}`);
  }

  #atomic(opcode: number, dst: number, src: number, offset: number, imm: number): void {
    const { registers } = this;
    const width = size(opcode);
    if (imm === 0x100) {
      const value = this.#load(registers[src]!, offset, width);
      if (value !== undefined) registers[dst] = value;
      return;
    }
    const operand = registers[src]!;
    if (imm === 0x110) {
      this.#store(registers[dst]!, offset, width, operand);
      return;
    }
    const base = registers[dst]!;
    const old = this.#load(base, offset, width);
    if (old === undefined) return;
    const expected = BigInt.asUintN(width * 8, registers[0]!);
    if (imm === 0xf1) {
      if (old === expected) this.#store(base, offset, width, operand);
      registers[0] = old;
      return;
    }
    const results: Record<number, bigint> = {
      0: old + operand,
      64: old | operand,
      80: old & operand,
      160: old ^ operand,
      224: operand,
    };
    this.#store(base, offset, width, results[imm & ~1]!);
    if (imm & 1) registers[src] = old;
  }

  /** Helpers write what they may; other functions store and return what they are given, as `at` decides. */
  #call(at: number, src: number, imm: number): void {
    const { registers } = this;
    const helper = src === 0 ? helperById(imm) : undefined;
    const count = helper?.arguments.length ?? 5;
    const shown = registers.slice(1, 1 + count);
    this.events.push(`call ${src}:${imm} ${shown.join(' ')}`);
    if (helper !== undefined) {
      for (const [index, argument] of helper.arguments.entries()) {
        if (argument.kind !== 'memory' || argument.access !== 'write') continue;
        const known = argument.size?.kind === 'argument' ? registers[argument.size.argument]! : 8n;
        this.#scribble(registers[index + 1]!, known > 64n ? 64 : Number(known));
      }
      registers[0] = scramble(imm);
    } else {
      const given = registers[1 + (at % 5)]!;
      const into = registers[1 + ((at >> 1) % 5)]!;
      const offset = at & 8 ? -16 : 8;
      if (this.#inFrame(into, offset)) this.#store(into, offset, 8, given);
      registers[0] = (given + 4n) & mask64;
    }
    for (let register = 1; register <= 5; register++) registers[register] = scramble(at + register);
  }

  #inFrame(base: bigint, offset: number): boolean {
    const at = base + BigInt(offset) - (this.setup.bases.get(0)! - BigInt(FRAME_SIZE));
    return at >= 0n && at <= BigInt(FRAME_SIZE - 8);
  }

  #scribble(base: bigint, length: number): void {
    for (let i = 0; i < length; i++) {
      if (this.#inFrame(base, i)) this.#store(base, i, 1, 0xabn);
    }
  }
}

export function size(opcode: number): 1 | 2 | 4 | 8 {
  return ([4, 2, 1, 8] as const)[(opcode >> 3) & 3]!;
}

/** Whether a conditional jump is taken. */
export function taken(opcode: number, left: bigint, right: bigint): boolean {
  const bits = (opcode & 7) === 5 ? 64 : 32;
  const a = BigInt.asUintN(bits, left);
  const b = BigInt.asUintN(bits, right);
  const c = BigInt.asIntN(bits, left);
  const d = BigInt.asIntN(bits, right);
  switch (opcode & 0xf0) {
    case 0x10:
      return a === b;
    case 0x20:
      return a > b;
    case 0x30:
      return a >= b;
    case 0x40:
      return (a & b) !== 0n;
    case 0x50:
      return a !== b;
    case 0x60:
      return c > d;
    case 0x70:
      return c >= d;
    case 0xa0:
      return a < b;
    case 0xb0:
      return a <= b;
    case 0xc0:
      return c < d;
    default:
      return c <= d;
  }
}

/** What an ALU instruction gives for the values of its registers. */
export function compute(
  { opcode, offset, imm }: Instruction,
  left: bigint,
  right: bigint,
  order: ByteOrder,
): bigint {
  const bits = (opcode & 7) === 7 ? 64 : 32;
  const u = (value: bigint) => BigInt.asUintN(bits, value);
  const s = (value: bigint) => BigInt.asIntN(bits, value);
  const a = u(left);
  const b = u(opcode & 8 ? right : BigInt(imm));
  const count = b & BigInt(bits - 1);
  switch (opcode & 0xf0) {
    case 0x00:
      return u(a + b);
    case 0x10:
      return u(a - b);
    case 0x20:
      return u(a * b);
    case 0x30:
      if (b === 0n) return 0n;
      return offset === 1 ? u(s(a) / s(b)) : a / b;
    case 0x40:
      return a | b;
    case 0x50:
      return a & b;
    case 0x60:
      return u(a << count);
    case 0x70:
      return a >> count;
    case 0x80:
      return u(-a);
    case 0x90:
      if (b === 0n) return a;
      return offset === 1 ? u(s(a) % s(b)) : a % b;
    case 0xa0:
      return a ^ b;
    case 0xb0:
      return offset === 0 ? b : u(BigInt.asIntN(offset, b));
    case 0xc0:
      return u(s(a) >> count);
    default:
      return swap(opcode, left, imm, order);
  }
}

function swap(opcode: number, value: bigint, bits: number, order: ByteOrder): bigint {
  const bytes = new Uint8Array(8);
  new ByteView(bytes, 'little').setU64(0, value);
  const low = bytes.subarray(0, bits / 8);
  const toOther = (opcode & 8) !== 0 ? 'little' : 'big';
  if ((opcode & 7) === 7 || order === toOther) low.reverse();
  bytes.fill(0, bits / 8);
  return new ByteView(bytes, 'little').u64(0);
}
