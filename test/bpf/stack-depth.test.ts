import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  atomic,
  callFunction,
  exit,
  jump,
  jumpIfNull,
  loadReg,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { Dataflow } from '../../src/bpf/dataflow/analysis.ts';
import { Alu, Atomic } from '../../src/bpf/opcode.ts';
import { stackUse } from '../../src/bpf/stack-depth.ts';
import { quiet } from './summaries.ts';

const masked = aluImm(Alu.AND, 1, 7);

test.each<[string, Instruction[], number]>([
  ['nothing', [movImm(0, 0)], 0],
  ['a store', [storeImm(1, 10, -3, 0)], 3],
  ['a load', [loadReg(8, 0, 10, -16)], 16],
  ['an atomic', [atomic(Atomic.ADD, 8, 10, -24, 1)], 24],
  ['a load-acquire', [{ ...atomic(Atomic.LOAD_ACQ, 8, 0, -32, 10), dst: 0 }], 32],
  ['an address', [movReg(2, 10), addImm(2, -40)], 40],
  ['an access below an address', [movReg(2, 10), addImm(2, -40), storeReg(8, 2, -8, 1)], 48],
  [
    'a variable index',
    [movReg(2, 10), addImm(2, -64), masked, aluReg(Alu.ADD, 2, 1), loadReg(1, 0, 2, 0)],
    64,
  ],
  [
    'an index before the constant',
    [movReg(2, 10), masked, aluReg(Alu.ADD, 2, 1), addImm(2, -64)],
    64,
  ],
  ['a masked number taken away', [movReg(2, 10), masked, aluReg(Alu.SUB, 2, 1), addImm(2, -8)], 15],
  [
    'two displacements of an index',
    [movReg(2, 10), addImm(2, -8), masked, aluReg(Alu.ADD, 2, 1), addImm(2, -8)],
    16,
  ],
  ['a negative number in a register', [movReg(2, 10), movImm(1, -24), aluReg(Alu.ADD, 2, 1)], 24],
  ['subtraction', [movReg(2, 10), aluImm(Alu.SUB, 2, 72)], 72],
  [
    'the lower of two branches',
    [movReg(2, 10), jumpIfNull(1, 2), addImm(2, -8), jump(1), addImm(2, -80)],
    80,
  ],
  ['code that is not reached', [jump(1), storeImm(8, 10, -88, 0)], 88],
  ['other memory', [storeImm(8, 1, -96, 0)], 0],
])('%s', (_, instructions, depth) => {
  const use = stackUse(new Dataflow(Code.from([...instructions, exit()])));
  expect(use).toEqual({ depth, unbounded: undefined });
});

const loop = (...lines: Instruction[]): Instruction[] => [
  movReg(1, 10),
  addImm(1, -8),
  ...lines,
  addImm(2, -1),
  { ...jump(-lines.length - 2), opcode: 0x55, dst: 2 },
];

/** Whether the frame is used to where is not known. */
test.each<[string, Instruction[], boolean]>([
  ['a fixed address', [movReg(1, 10), addImm(1, -8)], false],
  ['steps down without a loop', [movReg(1, 10), addImm(1, -8), addImm(1, -8)], false],
  ['a loop that steps down', loop(storeImm(8, 1, 0, 0), addImm(1, -8)), true],
  [
    'through another register',
    loop(movReg(3, 1), addImm(3, -8), movReg(1, 3), storeImm(1, 1, 0, 0)),
    true,
  ],
  [
    'through the frame',
    loop(
      storeReg(8, 10, -16, 1),
      loadReg(8, 3, 10, -16),
      addImm(3, -8),
      movReg(1, 3),
      storeImm(1, 1, 0, 0),
    ),
    true,
  ],
  ['a loop that steps up', loop(storeImm(8, 1, 0, 0), addImm(1, 8)), false],
  [
    'a base and an index in a loop',
    loop(
      movReg(4, 2),
      aluImm(Alu.AND, 4, 7),
      movReg(3, 10),
      aluReg(Alu.ADD, 3, 4),
      addImm(3, -64),
      storeImm(1, 3, 0, 0),
    ),
    false,
  ],
  [
    'an unknown number taken away',
    [movReg(3, 10), aluReg(Alu.SUB, 3, 2), loadReg(1, 0, 3, 0)],
    true,
  ],
  ['an unknown number added', [movReg(3, 10), aluReg(Alu.ADD, 3, 2), loadReg(1, 0, 3, 0)], true],
])('moves down: %s', (_, lines, expected) => {
  const code = Code.from([...lines, movImm(0, 0), exit()]);
  expect(stackUse(new Dataflow(code)).unbounded !== undefined).toBe(expected);
});

const call = (lowest: number, follows = 0, highest = 16) => ({
  call: () =>
    ({
      kind: 'function',
      id: 1,
      summary: { ...quiet, lowest: [lowest, 0, 0, 0, 0], highest: [highest, 0, 0, 0, 0], follows },
    }) as const,
});

const passing = [movReg(1, 10), addImm(1, -16), storeReg(8, 10, -8, 1), callFunction(0), exit()];

test.each<[string, number, number, { depth: number; unbounded: number | undefined }]>([
  ['upward', 0, 0, { depth: 16, unbounded: undefined }],
  ['below it', -24, 0, { depth: 40, unbounded: undefined }],
  ['to anywhere', Number.NEGATIVE_INFINITY, 0, { depth: 16, unbounded: 3 }],
  ['by what it finds there', 0, 2, { depth: 16, unbounded: 3 }],
])('a function goes %s', (_, lowest, follows, expected) => {
  expect(stackUse(new Dataflow(Code.from(passing), call(lowest, follows)))).toEqual(expected);
});

test('a function does not find what stands above all that it accesses', () => {
  const analysis = new Dataflow(Code.from(passing), call(0, 2, 8));
  expect(stackUse(analysis)).toEqual({ depth: 16, unbounded: undefined });
});

test('a function of which nothing is known goes anywhere', () => {
  expect(stackUse(new Dataflow(Code.from(passing))).unbounded).toBe(3);
});
