/** What is known of the size of numbers. */
import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  exit,
  jump,
  jumpIfImm,
  loadReg,
  loadSigned,
  movImm,
  movReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { Dataflow } from '../../src/bpf/dataflow/analysis.ts';
import { bitsOf } from '../../src/bpf/dataflow/value.ts';
import { Alu, Jump } from '../../src/bpf/opcode.ts';

/** The bits of r1 at the exit; any number was in it. */
function bits(...instructions: Instruction[]): number {
  const code = Code.from([...instructions, exit()]);
  let found = -1;
  new Dataflow(code).visit((slot, state) => {
    if (slot === code.length - 1) found = bitsOf(state.register(1));
  });
  return found;
}

const shift = (operation: number, by: number): Instruction => aluImm(operation, 1, by);
const masked = aluImm(Alu.AND, 1, 7);

test.each<[string, Instruction[], number]>([
  ['nothing is known', [], 64],
  ['a byte', [loadReg(1, 1, 2, 0)], 8],
  ['a word', [loadReg(4, 1, 2, 0)], 32],
  ['a signed word', [loadSigned(4, 1, 2, 0)], 64],
  ['a mask', [masked], 3],
  ['a negative mask', [aluImm(Alu.AND, 1, -8)], 64],
  ['shifted left', [masked, shift(Alu.LSH, 3)], 6],
  ['shifted right', [shift(Alu.RSH, 60)], 4],
  ['shifted right with its sign', [shift(Alu.ARSH, 60)], 64],
  ['cleared above', [shift(Alu.LSH, 32), shift(Alu.RSH, 32)], 32],
  ['extended from a sign', [loadReg(4, 1, 2, 0), shift(Alu.LSH, 32), shift(Alu.ARSH, 32)], 64],
  ['without one', [loadReg(1, 1, 2, 0), shift(Alu.LSH, 32), shift(Alu.ARSH, 32)], 8],
  ['a 32-bit move', [movReg(1, 2, 32)], 32],
  ['a 32-bit sum', [aluImm(Alu.ADD, 1, -1, 32)], 32],
  ['a product', [masked, aluImm(Alu.MUL, 1, 12)], 7],
  ['a remainder', [aluImm(Alu.MOD, 1, 6)], 3],
  ['a signed remainder', [{ ...aluImm(Alu.MOD, 1, 6), offset: 1 }], 64],
  ['negated', [masked, aluImm(Alu.NEG, 1, 0)], 64],
  ['less something', [masked, addImm(1, -1)], 64],
  ['a sum', [masked, loadReg(1, 2, 2, 0), aluReg(Alu.ADD, 1, 2)], 9],
  ['swapped', [{ opcode: 0xdc, dst: 1, src: 0, offset: 0, imm: 16 }], 16],
  ['all of it swapped', [{ opcode: 0xdc, dst: 1, src: 0, offset: 0, imm: 64 }], 64],
])('%s', (_, instructions, expected) => {
  expect(bits(...instructions)).toBe(expected);
});

/** r1 where a comparison of it goes on, or leaves; else 0. */
const where = (taken: boolean, comparison: Instruction): Instruction[] =>
  taken ? [comparison, movImm(1, 0)] : [comparison, jump(1), movImm(1, 0)];

test.each<[string, boolean, number, number, number]>([
  ['above', false, Jump.JGT, 15, 4],
  ['above, taken', true, Jump.JGT, 15, 64],
  ['not below', false, Jump.JGE, 16, 5],
  ['below', true, Jump.JLT, 16, 5],
  ['equal', true, Jump.JEQ, 9, 4],
  ['different', false, Jump.JNE, 9, 4],
  ['above, signed', false, Jump.JSGT, 15, 64],
  ['below zero, signed', false, Jump.JSLT, 0, 64 - 1],
])('a comparison: %s', (_, taken, operation, imm, expected) => {
  const comparison = jumpIfImm(operation, 1, imm, 1);
  const joined = where(taken, comparison);
  if (taken) joined[0] = { ...comparison, offset: 1 };
  expect(bits(...joined)).toBe(expected);
});

test('a counter in a loop does not become negative', () => {
  const loop = [movImm(1, 0), addImm(1, 1), jumpIfImm(Jump.JNE, 1, 100, -2)];
  expect(bits(...loop, movReg(2, 1))).toBeLessThan(64);
  expect(bits(movImm(1, 0), addImm(1, 1), jumpIfImm(Jump.JNE, 2, 0, -2))).toBe(48);
});

test('a number that is doubled in a loop may', () => {
  const loop = [movImm(1, 1), aluReg(Alu.ADD, 1, 1), jumpIfImm(Jump.JNE, 2, 0, -2)];
  expect(bits(...loop)).toBe(64);
});
