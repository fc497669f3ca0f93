import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addImm, exit, loadImm64, movReg } from '../../src/bpf/build.ts';
import { Code } from '../../src/bpf/code.ts';

const origin = { file: 'a.o', section: 'tc' };

test('registers are in the other half of their byte in big-endian code', () => {
  const code = Code.from([movReg(1, 10)]);
  expect([...code.encode('little')]).toEqual([0xbf, 0xa1, 0, 0, 0, 0, 0, 0]);
  expect([...code.encode('big')]).toEqual([0xbf, 0x1a, 0, 0, 0, 0, 0, 0]);
});

test('offset and imm follow the byte order', () => {
  const code = Code.from([{ opcode: 0x7a, dst: 10, src: 0, offset: -8, imm: 0x01020304 }]);
  expect([...code.encode('little')]).toEqual([0x7a, 0x0a, 0xf8, 0xff, 4, 3, 2, 1]);
  expect([...code.encode('big')]).toEqual([0x7a, 0xa0, 0xff, 0xf8, 1, 2, 3, 4]);
});

test('a ld_imm64 takes two slots', () => {
  const code = Code.from([loadImm64(3, 0x123456789abcdef0n), exit()]);
  expect(code.length).toBe(3);
  expect(code.imm64(0)).toBe(0x123456789abcdef0n);
  expect([code.isWide(0), code.isSecondHalf(1), code.isSecondHalf(2)]).toEqual([true, true, false]);
  expect([code.next(0), code.next(2)]).toEqual([2, 3]);
  expect(code.at(0)).toEqual(loadImm64(3, 0x123456789abcdef0n));
});

test('imm64 joins its halves without sign', () => {
  expect(Code.from([loadImm64(1, -1n)]).imm64(0)).toBe(0xffff_ffff_ffff_ffffn);
  expect(Code.from([loadImm64(1, 0xffff_ffffn)]).imm64(0)).toBe(0xffff_ffffn);
});

test('a ld_imm64 at the very end is not whole', () => {
  const code = Code.from([exit(), loadImm64(1, 5n)]).slice(0, 2);
  expect(code.isWide(1)).toBe(false);
  expect(code.next(1)).toBe(2);
});

test('a slice is a copy', () => {
  const code = Code.from([addImm(1, 1), exit()]);
  const part = code.slice(0, 1);
  part.put(0, exit());
  expect(code.at(0)).toEqual(addImm(1, 1));
});

test('CODE-001: a size that is no multiple of 8', () => {
  const { diagnostic } = Code.decode(new Uint8Array(20), 'little', origin);
  expect(diagnostic).toMatchObject({
    code: 'CODE-001',
    message: expect.stringContaining("section 'tc' holds code but its size, 20 bytes"),
    at: [{ kind: 'object', file: 'a.o', section: 'tc' }],
  });
});

test.each(['little', 'big'] as const)('any bytes decode and encode to themselves, %s', (order) => {
  const slots = fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 20 });
  fc.assert(
    fc.property(slots, (parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      expect(Code.decode(bytes, order, origin).code?.encode(order)).toEqual(bytes);
    }),
  );
});

test('the same code in both byte orders decodes to the same columns', () => {
  const slots = fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 20 });
  fc.assert(
    fc.property(slots, (parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const code = Code.decode(bytes, 'little', origin).code!;
      expect(Code.decode(code.encode('big'), 'big', origin).code).toEqual(code);
    }),
  );
});
