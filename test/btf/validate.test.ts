import { expect, test } from 'vitest';
import { KIND } from '../../src/btf/format.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { info, type TypeRows, table } from './support/table.ts';

const int = [0, info(KIND.INT), 4, 0x20];
const proto = [0, info(KIND.FUNC_PROTO), 0];

test.each<[string, TypeRows, string]>([
  ['a name outside', () => [[99, info(KIND.FWD), 0]], 'has its name at 99'],
  ['a pointer outside', () => [[0, info(KIND.PTR), 2]], 'refers to type 2, which does not exist'],
  ['an array outside', () => [[0, info(KIND.ARRAY), 0, 5, 0, 1]], 'refers to type 5'],
  ['an array index outside', () => [[0, info(KIND.ARRAY), 0, 0, 6, 1]], 'refers to type 6'],
  ['a member outside', () => [[0, info(KIND.STRUCT, 1), 4, 0, 9, 0]], 'refers to type 9'],
  ["a member's name", () => [[0, info(KIND.UNION, 1), 4, 99, 0, 0]], 'name of entry 0 at 99'],
  ['a member beyond', () => [int, [0, info(KIND.STRUCT, 1), 4, 0, 1, 33]], 'member 0 at bit 33'],
  ['an enumerator', () => [[0, info(KIND.ENUM, 1), 4, 99, 0]], 'name of entry 0 at 99'],
  ['a wide enumerator', () => [[0, info(KIND.ENUM64, 1), 8, 99, 0, 0]], 'name of entry 0 at 99'],
  ['a parameter', () => [[0, info(KIND.FUNC_PROTO, 1), 0, 0, 8]], 'refers to type 8'],
  ["a parameter's name", () => [[0, info(KIND.FUNC_PROTO, 1), 0, 99, 0]], 'name of entry 0'],
  ['a result', () => [[0, info(KIND.FUNC_PROTO), 8]], 'refers to type 8'],
  ['a function of an int', () => [int, [0, info(KIND.FUNC), 1]], 'not a function prototype'],
  ['linkage of a function', () => [proto, [0, info(KIND.FUNC, 3), 1]], 'unknown linkage 3'],
  ['linkage of a variable', () => [int, [0, info(KIND.VAR), 1, 3]], 'unknown linkage 3'],
  ['entries of a pointer', () => [[0, info(KIND.PTR, 2), 0]], 'claims 2 entries'],
  ['a section of types', () => [int, [0, info(KIND.DATASEC, 1), 4, 1, 0, 4]], 'lists type 1'],
  ['a tagged int', () => [int, [0, info(KIND.DECL_TAG), 1, -1]], 'cannot have tags'],
  [
    'a tagged member outside',
    () => [
      [0, info(KIND.STRUCT), 4],
      [0, info(KIND.DECL_TAG), 1, 0],
    ],
    'component 0 of type 1',
  ],
  [
    'a tagged parameter outside',
    () => [proto, [0, info(KIND.FUNC), 1], [0, info(KIND.DECL_TAG), 2, 0]],
    'component 0 of type 2',
  ],
  [
    'a component of a variable',
    () => [int, [0, info(KIND.VAR), 1, 0], [0, info(KIND.DECL_TAG), 2, 0]],
    'component 0 of type 2',
  ],
  [
    'a pointer to a function',
    () => [proto, [0, info(KIND.FUNC), 1], [0, info(KIND.PTR), 2]],
    'as to a type',
  ],
  [
    'a typedef of itself',
    (name) => [[name('t'), info(KIND.TYPEDEF), 1]],
    "typedef 't') refers to itself",
  ],
  ['a pointer to itself', () => [[0, info(KIND.PTR), 1]], 'without end'],
  [
    'a circle of three',
    () => [
      [0, info(KIND.CONST), 2],
      [0, info(KIND.PTR), 3],
      [0, info(KIND.TYPE_TAG), 1],
    ],
    'without end',
  ],
  [
    'a prototype that takes itself',
    () => [
      [0, info(KIND.FUNC_PROTO, 1), 0, 0, 2],
      [0, info(KIND.PTR), 1],
    ],
    'without end',
  ],
  ['an array of itself', () => [[0, info(KIND.ARRAY), 0, 1, 0, 1]], 'without end'],
  ['a struct in itself', () => [[0, info(KIND.STRUCT, 1), 4, 0, 1, 0]], 'without end'],
  [
    'structs in each other',
    () => [
      [0, info(KIND.STRUCT, 1), 4, 0, 2, 0],
      [0, info(KIND.ARRAY), 0, 3, 0, 1],
      [0, info(KIND.UNION, 1), 4, 0, 1, 0],
    ],
    'without end',
  ],
])('%s is a fault', (_, types, fault) => {
  expect(validateBtf(table(types))).toContain(fault);
});

test.each<[string, TypeRows]>([
  [
    'a list',
    () => [
      [0, info(KIND.STRUCT, 1), 8, 0, 2, 0],
      [0, info(KIND.PTR), 1],
    ],
  ],
  [
    'a struct with a function that takes it',
    () => [
      [0, info(KIND.PTR), 2],
      [0, info(KIND.FUNC_PROTO, 1), 0, 0, 3],
      [0, info(KIND.PTR), 4],
      [0, info(KIND.STRUCT, 1), 8, 0, 1, 0],
    ],
  ],
  [
    'an external void',
    () => [
      [0, info(KIND.CONST), 0],
      [0, info(KIND.VAR), 1, 2],
    ],
  ],
  [
    'a function in .ksyms',
    (name) => [
      proto,
      [name('kfunc'), info(KIND.FUNC, 2), 1],
      [name('.ksyms'), info(KIND.DATASEC, 1), 0, 2, 0, 0],
    ],
  ],
  ['a member of no type, as for char of Rust', () => [[0, info(KIND.STRUCT, 1), 4, 0, 0, 0]]],
  [
    'a flexible array',
    () => [int, [0, info(KIND.ARRAY), 0, 1, 1, 0], [0, info(KIND.STRUCT, 1), 4, 0, 2, 32]],
  ],
  [
    'tags of all that can have them',
    () => [
      int,
      [0, info(KIND.FUNC_PROTO, 1), 0, 0, 1],
      [0, info(KIND.FUNC), 2],
      [0, info(KIND.STRUCT, 1), 4, 0, 1, 0],
      [0, info(KIND.DECL_TAG), 3, 0],
      [0, info(KIND.DECL_TAG), 3, -1],
      [0, info(KIND.DECL_TAG), 4, 0],
      [0, info(KIND.DECL_TAG, 0, true), 4, -1],
    ],
  ],
])('%s is valid', (_, types) => {
  expect(validateBtf(table(types))).toBeUndefined();
});

test('a chain as long as the table does not exhaust the stack', () => {
  const length = 50_000;
  // Downwards, so that each edge could close a circle.
  const chain = table(() => [int, ...Array.from({ length }, (_, i) => [0, info(KIND.PTR), i + 1])]);
  expect(validateBtf(chain)).toBeUndefined();
  const loop = table(() => Array.from({ length }, (_, i) => [0, info(KIND.PTR), i || length]));
  expect(validateBtf(loop)).toContain('without end');
});
