import { expect, test } from 'vitest';
import { type ByteOrder, ByteView } from '../../src/base/bytes.ts';
import { type BtfExt, type ExtSection, readBtfExt, writeBtfExt } from '../../src/btf/ext.ts';
import { KIND } from '../../src/btf/format.ts';
import { allObjectTypes, typesOf } from './support/objects.ts';
import { info, table } from './support/table.ts';

/** Type 1 is a prototype, 2 a function; 'a' is at 1, 'f' at 3, 5 is beyond the strings. */
const btf = table((name) => [
  [name('a'), info(KIND.FUNC_PROTO), 0],
  [name('f'), info(KIND.FUNC), 1],
]);

interface Form {
  readonly order?: ByteOrder;
  readonly header?: number;
}

/** `.BTF.ext` of up to three tables, each of them words. */
function ext(
  tables: readonly (readonly number[])[],
  { order = 'little', header = 32 }: Form = {},
): Uint8Array {
  const size = tables.flat().length * 4;
  const view = new ByteView(new Uint8Array(header + size), order);
  view.setU16(0, 0xeb9f);
  view.setU8(2, 1);
  view.setU32(4, header);
  let at = 0;
  for (const [i, words] of tables.entries()) {
    if (12 + 8 * i < header) {
      view.setU32(8 + 8 * i, at);
      view.setU32(12 + 8 * i, words.length * 4);
    }
    for (const word of words) {
      view.setU32(header + at, word);
      at += 4;
    }
  }
  return view.bytes;
}

/** Without the places in the file. */
function tables(ext: BtfExt | undefined): Record<string, [number, number[]][]> {
  const rows = (sections: readonly ExtSection[]): [number, number[]][] =>
    sections.map(({ section, records }) => [section, [...records]]);
  return Object.fromEntries(Object.entries(ext ?? {}).map(([name, list]) => [name, rows(list)]));
}

const func = [8, 1, 1, 0, 2];
const line = [16, 1, 2, 0, 1, 0, 1025, 8, 1, 0, 2049];
const core = [16, 1, 1, 8, 1, 3, 6];

test.each<ByteOrder>(['little', 'big'])(
  'three tables, %s-endian, are read and written',
  (order) => {
    const bytes = ext([func, line, core], { order });
    const { ext: read } = readBtfExt(bytes, order, btf);
    expect(tables(read)).toEqual({
      func: [[1, [0, 2]]],
      line: [[1, [0, 1, 0, 1025, 8, 1, 0, 2049]]],
      core: [[1, [8, 1, 3, 6]]],
    });
    expect(writeBtfExt(read!, order)).toEqual(bytes);
  },
);

test('a header of 24 bytes has no CO-RE table', () => {
  const { ext: read } = readBtfExt(ext([func, line, core], { header: 24 }), 'little', btf);
  expect([read?.func.length, read?.line.length, read?.core.length]).toEqual([1, 1, 0]);
});

test('records are cut to what is known of them', () => {
  const long = [12, 1, 2, 0, 2, 77, 8, 2, 78];
  const { ext: read } = readBtfExt(ext([long]), 'little', btf);
  expect(tables(read).func).toEqual([[1, [0, 2, 8, 2]]]);
});

test('a table without records, as GCC 12 writes it, is left out when written', () => {
  const { ext: read } = readBtfExt(ext([[8], [16, 3, 0]]), 'little', btf);
  expect(tables(read)).toEqual({ func: [], line: [[3, []]], core: [] });
  expect(writeBtfExt(read!, 'little')).toEqual(ext([]));
});

test.each(allObjectTypes().filter((object) => object.ext !== undefined))(
  '$path is written as it was',
  (object) => {
    const { ext: read, fault } = readBtfExt(object.ext!, object.order, typesOf(object));
    expect(fault).toBeUndefined();
    const written = writeBtfExt(read!, object.order);
    // GCC 12's tables have a record size and no record.
    const empty = Object.values(read!).every((sections) => sections.length === 0);
    expect(written).toEqual(empty ? ext([], object) : new Uint8Array(object.ext!));
  },
);

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /0 bytes/],
  ['the other byte order', ext([func], { order: 'big' }), /other byte order/],
  ['version 2', ext([func]).fill(2, 2, 3), /version is 2/],
  ['a header beyond the end', ext([], { header: 24 }).fill(25, 4, 5), /header claims 25/],
  ['a table beyond the end', ext([func]).subarray(0, 40), /function info: .* past the end/],
  ['a table of 2 bytes', ext([func]).fill(2, 12, 13), /not made of 32-bit words/],
  ['records of 4 bytes', ext([[4, 1, 1, 0]]), /function info: records of 4 bytes/],
  ['records of 10 bytes', ext([[10, 1, 1, 0, 2]]), /records of 10 bytes/],
  ['short records of lines', ext([[], [12, 1, 1, 0, 0, 0]]), /line info: records of 12 bytes/],
  ['half a section', ext([[8, 1]]), /cut short/],
  ['too many records', ext([[8, 1, 0xffffffff, 0, 2]]), /4294967295 records of section 'a'/],
  ['a section without name', ext([[8, 5, 1, 0, 2]]), /no string at 5/],
  ['half an instruction', ext([[8, 1, 1, 4, 2]]), /section 'a', record 0: no instruction at 4/],
  ['a function that is none', ext([[8, 1, 1, 0, 1]]), /type 1 is not a function/],
  ['a type outside', ext([[], [], [16, 1, 1, 0, 3, 1, 0]]), /CO-RE .* no type 3/],
  ['an access string outside', ext([[], [], [16, 1, 1, 0, 1, 5, 0]]), /no string at 5/],
  ['a file name outside', ext([[], [16, 1, 1, 0, 5, 0, 0]]), /line info: .* no string at 5/],
  ['a text outside', ext([[], [16, 1, 2, 0, 1, 1, 0, 8, 1, 9, 0]]), /record 1: no string at 9/],
])('%s is a fault', (_, bytes, fault) => {
  expect(readBtfExt(bytes, 'little', btf).fault).toMatch(fault);
});
