import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  call,
  callFunction,
  exit,
  loadImm64,
  loadReg,
  movImm,
  movReg,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { Alu } from '../../src/bpf/opcode.ts';
import { summarizeFunction } from '../../src/bpf/summary.ts';
import { quiet } from './summaries.ts';

const summarize = (...instructions: Instruction[]) =>
  summarizeFunction(Code.from([...instructions, exit()]));

test('a function that only loads', () => {
  expect(summarize(loadReg(4, 0, 2, 0))).toEqual({
    ...quiet,
    reads: 0b100,
    accesses: 0b100,
    highest: [0, 4, 0, 0, 0],
  });
});

test('an argument that is only computed with is not accessed', () => {
  expect(summarize(movReg(0, 1), addImm(0, -8), loadReg(8, 3, 2, 0)).accesses).toBe(0b100);
});

test.each<[string, Instruction[], boolean]>([
  ['an argument', [movReg(0, 1)], true],
  ['an address in it', [movReg(0, 1), addImm(0, 8)], true],
  ['a reloaded argument', [storeReg(8, 10, -8, 1), loadReg(8, 0, 10, -8)], true],
  ['a number', [movImm(0, 1)], false],
  ['its own data', [loadImm64(0, 0n)], false],
])('returns %s', (_, instructions, expected) => {
  const code = Code.from([...instructions, exit()]);
  const reference = () => ({ target: 3, offset: 0 });
  expect(summarizeFunction(code, { reference }).returns).toBe(expected ? 0b10 : 0);
});

test.each<[string, Instruction[], boolean]>([
  ['into another', [storeReg(8, 2, 0, 1)], true],
  ['in its frame', [storeReg(8, 10, -8, 1)], false],
  ['by an unknown function', [callFunction(0)], true],
  ['by a helper that reads', [call(1)], false],
  ['by a helper that calls back', [movReg(3, 1), call(181)], true],
  ['through its frame', [storeReg(8, 10, -8, 1), movReg(1, 10), callFunction(0)], true],
])('stores an argument %s', (_, instructions, expected) => {
  expect((summarize(...instructions, movImm(0, 0)).stores & 0b10) !== 0).toBe(expected);
});

test('only the arguments that are stored or returned are said to be', () => {
  expect(summarize(storeReg(8, 1, 0, 2), movReg(0, 3))).toMatchObject({
    stores: 0b100,
    returns: 0b1000,
  });
});

test('the summaries of callees are used', () => {
  const code = Code.from([callFunction(0), exit()]);
  const known = () => ({ kind: 'function', id: 1, summary: quiet }) as const;
  expect(summarizeFunction(code, { call: known })).toEqual(quiet);
});

const infinite = Number.NEGATIVE_INFINITY;
const endless = Number.POSITIVE_INFINITY;

test.each<[string, Instruction[], number]>([
  ['nothing below', [loadReg(4, 0, 1, 8)], 0],
  ['an access below', [loadReg(4, 0, 1, -24)], -24],
  ['an address below', [addImm(1, -16), loadReg(4, 0, 1, 8)], -16],
  ['a masked index', [aluImm(Alu.AND, 2, 7), aluReg(Alu.ADD, 1, 2), loadReg(1, 0, 1, -8)], -8],
  ['an index that was passed', [aluReg(Alu.ADD, 1, 2), loadReg(1, 0, 1, 0)], infinite],
  ['passed to a helper', [addImm(1, -8), movImm(2, 4), call(6)], -8],
  ['passed to any function', [callFunction(0)], infinite],
  ['stored elsewhere', [storeReg(8, 2, 0, 1)], infinite],
])('the lowest byte that is accessed: %s', (_, instructions, expected) => {
  expect(summarize(...instructions, movImm(0, 0)).lowest[0]).toBe(expected);
});

test.each<[string, Instruction[], number]>([
  ['nothing', [movReg(0, 1)], 0],
  ['only below', [loadReg(8, 0, 1, -24)], 0],
  ['a word', [loadReg(4, 0, 1, 8)], 12],
  ['an address above', [addImm(1, 16), loadReg(2, 0, 1, 8)], 26],
  ['a masked index', [aluImm(Alu.AND, 2, 7), aluReg(Alu.ADD, 1, 2), loadReg(1, 0, 1, 0)], endless],
  ['a helper, as its size says', [movImm(2, 4), call(6)], 4],
  ['a helper, of a size that is not known', [call(6)], endless],
  ['any function', [callFunction(0)], endless],
  ['stored elsewhere', [storeReg(8, 2, 0, 1)], endless],
])('the end of what is accessed: %s', (_, instructions, expected) => {
  expect(summarize(...instructions, movImm(0, 0)).highest[0]).toBe(expected);
});

test('where the loader changes an offset, the end of what is accessed is not known', () => {
  const code = Code.from([loadReg(8, 0, 1, 16), movImm(0, 0), exit()]);
  expect(summarizeFunction(code, { adjusted: new Set([0]) }).highest[0]).toBe(endless);
});

test.each<[string, Instruction[], number]>([
  ['a word', [loadReg(4, 0, 1, 0)], 0],
  ['8 bytes', [loadReg(8, 0, 1, 0)], 0b10],
  [
    '8 bytes by way of the frame',
    [storeReg(8, 10, -8, 2), loadReg(8, 2, 10, -8), loadReg(8, 0, 2, 0)],
    0b100,
  ],
])('may find an address in %s', (_, instructions, expected) => {
  expect(summarize(...instructions, movImm(0, 0)).follows).toBe(expected);
});

test('what a callee accesses around its argument counts', () => {
  const code = Code.from([addImm(1, -8), callFunction(0), exit()]);
  const summary = { ...quiet, lowest: [-16, 0, 0, 0, 0], highest: [24, 0, 0, 0, 0], follows: 2 };
  const known = () => ({ kind: 'function', id: 1, summary }) as const;
  const { lowest, highest, follows } = summarizeFunction(code, { call: known });
  expect({ lowest, highest, follows }).toEqual({
    lowest: [-24, 0, 0, 0, 0],
    highest: [16, 0, 0, 0, 0],
    follows: 2,
  });
});
