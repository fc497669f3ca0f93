import { expect, test } from 'vitest';
import { ByteView } from '../../src/base/bytes.ts';
import { KIND } from '../../src/btf/format.ts';
import { partAt, printValue } from '../../src/report/inspect/c-value.ts';
import { shorten } from '../../src/report/inspect/strings.ts';
import { declare } from '../btf/support/declare.ts';

/** The value of the first type in `types`, whose members are 8 bytes apart. */
function value(types: string, bytes: readonly number[], limit = 1000): string | undefined {
  return printValue(declare(types), 1, new ByteView(Uint8Array.from(bytes), 'little'), { limit });
}

const zeroes = (count: number): number[] => new Array<number>(count).fill(0);
const text = (characters: string, size: number): number[] => [
  ...Array.from(characters, (one) => one.charCodeAt(0)),
  ...zeroes(size - characters.length),
];
const word = (number: number): number[] => [number, 0, 0, 0];

test.each<[types: string, bytes: readonly number[], expected: string | undefined]>([
  ['int', [0xfd, 0xff, 0xff, 0xff], '-3'],
  ['enum mode { OFF = 0, ON = 5, ALSO = 5 }', word(5), 'ON'],
  ['enum mode { OFF = 0 }', word(7), '7'],
  ['[3]int', [...word(65), ...word(66), ...word(67)], '{65, 66, 67}'],
  ['[3]int', [...word(65), ...zeroes(8)], '{65}'],
  ['[2][2]int', [...word(1), ...word(2), ...word(3), ...zeroes(4)], '{{1, 2}, {3}}'],
  ['[0]int', [...word(1), ...word(2)], '{1, 2}'],
  ['[8]char', text('a"b\n', 8), '"a\\"b\\n"'],
  ['[4]char', text('full', 4), '"full"'],
  ['[4]char', [1, 0, 2, 0], '"\\x01\\x00\\x02"'],
  ['[2][8]char', [...text('one', 8), ...text('two', 8)], '{"one", "two"}'],
  ['*void', [0x10, ...zeroes(7)], '0x10'],
  [
    'struct c { port: int, name: [8]char, rest: int }',
    [80, ...zeroes(7), ...text('eth0', 16)],
    '{.port = 80, .name = "eth0"}',
  ],
  ['struct c { a: struct { b: int }, d: int }', text('\x01', 16), '{.a = {.b = 1}}'],
  ['struct c { a: int : 3, b: int : 5 }', [0b01010_111, ...zeroes(15)], '{.a = -1, .b = 10}'],
  ['union u { a: char, b: int }', text('\x01\x01', 16), '{.b = 257}'],
  [
    'struct c { a: int, hosts: [0]int }',
    [...text('\x01', 8), ...word(9)],
    '{.a = 1, .hosts = {9}}',
  ],
  ['fn() int', word(1), undefined],
  ['int', [1, 2], undefined],
  ['float', [0, 0, 0xc0, 0x3f], '"\\x00\\x00\\xc0?"'],
])('%s, %j: %s', (types, bytes, expected) => {
  expect(value(types, bytes)).toBe(expected);
});

test('a struct without a name is part of what it is in', () => {
  const types = declare('struct c { x: struct { in: int }, y: int }');
  // `declare` wants a name for every member.
  types.strings.bytes[types.strings.bytes.indexOf(0x78)] = 0;
  const view = new ByteView(Uint8Array.from(text('\x07', 16)), 'little');
  expect(printValue(types, 1, view, { limit: 100 })).toBe('{.in = 7}');
});

test('big-endian bit-fields begin with the highest bit', () => {
  const types = declare('struct c { a: int : 3, b: int : 5 }');
  const view = new ByteView(Uint8Array.from([0b111_01010, ...zeroes(15)]), 'big');
  expect(printValue(types, 1, view, { limit: 100 })).toBe('{.a = -1, .b = 10}');
});

test('addresses have names, also where the file has zeroes', () => {
  const types = declare('struct ops { begin: *void, size: int, end: *void }');
  const addresses = new Map([[16, 'finish+0x8']]);
  const view = new ByteView(Uint8Array.from(text('', 24)), 'little');
  expect(printValue(types, 1, view, { limit: 100, addresses })).toBe('{.end = finish+0x8}');
});

test('a long value ends in dots, however large the type is', () => {
  expect(value('[1000000000]int', text('\x01', 4000), 20)).toBe('{1, 0, 0, 0, 0, 0, 0, ...}');
  expect(value('[100]char', text('x'.repeat(100), 100), 10)).toBe('"xxxxxxxxxx"...');
});

test('what stands at an offset: an element of an array, a member of a struct, text', () => {
  const types = declare('struct c { a: int, list: [4]struct p { x: int, name: [8]char } }');
  const at = (offset: number): [kind: number, offset: number] => {
    const part = partAt(types, 1, offset);
    return [types.kind(part.type), part.offset];
  };
  expect([at(0), at(8), at(24), at(34)]).toEqual([
    [KIND.STRUCT, 0],
    [KIND.ARRAY, 0],
    [KIND.STRUCT, 0],
    [KIND.ARRAY, 2],
  ]);
});

test.each([
  ['{1, 2, 3}', 20, '{1, 2, 3}'],
  ['{100, 200, 300}', 12, '{100, 200, ...}'],
  ['{{1, 2}, {3, 4}}', 13, '{{1, 2}, {3, ...}}'],
  ['{.name = "a long text"}', 14, '{.name = "a lo"...}'],
  ['"a long text"', 6, '"a lon"...'],
  ['"ab\\x01\\n"', 6, '"ab"...'],
])('%s in %i characters: %s', (long, limit, short) => {
  expect(shorten(long, limit)).toBe(short);
});
