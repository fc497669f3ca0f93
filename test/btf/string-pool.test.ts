import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StringPool } from '../../src/btf/string-pool.ts';
import { StringTable } from '../../src/btf/strings.ts';

const texts = (pool: StringPool) => new TextDecoder().decode(pool.bytes);

test('one copy of each text, and the empty one at 0', () => {
  const pool = new StringPool();
  expect([pool.intern(''), pool.intern('ab'), pool.intern('b'), pool.intern('ab')]).toEqual([
    0, 1, 4, 1,
  ]);
  expect(texts(pool)).toBe('\0ab\0b\0');
});

test('an importer takes offsets into the middle of a string', () => {
  const pool = new StringPool();
  const take = pool.importer(new StringTable(new TextEncoder().encode('\0abc\0')));
  expect([take(0), take(2), take(1), take(2), take(4)]).toEqual([0, 1, 4, 1, 0]);
  expect(texts(pool)).toBe('\0bc\0abc\0');
});

test('what is outside of a table, or has no end in it, is empty', () => {
  const pool = new StringPool();
  const take = pool.importer(new StringTable(new TextEncoder().encode('\0ab')));
  expect([take(1), take(1), take(2), take(3), take(2 ** 32 - 1)]).toEqual([0, 0, 0, 0, 0]);
  expect(texts(pool)).toBe('\0');
});

test('a text ends before its first NUL', () => {
  const pool = new StringPool();
  expect(pool.intern('a\0b')).toBe(pool.intern('a'));
});

test('any texts, from any tables', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 }).map((any) => any.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(fc.array(text, { maxLength: 200 }), { maxLength: 4 }), (tables) => {
      const pool = new StringPool();
      const offsets = new Map<string, number>([['', 0]]);
      for (const table of tables) {
        const take = pool.importer(
          new StringTable(new TextEncoder().encode(`\0${table.join('\0')}\0`)),
        );
        let at = 1;
        for (const one of table) {
          const offset = take(at);
          expect(offset).toBe(offsets.get(one) ?? offset);
          expect(pool.intern(one)).toBe(offset);
          offsets.set(one, offset);
          at += new TextEncoder().encode(one).length + 1;
        }
      }
      const result = pool.toTable();
      for (const [one, offset] of offsets) expect(result.at(offset)).toBe(one);
      expect(new Set(offsets.values()).size).toBe(offsets.size);
    }),
  );
});
