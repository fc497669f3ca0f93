import { expect, test } from 'vitest';
import * as build from '../../src/bpf/build.ts';
import { Code } from '../../src/bpf/code.ts';
import { disassemble } from '../../src/bpf/disassemble.ts';
import { Alu, Atomic, Jump } from '../../src/bpf/opcode.ts';

test.each([
  [build.movReg(1, 2), 'r1 = r2'],
  [build.movReg(1, 2, 32), 'w1 = w2'],
  [build.movImm(1, -5), 'r1 = -5'],
  [build.movImm(1, 0xffff_ffff, 32), 'w1 = -1'],
  [build.loadImm64(1, -2n), 'r1 = 0xfffffffffffffffe ll'],
  [build.addImm(1, -8), 'r1 += -8'],
  [build.aluImm(Alu.AND, 1, 7, 32), 'w1 &= 7'],
  [build.aluReg(Alu.XOR, 1, 2), 'r1 ^= r2'],
  [build.storeImm(8, 10, -8, 5), '*(u64 *)(r10 - 8) = 5'],
  [build.storeReg(2, 1, 4, 3), '*(u16 *)(r1 + 4) = r3'],
  [build.loadReg(4, 1, 2, -4), 'r1 = *(u32 *)(r2 - 4)'],
  [build.loadSigned(1, 1, 2, 0), 'r1 = *(s8 *)(r2 + 0)'],
  [build.atomic(Atomic.ADD, 8, 1, 0, 2), 'lock *(u64 *)(r1 + 0) += r2'],
  [build.call(12), 'call 12'],
  [build.callFunction(-3), 'call pc-3'],
  [build.exit(), 'exit'],
  [build.jump(3), 'goto +3'],
  [build.jumpLong(-70000), 'gotol -70000'],
  [build.jumpIfImm(Jump.JSGT, 1, -1, 2), 'if r1 s> -1 goto +2'],
  [build.jumpIfReg(Jump.JNE, 1, 2, -2), 'if r1 != r2 goto -2'],
  [build.jumpIfNull(0, 1), 'if r0 == 0 goto +1'],
  [build.nop(), 'goto +0'],
])('%# builds %s', (instruction, text) => {
  expect(disassemble(Code.from([instruction]), 0)).toBe(text);
});

test.each([
  [5n, 'r1 = 5'],
  [-1n, 'r1 = -1'],
  [0xffff_ffff_ffff_ffffn, 'r1 = -1'],
  [0xffff_ffffn, 'w1 = -1'],
  [0x8000_0000n, 'w1 = -2147483648'],
  [0x1_0000_0000n, 'r1 = 0x100000000 ll'],
])('the shortest load of %s', (value, text) => {
  expect(disassemble(Code.from([build.loadConstant(1, value)]), 0)).toBe(text);
});
