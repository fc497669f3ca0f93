/** The texts were compared with llvm-objdump 19 on assembler and compiler output for v1 to v4. */
import { expect, test } from 'vitest';
import { call, callFunction, exit, loadImm64 } from '../../src/bpf/build.ts';
import { Code } from '../../src/bpf/code.ts';
import { disassemble, disassembleAll } from '../../src/bpf/disassemble.ts';

function text(hex: string): string {
  const bytes = Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
  return disassemble(Code.decode(bytes, 'little', { file: 'a.o', section: 'tc' }).code!, 0);
}

test.each([
  ['b4 00 00 00 fb ff ff ff', 'w0 = -5'],
  ['3f 21 00 00 00 00 00 00', 'r1 /= r2'],
  ['3f 21 01 00 00 00 00 00', 'r1 s/= r2'],
  ['94 01 01 00 fd ff ff ff', 'w1 s%= -3'],
  ['7c 21 00 00 00 00 00 00', 'w1 >>= w2'],
  ['c7 01 00 00 3f 00 00 00', 'r1 s>>= 63'],
  ['84 01 00 00 00 00 00 00', 'w1 = -w1'],
  ['bf 21 08 00 00 00 00 00', 'r1 = (s8)r2'],
  ['bc 21 10 00 00 00 00 00', 'w1 = (s16)w2'],
  ['bf 21 20 00 00 00 00 00', 'r1 = (s32)r2'],
  ['dc 01 00 00 10 00 00 00', 'r1 = be16 r1'],
  ['d4 01 00 00 40 00 00 00', 'r1 = le64 r1'],
  ['d7 01 00 00 20 00 00 00', 'r1 = bswap32 r1'],
  ['71 21 04 00 00 00 00 00', 'r1 = *(u8 *)(r2 + 4)'],
  ['81 21 fc ff 00 00 00 00', 'r1 = *(s32 *)(r2 - 4)'],
  ['7a 0a f8 ff fb ff ff ff', '*(u64 *)(r10 - 8) = -5'],
  ['6b 21 01 00 00 00 00 00', '*(u16 *)(r1 + 1) = r2'],
  ['c3 21 08 00 40 00 00 00', 'lock *(u32 *)(r1 + 8) |= w2'],
  ['db 21 08 00 01 00 00 00', 'r2 = atomic_fetch_add((u64 *)(r1 + 8), r2)'],
  ['c3 21 08 00 41 00 00 00', 'w2 = atomic_fetch_or((u32 *)(r1 + 8), w2)'],
  ['db 21 08 00 e1 00 00 00', 'r2 = xchg_64(r1 + 8, r2)'],
  ['c3 21 08 00 e1 00 00 00', 'w2 = xchg32_32(r1 + 8, w2)'],
  ['db 21 08 00 f1 00 00 00', 'r0 = cmpxchg_64(r1 + 8, r0, r2)'],
  ['d3 21 08 00 00 01 00 00', 'w1 = load_acquire((u8 *)(r2 + 8))'],
  ['db 21 08 00 10 01 00 00', 'store_release((u64 *)(r1 + 8), r2)'],
  ['06 00 00 00 01 00 00 00', 'gotol +1'],
  ['25 01 05 00 03 00 00 00', 'if r1 > 3 goto +5'],
  ['ce 21 fb ff 00 00 00 00', 'if w1 s< w2 goto -5'],
  ['45 01 01 00 08 00 00 00', 'if r1 & 8 goto +1'],
  ['e5 00 03 00 00 00 00 00', 'may_goto +3'],
  ['8d 03 00 00 00 00 00 00', 'callx r3'],
  ['0d 03 00 00 00 00 00 00', 'gotox r3'],
  ['30 00 00 00 04 00 00 00', 'r0 = *(u8 *)skb[4]'],
  ['48 20 00 00 00 00 00 00', 'r0 = *(u16 *)skb[r2]'],
  ['bf 21 01 00 01 00 00 00', 'r1 = addr_space_cast(r2, 0, 1)'],
  ['00 00 00 00 00 00 00 00', '<unknown 0x00>'],
  ['18 01 00 00 00 00 00 00', '<unknown 0x18>'],
  ['c3 21 08 00 33 00 00 00', '<unknown 0xc3>'],
])('%s is %s', (hex, expected) => {
  expect(text(hex)).toBe(expected);
});

test('one line per instruction', () => {
  const code = Code.from([loadImm64(1, 0x2an), exit()]);
  expect(disassembleAll(code)).toEqual([
    { slot: 0, text: 'r1 = 0x2a ll' },
    { slot: 2, text: 'exit' },
  ]);
});

test('helpers by name, where they have one', () => {
  const code = Code.from([call(1), call(9999), { ...call(7), src: 2 }]);
  const lines = disassembleAll(code, { helperNames: true }).map((line) => line.text);
  expect(lines).toEqual(['call bpf_map_lookup_elem#1', 'call 9999', 'call kfunc#7']);
});

test('references replace numbers', () => {
  const code = Code.from([loadImm64(1, 4n), callFunction(-1)]);
  const reference = (slot: number) => (slot === 0 ? 'table+0x4' : 'sub');
  const lines = disassembleAll(code, { reference }).map((line) => line.text);
  expect(lines).toEqual(['r1 = table+0x4 ll', 'call sub']);
});

test('labels replace distances', () => {
  const hex = ['05 00 01 00 00 00 00 00', '06 00 00 00 ff ff ff ff', '55 01 fd ff 03 00 00 00'];
  const bytes = hex
    .join(' ')
    .split(' ')
    .map((byte) => Number.parseInt(byte, 16));
  const origin = { file: 'a.o', section: 'tc' };
  const code = Code.decode(Uint8Array.from(bytes), 'little', origin).code!;
  const label = (slot: number) => (slot === 2 ? 'L1' : slot === 1 ? 'L0' : undefined);
  const lines = disassembleAll(code, { label }).map((line) => line.text);
  expect(lines).toEqual(['goto L1', 'gotol L0', 'if r1 != 3 goto -3']);
});
