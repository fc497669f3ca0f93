/** Damaged BTF gives a fault, or a table that everything works on. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBtfExt, writeBtfExt } from '../../src/btf/ext.ts';
import { KIND } from '../../src/btf/format.ts';
import { LineTable } from '../../src/btf/line-info.ts';
import { printHeader, printType } from '../../src/btf/print-c.ts';
import { sizeOf, typeIds } from '../../src/btf/query.ts';
import { readBtf } from '../../src/btf/read.ts';
import type { Btf } from '../../src/btf/types.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { writeBtf } from '../../src/btf/write.ts';
import { allObjectTypes, typesOf } from './support/objects.ts';
import { info, table } from './support/table.ts';

const objects = allObjectTypes().filter(({ ext }) => ext !== undefined);

/** Some bytes to change, mostly where a small change matters: ids and offsets are small numbers. */
const changes = fc.array(fc.tuple(fc.nat(1 << 20), fc.oneof(fc.nat(255), fc.nat(8))), {
  minLength: 1,
  maxLength: 6,
});
const aims = fc.constantFrom('header', 'all');

function damaged(
  bytes: Uint8Array,
  list: readonly (readonly [number, number])[],
  aim: 'header' | 'all',
): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (const [at, value] of list) copy[at % (aim === 'header' ? 48 : copy.length)] = value;
  return copy;
}

function useAll(btf: Btf): void {
  for (const id of typeIds(btf)) {
    expect(printType(btf, id).length).toBeGreaterThan(0);
    sizeOf(btf, id);
  }
  expect(printHeader(btf)).toContain('#endif');
}

test('damaged types', () => {
  fc.assert(
    fc.property(fc.nat(objects.length - 1), changes, aims, (index, list, aim) => {
      const { types, order } = objects[index]!;
      const { btf, fault } = readBtf(damaged(types, list, aim), order);
      if (btf === undefined || validateBtf(btf) !== undefined) {
        expect(fault).not.toBe('');
        return;
      }
      useAll(btf);
      const again = readBtf(writeBtf(btf, order), order).btf;
      expect(again?.words).toEqual(btf.words);
      expect(again?.strings.bytes).toEqual(btf.strings.bytes);
    }),
    { numRuns: 400 },
  );
});

test('damaged records', () => {
  fc.assert(
    fc.property(fc.nat(objects.length - 1), changes, aims, (index, list, aim) => {
      const object = objects[index]!;
      const btf = typesOf(object);
      const { ext, fault } = readBtfExt(damaged(object.ext!, list, aim), object.order, btf);
      if (ext === undefined) {
        expect(fault).not.toBe('');
        return;
      }
      const lines = new LineTable(btf, ext);
      for (const { section, records } of ext.line) {
        expect(
          lines.at(btf.strings.at(section), records[0] ?? 0)?.line ?? 0,
        ).toBeGreaterThanOrEqual(0);
      }
      const written = writeBtfExt(ext, object.order);
      const again = readBtfExt(written, object.order, btf).ext!;
      expect(writeBtfExt(again, object.order)).toEqual(written);
    }),
    { numRuns: 400 },
  );
});

const DEPTH = 5000;

test.each<[string, (i: number) => number[]]>([
  ['pointers', (i) => [0, info(KIND.PTR), i]],
  ['arrays', (i) => [0, info(KIND.ARRAY), 0, i, 0, 2]],
  ['anonymous structs', (i) => [0, info(KIND.STRUCT, 1), 4, 0, i, 0]],
  ['functions', (i) => [0, info(KIND.FUNC_PROTO, 2), i, 0, i, 0, i]],
  ['anonymous structs, twice each', (i) => [0, info(KIND.UNION, 2), 4, 0, i, 0, 0, i, 0]],
])('%s, one in the other, are printed in bounds', (_, type) => {
  const btf = table((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    ...Array.from({ length: DEPTH }, (_, i) => type(i + 1)),
    [name('t'), info(KIND.TYPEDEF), DEPTH + 1],
    [name('s'), info(KIND.STRUCT, 1), 8, name('m'), DEPTH + 1, 0],
  ]);
  expect(validateBtf(btf)).toBeUndefined();
  useAll(btf);
  expect(printHeader(btf).length).toBeLessThan(2 ** 25);
});

test('a large anonymous type that is used often is not written each time', () => {
  const many = 3000;
  const btf = table((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [
      0,
      info(KIND.STRUCT, many),
      4 * many,
      ...Array.from({ length: many }, (_, i) => [0, 1, 32 * i]).flat(),
    ],
    ...Array.from({ length: many }, (_, i) => [name(`t${i}`), info(KIND.TYPEDEF), 2]),
  ]);
  expect(printHeader(btf).length).toBeLessThan(2 ** 23);
});
