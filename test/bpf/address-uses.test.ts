import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  atomic,
  call,
  callFunction,
  exit,
  jumpIfImm,
  jumpIfNull,
  loadImm64,
  loadReg,
  loadSigned,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { type AddressUse, findAddressUses } from '../../src/bpf/dataflow/address-uses.ts';
import { Dataflow, type DataflowOptions } from '../../src/bpf/dataflow/analysis.ts';
import { Alu, Atomic, Jump } from '../../src/bpf/opcode.ts';
import { quiet } from './summaries.ts';

/** The uses in code that starts with the address of target 1 in r1; that takes slots 0 and 1. */
function uses(instructions: readonly Instruction[], more: DataflowOptions = {}): AddressUse[] {
  const code = Code.from([loadImm64(1, 0n), ...instructions, movImm(0, 0), exit()]);
  const reference = (slot: number) => ({ target: slot === 0 ? 1 : 2, offset: 0 });
  return findAddressUses(new Dataflow(code, { reference, ...more }));
}

const kinds = (instructions: readonly Instruction[], more: DataflowOptions = {}) =>
  uses(instructions, more).map(({ kind }) => kind);

test('a load says how wide, where and into what', () => {
  expect(uses([addImm(1, 4), loadSigned(2, 3, 1, 8)])).toMatchObject([
    { kind: 'load', slot: 3, width: 2, signed: true, result: 3, register: 1, offset: 12 },
  ]);
});

test('a load at a variable index has no offset', () => {
  const [load] = uses([aluReg(Alu.ADD, 1, 6), loadReg(4, 2, 1, 0)]);
  expect(load).toMatchObject({ kind: 'load', offset: undefined, base: { pure: true } });
});

test.each<[string, Instruction, Record<string, unknown>]>([
  ['an immediate', storeImm(4, 1, 4, 0), { kind: 'store', width: 4, offset: 4 }],
  ['a register', storeReg(8, 1, 0, 6), { kind: 'store', width: 8, offset: 0 }],
  ['an atomic', atomic(Atomic.ADD, 8, 1, 0, 6), { kind: 'atomic', operation: 0 }],
  ['a store-release', atomic(Atomic.STORE_REL, 1, 1, 0, 6), { kind: 'atomic', operation: 0x110 }],
  ['a load-acquire', atomic(Atomic.LOAD_ACQ, 4, 1, 0, 3), { kind: 'atomic', operation: 0x100 }],
])('stores through it: %s', (name, instruction, expected) => {
  const swap = name === 'a load-acquire' ? { dst: 3, src: 1 } : {};
  expect(uses([{ ...instruction, ...swap }])).toMatchObject([expected]);
});

test('a spill and a reload', () => {
  const found = uses([storeReg(8, 10, -8, 1), loadReg(8, 6, 10, -8), loadReg(1, 0, 6, 2)]);
  expect(found).toMatchObject([
    { kind: 'spill', slot: 2, frameOffset: -8 },
    { kind: 'load', slot: 4, offset: 2 },
  ]);
});

test.each<[string, Instruction[]]>([
  ['to unknown memory', [storeReg(8, 6, 0, 1)]],
  ['to part of a slot', [storeReg(4, 10, -8, 1)]],
  ['across slots', [storeReg(8, 10, -12, 1)]],
  ['by exchange', [atomic(Atomic.XCHG, 8, 6, 0, 1)]],
])('escapes %s', (_, instructions) => {
  expect(kinds(instructions)).toEqual(['escape']);
});

test('an address stored through another', () => {
  const found = uses([loadImm64(2, 0n), storeReg(8, 1, 0, 2)]);
  expect(found).toMatchObject([
    { kind: 'store', base: { targets: { ids: [1] } } },
    { kind: 'escape', value: { targets: { ids: [2] } }, into: { targets: { ids: [1] } } },
  ]);
});

test('only the arguments that a helper has', () => {
  const found = uses([movReg(2, 1), movReg(3, 1), call(1)]);
  expect(found).toMatchObject([
    { kind: 'helper', helper: 1, argument: 1 },
    { kind: 'helper', helper: 1, argument: 2 },
  ]);
});

test('a function of unknown arguments may take all of them', () => {
  const found = uses([movReg(4, 1), callFunction(9)]);
  expect(found).toMatchObject([
    { kind: 'function', argument: 1, callee: { kind: 'unknown' } },
    { kind: 'function', argument: 4 },
  ]);
});

test('a function whose arguments are known takes only those', () => {
  const summary = { ...quiet, reads: 2 };
  const known = { call: () => ({ kind: 'function', id: 7, summary }) as const };
  const found = uses([movReg(4, 1), callFunction(9)], known);
  expect(found).toMatchObject([{ kind: 'function', argument: 1, callee: { id: 7 } }]);
});

test('an address in the frame that is passed on', () => {
  const found = uses([storeReg(8, 10, -8, 1), movReg(1, 10), callFunction(0)]);
  expect(found).toMatchObject([
    { kind: 'spill' },
    { kind: 'indirect', argument: 1, value: { pure: false } },
  ]);
});

test.each<[string, number, number, string[]]>([
  ['in the part that it accesses', 16, 2, ['spill', 'indirect']],
  ['but none above that part', 8, 2, ['spill']],
  ['but none where it loads no 8 bytes', 16, 0, ['spill']],
])('a function finds addresses in the frame %s', (_, highest, follows, expected) => {
  const summary = { ...quiet, reads: 2, highest: [highest, 0, 0, 0, 0], follows };
  const known = { call: () => ({ kind: 'function', id: 7, summary }) as const };
  const passing = [storeReg(8, 10, -8, 1), movReg(1, 10), addImm(1, -16), callFunction(9)];
  expect(kinds(passing, known)).toEqual(expected);
});

test('a helper that only reads the frame does not get at addresses in it', () => {
  expect(kinds([storeReg(8, 10, -8, 1), movReg(2, 10), addImm(2, -16), call(1)])).toEqual([
    'spill',
    'helper',
  ]);
});

test('the data of bpf_snprintf may hold addresses', () => {
  const data = [movReg(4, 10), addImm(4, -8), movImm(5, 8), movImm(3, 0), movImm(1, 0)];
  expect(kinds([storeReg(8, 10, -8, 1), ...data, call(165)])).toEqual(['spill', 'indirect']);
});

test('returned', () => {
  const code = Code.from([loadImm64(0, 0n), exit()]);
  const reference = () => ({ target: 1, offset: 0 });
  expect(findAddressUses(new Dataflow(code, { reference }))).toMatchObject([{ kind: 'return' }]);
});

test.each<[string, Instruction[]]>([
  ['shift', [aluImm(Alu.LSH, 1, 1)]],
  ['and', [aluImm(Alu.AND, 1, 7)]],
  ['multiplication of another', [aluReg(Alu.MUL, 6, 1)]],
  ['32-bit move', [movReg(2, 1, 32)]],
  ['sign extension', [{ ...movReg(2, 1), offset: 32 }]],
  ['32-bit addition', [aluImm(Alu.ADD, 1, 1, 32)]],
  ['negation', [aluImm(Alu.NEG, 1, 0)]],
  ['bswap', [{ ...movImm(1, 64), opcode: 0xd7 }]],
  ['subtraction from a number', [aluReg(Alu.SUB, 6, 1)]],
  ['bit test', [jumpIfImm(Jump.JSET, 1, 1, 0)]],
])('as a number: %s', (_, instructions) => {
  expect(kinds(instructions)[0]).toBe('number');
});

test.each<[string, Instruction[], string[]]>([
  ['null check', [jumpIfNull(1, 0)], ['compare']],
  ['difference', [movReg(2, 1), aluReg(Alu.SUB, 2, 1)], ['difference', 'difference']],
  ['call', [{ ...movImm(1, 0), opcode: 0x8d }], ['called', 'function']],
  ['moves and additions', [movReg(2, 1), addImm(2, 4), aluReg(Alu.ADD, 2, 6)], []],
  ['its own frame', [movReg(2, 10), storeReg(8, 2, -8, 6), loadReg(8, 3, 2, -8)], []],
])('%s', (_, instructions, expected) => {
  expect(kinds(instructions)).toEqual(expected);
});
