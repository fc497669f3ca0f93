import { expect, test } from 'vitest';
import { type ByteOrder, ByteView } from '../../src/base/bytes.ts';
import { KIND, trailingSize } from '../../src/btf/format.ts';
import { readBtf } from '../../src/btf/read.ts';
import { FIELD } from '../../src/btf/types.ts';
import { info, section, type TypeRows, table } from './support/table.ts';

const orders: readonly ByteOrder[] = ['little', 'big'];

const point: TypeRows = (name) => [
  [name('int'), info(KIND.INT), 4, 0x01000020],
  [name('u'), info(KIND.FWD, 0, true), 0],
  [name('point'), info(KIND.STRUCT, 2), 8, name('x'), 1, 0, name('y'), 1, 32],
];

test.each(orders.flatMap((order) => [24, 28, 32, 40].map((header) => ({ order, header }))))(
  '$order-endian, header of $header bytes',
  (form) => {
    const { btf } = readBtf(section(point, form), form.order);
    expect(btf?.typeCount).toBe(3);
    expect([1, 2, 3].map((id) => btf!.name(id))).toEqual(['int', 'u', 'point']);
    expect(btf!.flag(2)).toBe(true);
    expect(btf!.members(3).map(({ name, offsetBits }) => [name, offsetBits])).toEqual([
      ['x', 0],
      ['y', 32],
    ]);
  },
);

test('void and ids outside of the table have no kind and no name', () => {
  const btf = table(point);
  expect([0, 4, -1, 2 ** 31].map((id) => btf.kind(id))).toEqual([0, 0, 0, 0]);
  expect([0, 4, -1, 2 ** 31].map((id) => btf.name(id))).toEqual(['', '', '', '']);
});

test('sections that are not aligned in memory are read', () => {
  const bytes = section(point);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  expect(readBtf(shifted.subarray(1), 'little').btf?.name(3)).toBe('point');
});

test('a string outside of the table is empty', () => {
  expect(table(() => [[999, info(KIND.FWD), 0]]).name(1)).toBe('');
});

test('every kind of the kernel has a size', () => {
  const sizes = Object.values(KIND).map((kind) => trailingSize(kind, 2));
  expect(sizes).toEqual([4, 0, 12, 24, 24, 16, 0, 0, 0, 0, 0, 0, 16, 4, 24, 0, 4, 0, 24]);
});

test('entries beyond 65535 are counted', () => {
  const count = 70_000;
  const values = Array.from({ length: count }, (_, i) => [0, i]).flat();
  const btf = table((name) => [
    [name('many'), info(KIND.ENUM, count), 4, ...values],
    [name('next'), info(KIND.FWD), 0],
  ]);
  expect([btf.vlen(1), btf.name(2)]).toEqual([count, 'next']);
  expect(btf.enumerators(1).at(-1)?.value).toBe(69_999n);
});

test('what kinds add is read', () => {
  const btf = table((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [0, info(KIND.ARRAY), 0, 1, 1, 7],
    [0, info(KIND.FUNC_PROTO, 2), 1, name('a'), 1, 0, 0],
    [name('f'), info(KIND.FUNC, 1), 3],
    [name('v'), info(KIND.VAR), 1, 2],
    [name('.data'), info(KIND.DATASEC, 1), 8, 5, 4, 4],
    [name('e'), info(KIND.ENUM, 1, true), 4, name('A'), -1],
    [name('w'), info(KIND.ENUM64, 1), 8, name('B'), 0, 0x80000000],
    [name('bits'), info(KIND.STRUCT, 1, true), 4, name('b'), 1, (3 << 24) | 5],
    [name('tag'), info(KIND.DECL_TAG), 9, -1],
  ]);
  expect([FIELD.arrayElement, FIELD.arrayCount].map((field) => btf.field(2, field))).toEqual([
    1, 7,
  ]);
  expect(btf.parameters(3)).toEqual([
    { name: 'a', type: 1 },
    { name: '', type: 0 },
  ]);
  expect([btf.target(4), btf.vlen(4), btf.field(5, FIELD.first)]).toEqual([3, 1, 2]);
  expect(btf.variables(6)).toEqual([{ type: 5, offset: 4, size: 4 }]);
  expect(btf.enumerators(7)).toEqual([{ name: 'A', value: -1n }]);
  expect(btf.enumerators(8)).toEqual([{ name: 'B', value: 2n ** 63n }]);
  expect(btf.member(9, 0)).toEqual({ name: 'b', type: 1, offsetBits: 5, sizeBits: 3 });
  expect(btf.field(10, FIELD.first) | 0).toBe(-1);
});

/** The section of `point`, changed. */
function changed(change: (view: ByteView) => void, header = 24): Uint8Array {
  const bytes = section(point, { header });
  change(new ByteView(bytes, 'little'));
  return bytes;
}

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /0 bytes/],
  ['half a header', section(point).subarray(0, 20), /20 bytes/],
  ['the other byte order', section(point, { order: 'big' }), /other byte order/],
  ['no magic', changed((view) => view.setU16(0, 1)), /magic number is 0x1,/],
  ['version 2', changed((view) => view.setU8(2, 2)), /version is 2/],
  ['a header of 20 bytes', changed((view) => view.setU32(4, 20)), /header claims 20/],
  ['a header that is longer than all', changed((view) => view.setU32(4, 4000)), /claims 4000/],
  ['an unknown header', changed((view) => view.setU32(36, 1), 40), /unknown version/],
  ['types past the end', changed((view) => view.setU32(12, 4000)), /type section .* past the end/],
  ['strings past the end', changed((view) => view.setU32(20, 400)), /string section .* past/],
  ['types in the strings', changed((view) => view.setU32(16, 4)), /overlap/],
  ['types at an odd byte', changed((view) => view.setU32(8, 2)), /32-bit words/],
  ['no strings', changed((view) => view.setU32(20, 0)), /no string section/],
  ['a first string that has text', changed((view) => view.setU8(24 + 64, 65)), /empty string/],
  ['a last string without end', section(point).fill(65, -1), /terminating NUL/],
  ['an unknown kind', section(() => [[0, info(20), 0]]), /type 1 is of unknown kind 20/],
  ['kind 0', section(() => [[0, 0, 0]]), /type 1 is of unknown kind 0/],
  ['half a type', section(() => [[0, info(KIND.FWD)]]), /type 1 is cut short/],
  [
    'members past the end',
    section(() => [[0, info(KIND.STRUCT, 2), 4, 0, 0, 0]]),
    /type 1 runs past the end/,
  ],
])('%s is a fault', (_, bytes, fault) => {
  expect(readBtf(bytes, 'little').fault).toMatch(fault);
});
