import { expect, test } from 'vitest';
import {
  addImm,
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
import { summarizeFunction } from '../../src/bpf/summary.ts';

const summarize = (...instructions: Instruction[]) =>
  summarizeFunction(Code.from([...instructions, exit()]));

test('a function that only loads', () => {
  expect(summarize(loadReg(4, 0, 2, 0))).toEqual({
    reads: 0b100,
    returnsArgument: false,
    storesArgument: false,
  });
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
  expect(summarizeFunction(code, { reference }).returnsArgument).toBe(expected);
});

const quiet = { reads: 2, returnsArgument: false, storesArgument: false };

test.each<[string, Instruction[], boolean]>([
  ['into another', [storeReg(8, 2, 0, 1)], true],
  ['in its frame', [storeReg(8, 10, -8, 1)], false],
  ['by an unknown function', [callFunction(0)], true],
  ['by a helper that reads', [call(1)], false],
  ['by a helper that calls back', [movReg(3, 1), call(181)], true],
  ['through its frame', [storeReg(8, 10, -8, 1), movReg(1, 10), callFunction(0)], true],
])('stores an argument %s', (_, instructions, expected) => {
  expect(summarize(...instructions, movImm(0, 0)).storesArgument).toBe(expected);
});

test('the summaries of callees are used', () => {
  const code = Code.from([callFunction(0), exit()]);
  const known = () => ({ kind: 'function', id: 1, summary: quiet }) as const;
  expect(summarizeFunction(code, { call: known })).toEqual(quiet);
});
