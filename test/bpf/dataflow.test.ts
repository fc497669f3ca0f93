import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  call,
  callFunction,
  exit,
  jump,
  jumpIfNull,
  loadImm64,
  loadReg,
  loadSigned,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import type { FunctionSummary } from '../../src/bpf/calls.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { Dataflow, type DataflowOptions } from '../../src/bpf/dataflow/analysis.ts';
import { hasTarget } from '../../src/bpf/dataflow/targets.ts';
import { UNKNOWN, type Value } from '../../src/bpf/dataflow/value.ts';
import { Alu } from '../../src/bpf/opcode.ts';
import { quiet } from './summaries.ts';

const TABLE = 5;
const OTHER = 9;
const table = loadImm64(1, BigInt(TABLE));
const other = loadImm64(2, BigInt(OTHER));

/** `ld_imm64 n` refers to target n where n is one of the two, with no offset. */
function options(instructions: readonly Instruction[]): DataflowOptions {
  const code = Code.from(instructions);
  const ids = [TABLE, OTHER];
  return {
    reference: (slot) => {
      const target = Number(code.imm64(slot));
      return ids.includes(target) ? { target, offset: 0 } : undefined;
    },
  };
}

/** What register `number` holds at the exit that ends the code. */
function atExit(
  instructions: readonly Instruction[],
  number: number,
  more: DataflowOptions = {},
): Value {
  const code = Code.from([...instructions, exit()]);
  let value: Value = UNKNOWN;
  new Dataflow(code, { ...options(instructions), ...more }).visit((slot, state) => {
    if (slot === code.length - 1) value = state.register(number);
  });
  return value;
}

/** `table+4`, `{table,other}?`, a number, or `unknown`. */
function show(value: Value): string {
  if (value.kind === 'constant') return `${BigInt.asIntN(64, value.value)}`;
  if (value.kind === 'unknown') return value.bits === 64 ? 'unknown' : `below 2^${value.bits}`;
  const names = [
    [0, 'frame'],
    [TABLE, 'table'],
    [OTHER, 'other'],
  ] as const;
  const held = names.flatMap(([id, name]) => (hasTarget(value.targets, id) ? [name] : []));
  const text = held.length === 1 ? held[0]! : `{${held.join()}}`;
  if (!value.pure) return `${text}?`;
  return value.offset === undefined ? `${text}+x` : `${text}+${value.offset}`;
}

const unknown = loadReg(8, 3, 9, 0);

test.each<[string, Instruction[], number, string]>([
  ['mov', [movImm(1, -1)], 1, '-1'],
  ['32-bit mov', [movImm(1, -1, 32)], 1, '4294967295'],
  ['32-bit mov of a register', [movImm(2, -1), movReg(1, 2, 32)], 1, '4294967295'],
  ['movsx', [movImm(2, 0x80), { ...movReg(1, 2), offset: 8 }], 1, '-128'],
  ['32-bit movsx', [movImm(2, 0x80), { ...movReg(1, 2, 32), offset: 8 }], 1, '4294967168'],
  ['ld_imm64', [loadImm64(1, 1n << 40n)], 1, `${2n ** 40n}`],
  ['arithmetic', [movImm(1, 7), aluImm(Alu.MUL, 1, -6)], 1, '-42'],
  ['division by zero', [movImm(1, 7), aluImm(Alu.DIV, 1, 0)], 1, '0'],
  ['remainder by zero', [movImm(1, 7), aluImm(Alu.MOD, 1, 0)], 1, '7'],
  ['unsigned shift', [movImm(1, -1), aluImm(Alu.RSH, 1, 60)], 1, '15'],
  ['signed 32-bit shift', [movImm(1, -16), aluImm(Alu.ARSH, 1, 2, 32)], 1, '4294967292'],
  ['signed division', [movImm(1, -7), { ...aluImm(Alu.DIV, 1, 2), offset: 1 }], 1, '-3'],
  ['bswap16', [movImm(1, 0x1234), { ...movImm(1, 16), opcode: 0xd7 }], 1, `${0x3412}`],
  ['be32', [movImm(1, 0x1234), { ...movImm(1, 32), opcode: 0xdc }], 1, `${0x34120000}`],
  ['le32 truncates', [movImm(1, -1), { ...movImm(1, 32), opcode: 0xd4 }], 1, '4294967295'],
  ['a number and an unknown one', [movImm(1, 1), unknown, aluReg(Alu.ADD, 1, 3)], 1, 'unknown'],
  ['a call', [movImm(0, 1), call(5)], 0, 'unknown'],
  ['a call loses arguments', [movImm(4, 1), call(5)], 4, 'unknown'],
  ['a call keeps r6', [movImm(6, 1), call(5)], 6, '1'],
])('numbers: %s', (_, instructions, register, expected) => {
  expect(show(atExit(instructions, register))).toBe(expected);
});

test.each<[string, Instruction[], number, string]>([
  ['a reference', [table], 1, 'table+0'],
  ['a copy', [table, movReg(6, 1)], 6, 'table+0'],
  ['plus a constant', [table, addImm(1, 12)], 1, 'table+12'],
  ['minus a constant', [table, aluImm(Alu.SUB, 1, 4)], 1, 'table+-4'],
  ['a constant plus it', [table, movImm(2, 8), aluReg(Alu.ADD, 2, 1)], 2, 'table+8'],
  ['plus a variable', [table, unknown, aluReg(Alu.ADD, 1, 3)], 1, 'table+x'],
  ['a variable plus it', [table, unknown, aluReg(Alu.ADD, 3, 1)], 3, 'table+x'],
  ['minus it', [table, unknown, aluReg(Alu.SUB, 3, 1)], 3, 'table?'],
  ['shifted', [table, aluImm(Alu.LSH, 1, 1)], 1, 'table?'],
  ['truncated', [table, movReg(1, 1, 32)], 1, 'table?'],
  ['32-bit addition', [table, aluImm(Alu.ADD, 1, 1, 32)], 1, 'table?'],
  ['negated', [table, aluImm(Alu.NEG, 1, 0)], 1, 'table?'],
  ['sum of two', [table, other, aluReg(Alu.ADD, 1, 2)], 1, '{table,other}?'],
  ['difference of two', [table, other, aluReg(Alu.SUB, 1, 2)], 1, '{table,other}?'],
  ['difference of one', [table, movReg(2, 1), addImm(2, 9), aluReg(Alu.SUB, 2, 1)], 2, '9'],
  ['r10', [movReg(1, 10), addImm(1, -8)], 1, 'frame+-8'],
  ['cast to another address space', [table, { ...movReg(2, 1), offset: 1, imm: 1 }], 2, 'table+0'],
  [
    'beyond any object',
    [table, aluImm(Alu.ADD, 1, 2 ** 31 - 1), ...many(addImm(1, 2 ** 31 - 1))],
    1,
    'table+x',
  ],
])('addresses: %s', (_, instructions, register, expected) => {
  expect(show(atExit(instructions, register))).toBe(expected);
});

function many(instruction: Instruction): Instruction[] {
  return [instruction, instruction, instruction];
}

/** r6 is one thing or the other. */
function either(one: Instruction[], two: Instruction[]): Instruction[] {
  const length = Code.from(one).length;
  return [jumpIfNull(9, length + 1), ...one, jump(Code.from(two).length), ...two];
}

test.each<[string, Instruction[], Instruction[], string]>([
  ['equal numbers', [movImm(1, 3)], [movImm(1, 3)], '3'],
  ['different numbers', [movImm(1, 3)], [movImm(1, 4)], 'below 2^3'],
  ['one address twice', [table], [table], 'table+0'],
  ['two offsets', [table], [table, addImm(1, 4)], 'table+x'],
  ['two targets', [table], [other, movReg(1, 2)], '{table,other}+x'],
  ['an address and null', [table], [movImm(1, 0)], 'table?'],
  ['an address and an unknown number', [table], [unknown, movReg(1, 3)], 'table?'],
])('joins: %s', (_, one, two, expected) => {
  expect(show(atExit(either(one, two), 1))).toBe(expected);
  expect(show(atExit(either(two, one), 1))).toBe(expected);
});

test('a difference of addresses that may be of two targets is no plain number', () => {
  const two = (to: number) => either([table, movReg(to, 1)], [other, movReg(to, 2)]);
  expect(show(atExit([...two(6), ...two(7), aluReg(Alu.SUB, 6, 7)], 6))).toBe('{table,other}?');
});

test('a loop that advances an address keeps its target', () => {
  const body = [table, addImm(1, 8), jumpIfNull(3, -2)];
  expect(show(atExit(body, 1))).toBe('table+x');
});

const spill = [table, storeReg(8, 10, -16, 1)];
const reload = loadReg(8, 6, 10, -16);

test.each<[string, Instruction[], string]>([
  ['an address', [...spill, reload], 'table+0'],
  ['a number', [storeImm(8, 10, -16, -3), reload], '-3'],
  [
    'through a copy of r10',
    [...spill, movReg(2, 10), addImm(2, -16), loadReg(8, 6, 2, 0)],
    'table+0',
  ],
  ['half of it', [...spill, loadReg(4, 6, 10, -16)], 'table?'],
  ['across it', [...spill, loadReg(8, 6, 10, -12)], 'table?'],
  ['overwritten in part', [...spill, storeImm(4, 10, -16, 0), reload], 'table?'],
  ['overwritten', [...spill, storeImm(8, 10, -16, 0), reload], '0'],
  ['stored in part', [table, storeReg(4, 10, -16, 1), reload], 'table?'],
  ['stored across', [table, storeReg(8, 10, -20, 1), reload], 'table?'],
  ['a byte of a number', [storeImm(8, 10, -16, 0x1234), loadReg(1, 6, 10, -15)], `${0x12}`],
  ['a signed byte', [storeImm(8, 10, -16, 0x80), loadSigned(1, 6, 10, -16)], '-128'],
  ['below the frame', [table, storeReg(8, 10, -600, 1), loadReg(8, 6, 10, -700)], 'table?'],
  [
    'after a helper that reads',
    [...spill, movReg(2, 10), addImm(2, -24), call(3), reload],
    'table+0',
  ],
  ['after a helper that writes elsewhere', [...spill, ...write(-8, 8), reload], 'table+0'],
  ['after a helper that writes there', [...spill, ...write(-24, 16), reload], 'table?'],
  [
    'after a function with the frame',
    [...spill, movReg(1, 10), callFunction(0), reload],
    '{frame,table}?',
  ],
  ['after a function without', [...spill, movImm(1, 0), ...noArguments(), reload], 'table+0'],
])('the frame: %s', (_, instructions, expected) => {
  expect(show(atExit(instructions, 6))).toBe(expected);
});

/** bpf_get_current_comm(r10 + offset, size). */
function write(offset: number, size: number): Instruction[] {
  return [movReg(1, 10), addImm(1, offset), movImm(2, size), call(16)];
}

function noArguments(): Instruction[] {
  return [2, 3, 4, 5].map((register) => movImm(register, 0)).concat(callFunction(0));
}

test('a store through a variable frame address may hit every slot', () => {
  const code = [
    ...spill,
    storeImm(8, 10, -24, 7),
    movReg(2, 10),
    aluReg(Alu.ADD, 2, 3),
    other,
    movReg(4, 10),
    aluReg(Alu.ADD, 4, 3),
    storeReg(8, 4, 0, 2),
    reload,
    loadReg(8, 7, 10, -24),
  ];
  expect(show(atExit(code, 6))).toBe('{table,other}?');
  expect(show(atExit(code, 7))).toBe('other?');
});

test('big-endian parts of numbers', () => {
  const code = [storeImm(8, 10, -16, 0x1234), loadReg(1, 6, 10, -10)];
  expect(show(atExit(code, 6, { order: 'big' }))).toBe(`${0x12}`);
});

test('what a function returns may be what it was given', () => {
  expect(show(atExit([table, callFunction(0)], 0))).toBe('table?');
});

test('a summary says that it is not', () => {
  const summary = { ...quiet, reads: 2 };
  const given = [table, movReg(2, 10), callFunction(0)];
  const known = () => ({ kind: 'function', id: 1, summary }) as const;
  expect(show(atExit(given, 0, { call: known }))).toBe('unknown');
});

test('a function that stores nothing adds nothing to the frame', () => {
  const summary = { ...quiet, reads: 6 };
  const given = [table, movReg(2, 10), callFunction(0), reload];
  const known = () => ({ kind: 'function', id: 1, summary }) as const;
  expect(show(atExit(given, 6, { call: known }))).toBe('unknown');
});

/** r10-32 to r10-16 is a variable, beside which the address of the table is kept in r10-40 and r10-8. */
const beside = [
  table,
  storeReg(8, 10, -40, 1),
  storeReg(8, 10, -8, 1),
  storeImm(8, 10, -32, 3),
  storeImm(8, 10, -24, 4),
  movReg(1, 10),
  addImm(1, -32),
];

const SPILLS = [-40, -32, -24, -8];

test.each<[string, Partial<FunctionSummary>, string[]]>([
  ['nothing', { accesses: 0 }, ['table+0', '3', '4', 'table+0']],
  ['8 bytes', { highest: [8, 0, 0, 0, 0] }, ['table+0', 'unknown', '4', 'table+0']],
  ['a part of a slot', { highest: [9, 0, 0, 0, 0] }, ['table+0', 'unknown', 'unknown', 'table+0']],
  ['what is below', { lowest: [-8, 0, 0, 0, 0] }, ['table?', '3', '4', 'table+0']],
  [
    'what is above',
    { highest: [Infinity, 0, 0, 0, 0] },
    ['table+0', 'unknown', 'unknown', 'table?'],
  ],
  ['all', { lowest: [-Infinity, 0, 0, 0, 0] }, ['table?', 'unknown', 'unknown', 'table?']],
  [
    'what it finds above',
    { highest: [Infinity, 0, 0, 0, 0], follows: 2 },
    ['table+0', 'table?', 'table?', 'table?'],
  ],
])('a function that accesses %s leaves the rest of the frame as it was', (_, reach, expected) => {
  const summary = { ...quiet, ...reach };
  const known = () => ({ kind: 'function', id: 1, summary }) as const;
  const left = (at: number) =>
    show(atExit([...beside, callFunction(0), loadReg(8, 6, 10, at)], 6, { call: known }));
  expect(SPILLS.map(left)).toEqual(expected);
});

test('a function that finds an address of the frame gets at all of it', () => {
  const summary = { ...quiet, highest: [16, 0, 0, 0, 0], follows: 2 };
  const known = () => ({ kind: 'function', id: 1, summary }) as const;
  const given = [...beside, storeReg(8, 10, -24, 10), callFunction(0), loadReg(8, 6, 10, -40)];
  expect(show(atExit(given, 6, { call: known }))).toMatch(/table.*\?$/);
});

test('a variable at an index: what is below it stays, what is above does not', () => {
  const summary = { ...quiet, highest: [8, 0, 0, 0, 0] };
  const known = () => ({ kind: 'function', id: 1, summary }) as const;
  const masked = [aluImm(Alu.AND, 2, 7), aluReg(Alu.ADD, 1, 2)];
  const left = (at: number) =>
    show(
      atExit([...beside, ...masked, callFunction(0), loadReg(8, 6, 10, at)], 6, { call: known }),
    );
  expect([left(-40), left(-8)]).toEqual(['table+0', 'table?']);
});

test('r1 to r5 at entry are what the caller says', () => {
  const entry = { 1: { target: TABLE, offset: 4 }, 2: { constant: 9n } };
  expect(show(atExit([], 1, { entry }))).toBe('table+4');
  expect(show(atExit([], 2, { entry }))).toBe('9');
  expect(show(atExit([], 3, { entry }))).toBe('unknown');
});

test('a reference may be a number', () => {
  const reference = () => ({ constant: 42n });
  expect(show(atExit([loadImm64(1, 0n)], 1, { reference }))).toBe('42');
});

test('code that is not reached is not visited', () => {
  const code = Code.from([jump(1), movImm(0, 1), exit()]);
  const visited: number[] = [];
  new Dataflow(code).visit((slot) => visited.push(slot));
  expect(visited).toEqual([0, 2]);
});

test('many targets stay in the set, at the price of others', () => {
  const count = 100;
  const instructions = Array.from({ length: count }, (_, i) => [
    loadImm64(2, BigInt(i + 1)),
    aluReg(Alu.ADD, 1, 2),
  ]).flat();
  const code = Code.from(instructions);
  const reference = (slot: number) => ({ target: Number(code.imm64(slot)), offset: 0 });
  const value = atExit(instructions, 1, { reference });
  const ids = value.kind === 'address' ? value.targets.ids : [];
  expect(ids).toEqual(Array.from({ length: count + 1 }, (_, id) => id));
});
