import { expect, test } from 'vitest';
import {
  endsFlow,
  isAtomic,
  isBranch,
  isConditional,
  isKnownOpcode,
  isLoad,
  isPacketLoad,
  isStore,
  sizeBits,
  widthOf,
} from '../../src/bpf/opcode.ts';

test.each([
  ['ja', 0x05, true],
  ['gotol', 0x06, true],
  ['may_goto', 0xe5, true],
  ['jeq', 0x15, true],
  ['jslt32', 0xce, true],
  ['call', 0x85, false],
  ['exit', 0x95, false],
  ['gotox', 0x0d, false],
  ['add', 0x07, false],
])('%s is a branch: %s', (_, opcode, branch) => {
  expect(isBranch(opcode)).toBe(branch);
});

test('flow ends at jumps and exits, not at conditional jumps and calls', () => {
  expect([0x05, 0x06, 0x0d, 0x95].every(endsFlow)).toBe(true);
  expect([0x15, 0xe5, 0x85, 0x8d, 0x18].some(endsFlow)).toBe(false);
});

test('conditional jumps are those that may go on', () => {
  expect([0x15, 0x1d, 0x16, 0xde, 0xe5].every(isConditional)).toBe(true);
  expect([0x05, 0x06, 0x85, 0x95, 0x07].some(isConditional)).toBe(false);
});

test.each([
  [0x71, 1],
  [0x69, 2],
  [0x61, 4],
  [0x79, 8],
  [0xc3, 4],
] as const)('the width of 0x%x is %d bytes', (opcode, width) => {
  expect(widthOf(opcode)).toBe(width);
  expect(widthOf(sizeBits(width))).toBe(width);
});

test('memory instructions are told apart', () => {
  expect([0x61, 0x81].map(isLoad)).toEqual([true, true]);
  expect([0x62, 0x63, 0xc3].map(isStore)).toEqual([true, true, false]);
  expect([0xc3, 0xdb, 0x63].map(isAtomic)).toEqual([true, true, false]);
  expect([0x20, 0x50, 0x18].map(isPacketLoad)).toEqual([true, true, false]);
});

test.each([
  ['nothing', 0x00],
  ['neg by register', 0x8f],
  ['bswap by register', 0xdf],
  ['exit by register', 0x9d],
  ['64-bit signed load', 0x99],
  ['call in class jmp32', 0x86],
  ['operation 0xf0', 0xf5],
  ['atomic load', 0xc1],
])('%s is no instruction', (_, opcode) => {
  expect(isKnownOpcode(opcode)).toBe(false);
});
