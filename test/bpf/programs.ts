/** Random programs for the property tests: valid code that often does something sensible with addresses. */
import fc from 'fast-check';
import {
  addImm,
  aluImm,
  aluReg,
  atomic,
  call,
  callFunction,
  exit,
  jump,
  jumpIfImm,
  jumpLong,
  loadImm64,
  loadReg,
  loadSigned,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction, slotCount } from '../../src/bpf/code.ts';
import { Alu, Atomic, Class, isBranch, Jump, Opcode } from '../../src/bpf/opcode.ts';

/** Targets 1 and 2 are data; 0 is the frame. */
export const TARGETS = [0, 1, 2] as const;

export interface Program {
  readonly code: Code;
  readonly references: Map<number, { target: number; offset: number }>;
}

/** An instruction, or a branch whose distance is found once all are laid out. */
interface Item {
  readonly instruction: Instruction;
  readonly reference?: { target: number; offset: number };
  readonly to?: number;
}

const operations = Object.values(Alu).filter((op) => op !== Alu.NEG && op !== Alu.END);
const comparisons = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];
const widths = [1, 2, 4, 8] as const;
const fetches = [0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, Atomic.XCHG, Atomic.CMPXCHG];

interface Choice {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly n: number;
  readonly imm: number;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.nat(23),
  a: fc.nat(9),
  b: fc.nat(10),
  n: fc.nat(1000),
  imm: fc.oneof(
    fc.integer({ min: -64, max: 64 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  ),
});

/** An offset into the frame that is often a whole slot. */
function frameOffset(n: number): number {
  return n % 3 === 0 ? -1 - (n % 64) : -8 * (1 + (n % 8));
}

function item({ kind, a, b, n, imm }: Choice): Item {
  const width = widths[n % 4]!;
  const bits = n & 1 ? 64 : 32;
  const plain = (instruction: Instruction): Item => ({ instruction });
  switch (kind) {
    case 0:
      return plain(movImm(a, imm, bits));
    case 1:
      return plain(movReg(a, b, n % 4 === 0 ? 32 : 64));
    case 2: {
      const offset = [8, 16, 32][n % 3]!;
      return plain({ ...movReg(a, b, offset === 32 ? 64 : bits), offset });
    }
    case 3:
    case 4:
      return plain({ ...aluImm(operations[n % operations.length]!, a, imm, bits) });
    case 5:
      return plain(aluReg(operations[n % operations.length]!, a, b, bits));
    case 6: {
      const division = n & 2 ? Alu.DIV : Alu.MOD;
      return plain({ ...aluImm(division, a, n & 4 ? -1 : imm, bits), offset: 1 });
    }
    case 7:
      return plain({ ...aluImm(Alu.NEG, a, 0, bits) });
    case 8: {
      const opcode = [Class.ALU | 0xd0, Class.ALU | 0xd8, Class.ALU64 | 0xd0][n % 3]!;
      return plain({ opcode, dst: a, src: 0, offset: 0, imm: [16, 32, 64][b % 3]! });
    }
    case 9:
      return {
        instruction: loadImm64(a, 0n),
        reference: { target: 1 + (n % 2), offset: n % 5 === 0 ? n % 64 : 0 },
      };
    case 10:
      return plain(loadImm64(a, (BigInt(imm) << 20n) ^ BigInt(n)));
    case 11:
      return plain(addImm(a, 8 * (imm % 8)));
    case 12:
      return plain(movReg(a, 10));
    case 13:
    case 14:
      return plain(storeReg(n % 3 ? 8 : width, 10, frameOffset(imm & 0xff), b));
    case 15:
      return plain(loadReg(n % 3 ? 8 : width, a, 10, frameOffset(imm & 0xff)));
    case 16:
      return plain(storeImm(width, n & 1 ? 10 : a, frameOffset(n), imm));
    case 17:
      return plain(loadReg(width, a, b, n % 32));
    case 18:
      return plain(loadSigned(([1, 2, 4] as const)[n % 3]!, a, b === 10 ? b : 10, frameOffset(n)));
    case 19: {
      const base = n & 1 ? 10 : b;
      if (n % 7 === 0) return plain(atomic(Atomic.LOAD_ACQ, width, a, frameOffset(n), base));
      if (n % 7 === 1) return plain(atomic(Atomic.STORE_REL, width, base, frameOffset(n), a));
      const operation = fetches[n % fetches.length]!;
      return plain(atomic(operation, n & 4 ? 8 : 4, base, frameOffset(imm & 0xff), a));
    }
    case 20:
      return plain(n & 1 ? call([1, 2, 4, 26, 5, 16][n % 6]!) : callFunction(0));
    case 21:
      return { instruction: n % 3 ? jump(0) : jumpLong(0), to: n };
    default: {
      const mode = { opcode: (n & 1 ? Class.JMP : Class.JMP32) | comparisons[n % 11]! | (n & 8) };
      return {
        instruction: { ...jumpIfImm(Jump.JEQ, a, imm, 0), ...mode, src: n & 8 ? b : 0 },
        to: n,
      };
    }
  }
}

function layOut(items: readonly Item[]): Program {
  const slots: number[] = [];
  let length = 0;
  for (const { instruction } of items) {
    slots.push(length);
    length += slotCount(instruction);
  }
  const references: Program['references'] = new Map();
  const instructions = items.map(({ instruction, reference, to }, i) => {
    if (reference !== undefined) references.set(slots[i]!, reference);
    if (to === undefined || !isBranch(instruction.opcode)) return instruction;
    const distance = slots[to % items.length]! - slots[i]! - 1;
    return instruction.opcode === Opcode.GOTOL
      ? { ...instruction, imm: distance }
      : { ...instruction, offset: distance };
  });
  return { code: Code.from(instructions), references };
}

/** Addresses in registers from the start, so that accesses hit something. */
const prologue: readonly Item[] = [
  { instruction: movReg(6, 10) },
  { instruction: addImm(6, -32) },
  { instruction: loadImm64(7, 0n), reference: { target: 1, offset: 0 } },
  { instruction: loadImm64(8, 0n), reference: { target: 2, offset: 16 } },
  { instruction: movImm(9, 8) },
  { instruction: movReg(1, 6) },
  { instruction: movReg(2, 7) },
  { instruction: movImm(0, 0) },
];

export function programs(longest = 40): fc.Arbitrary<Program> {
  return fc
    .array(choice, { maxLength: longest })
    .map((choices) => layOut([...prologue, ...choices.map(item), { instruction: exit() }]));
}

/** Programs without branches. */
export function straightPrograms(longest = 40): fc.Arbitrary<Program> {
  return fc
    .array(choice, { maxLength: longest })
    .map((choices) => choices.map(item).filter(({ to }) => to === undefined))
    .map((items) => layOut([...prologue, ...items, { instruction: exit() }]));
}

export const BASES: ReadonlyMap<number, bigint> = new Map([
  [0, 0x7fff_0000_1200n],
  [1, 0x1111_2222_3000n],
  [2, 0x5555_6666_7000n],
]);

/** The same, with one target elsewhere. */
export function moved(target: number): ReadonlyMap<number, bigint> {
  return new Map([...BASES].map(([id, base]) => [id, id === target ? base + (1n << 45n) : base]));
}
