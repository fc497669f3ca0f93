import { expect, test } from 'vitest';
import { KIND } from '../../src/btf/format.ts';
import {
  findType,
  isAnonymous,
  peel,
  peelQualifiers,
  sizeOf,
  typeIds,
} from '../../src/btf/query.ts';
import { info, table } from './support/table.ts';

const btf = table((name) => [
  [name('int'), info(KIND.INT), 4, 0x20],
  [name('t'), info(KIND.TYPEDEF), 3],
  [0, info(KIND.CONST), 1],
  [0, info(KIND.VOLATILE), 2],
  [0, info(KIND.ARRAY), 0, 4, 1, 3],
  [0, info(KIND.ARRAY), 0, 5, 1, 2],
  [name('v'), info(KIND.VAR), 6, 1],
  [0, info(KIND.PTR), 0],
  [name('t'), info(KIND.STRUCT), 12],
  [name('t'), info(KIND.FWD), 0],
]);

test('types are found by name and kind', () => {
  expect(findType(btf, 't')).toBe(2);
  expect(findType(btf, 't', KIND.STRUCT)).toBe(9);
  expect(findType(btf, 't', KIND.UNION)).toBeUndefined();
  expect([...typeIds(btf, KIND.ARRAY)]).toEqual([5, 6]);
  expect([...typeIds(btf)]).toHaveLength(10);
  expect([1, 3].map((id) => isAnonymous(btf, id))).toEqual([false, true]);
});

test('qualifiers are peeled, and typedefs with them', () => {
  expect(peelQualifiers(btf, 4)).toBe(2);
  expect(peel(btf, 4)).toBe(1);
});

test('sizes are those of the whole', () => {
  const sizes = [1, 4, 5, 6, 7, 8, 9].map((id) => sizeOf(btf, id));
  expect(sizes).toEqual([4, 4, 12, 24, 24, 8, 12]);
  expect([0, 10, 99].map((id) => sizeOf(btf, id))).toEqual([undefined, undefined, undefined]);
});

test('a table that was not validated leads nowhere, but not for ever', () => {
  const loop = table(() => [[0, info(KIND.CONST), 1]]);
  expect([peel(loop, 1), peelQualifiers(loop, 1), sizeOf(loop, 1)]).toEqual([0, 0, undefined]);
});
