import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteView, encodeUtf8 } from '../../src/base/bytes.ts';
import { KIND, trailingSize } from '../../src/btf/format.ts';
import { lineAt, readLineInfo } from '../../src/btf/line-info.ts';
import { Btf } from '../../src/btf/read.ts';
import { readElf } from '../../src/elf/read.ts';
import { fixture } from '../support/link.ts';

type Order = 'little' | 'big';

/** `.BTF` with the type words and the strings that are given. */
function btf(words: readonly number[], strings: string, order: Order): Uint8Array {
  const text = encodeUtf8(strings);
  const view = new ByteView(new Uint8Array(24 + words.length * 4 + text.length), order);
  view.setU16(0, 0xeb9f);
  view.setU8(2, 1);
  [24, 0, words.length * 4, words.length * 4, text.length].forEach((word, i) => {
    view.setU32(4 + i * 4, word);
  });
  words.forEach((word, i) => {
    view.setU32(24 + i * 4, word);
  });
  view.bytes.set(text, 24 + words.length * 4);
  return view.bytes;
}

const int = [1, KIND.INT << 24, 4, 0x01000020];
const fwd = [5, (KIND.FWD << 24) | 0x80000000, 0];
const struct = [7, (KIND.STRUCT << 24) | 1, 4, 5, 1, 0];
const strings = '\0int\0u\0point\0';

test.each<Order>(['little', 'big'])('types are numbered from 1, %s-endian', (order) => {
  const read = Btf.read(btf([...int, ...fwd, ...struct], strings, order), order);
  expect([...(read?.types() ?? [])]).toEqual([
    { id: 1, kind: KIND.INT, name: 'int', vlen: 0, flag: false, sizeOrType: 4, trailing: 36 },
    { id: 2, kind: KIND.FWD, name: 'u', vlen: 0, flag: true, sizeOrType: 0, trailing: 52 },
    { id: 3, kind: KIND.STRUCT, name: 'point', vlen: 1, flag: false, sizeOrType: 4, trailing: 64 },
  ]);
  expect(read?.type(0)).toBeUndefined();
  expect(read?.type(4)).toBeUndefined();
});

test('a string outside the table is empty', () => {
  expect(Btf.read(btf([999, KIND.FWD << 24, 0], strings, 'little'), 'little')?.type(1)?.name).toBe(
    '',
  );
});

test.each<[string, Uint8Array]>([
  ['nothing', new Uint8Array(0)],
  ['half a header', btf([], '\0', 'little').subarray(0, 20)],
  ['the other byte order', btf(int, strings, 'big')],
  ['an unknown kind', btf([1, 31 << 24, 0], strings, 'little')],
  ['kind 0', btf([1, 0, 0], strings, 'little')],
  ['half a type', btf([1, KIND.FWD << 24], strings, 'little')],
  ['members past the end', btf([1, (KIND.STRUCT << 24) | 2, 4, 0, 0, 0], strings, 'little')],
])('%s is not BTF', (_, bytes) => {
  expect(Btf.read(bytes, 'little')).toBeUndefined();
});

test('every kind of the kernel has a size', () => {
  const sizes = Object.values(KIND).map((kind) => trailingSize(kind, 2));
  expect(sizes).toEqual([4, 0, 12, 24, 24, 16, 0, 0, 0, 0, 0, 0, 16, 4, 24, 0, 4, 0, 24]);
});

test.each([
  ['config/config.o', 'little'],
  ['config/config.be.o', 'big'],
] as const)('%s: variables and lines are found', (path, order) => {
  const { object } = readElf(fixture(path).bytes, path);
  const bytes = (name: string) => object!.sections.find((section) => section.name === name)!.bytes;
  const read = Btf.read(bytes('.BTF'), order)!;
  const variables = [...read.types()].filter(({ kind }) => kind === KIND.VAR);
  expect(variables.map(({ name }) => name)).toContain('signed_wide');
  const lines = readLineInfo(bytes('.BTF.ext'), order, read);
  const line = lineAt(lines, 'classifier', 0);
  expect(line?.file).toMatch(/config\.c$/);
  expect(line?.text).toContain('int config(struct __sk_buff *skb)');
  expect(line?.line).toBeGreaterThan(1);
  expect(lineAt(lines, 'other', 0)).toBeUndefined();
});

test('damaged BTF and line info are read to no harm', () => {
  const { object } = readElf(fixture('config/config.o').bytes, 'config.o');
  const bytes = (name: string) => object!.sections.find((section) => section.name === name)!.bytes;
  const types = Btf.read(bytes('.BTF'), 'little')!;
  const flips = fc.array(fc.tuple(fc.nat(1 << 16), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(flips, fc.boolean(), (changes, cut) => {
      const damage = (original: Uint8Array): Uint8Array => {
        const copy = original.slice();
        // Mostly in the header, which leads everywhere.
        for (const [at, value] of changes) copy[at % (cut ? 48 : copy.length)] = value;
        return copy;
      };
      const read = Btf.read(damage(bytes('.BTF')), 'little');
      for (const type of read?.types() ?? []) expect(typeof type.name).toBe('string');
      const lines = readLineInfo(damage(bytes('.BTF.ext')), 'little', read ?? types);
      expect(lineAt(lines, 'classifier', 8)?.line ?? 0).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 300 },
  );
});
