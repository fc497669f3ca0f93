import { expect, test } from 'vitest';
import { BtfBuilder } from '../../src/btf/builder.ts';
import { KIND, LINKAGE } from '../../src/btf/format.ts';
import { TypeMerger } from '../../src/btf/merge.ts';
import { StringPool } from '../../src/btf/string-pool.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { declare } from './support/declare.ts';

/** Over the types int (1), struct s (2), and a prototype (4) that a pointer (3) refers to. */
function builder(): { builder: BtfBuilder; pool: StringPool } {
  const pool = new StringPool();
  const merger = new TypeMerger();
  merger.add(declare('int; struct s { a: int }; *fn(a: int) void; tag t -1 struct s'));
  return { builder: new BtfBuilder(merger.finish(pool).btf, pool), pool };
}

test('declarations come behind the types', () => {
  const { builder: made, pool } = builder();
  const f = made.func(pool.intern('f'), 4, LINKAGE.GLOBAL);
  const v = made.variable(pool.intern('v'), 1, LINKAGE.STATIC);
  const tag = made.tag(pool.intern('t'), f, 0);
  const data = made.datasec(pool.intern('.data'), 8, [{ type: v, offset: 4, size: 4 }]);
  const btf = made.build();
  expect([f, v, tag, data, btf.typeCount]).toEqual([6, 7, 8, 9, 9]);
  expect(validateBtf(btf)).toBeUndefined();
  expect([btf.kind(f), btf.name(f), btf.target(f), btf.vlen(f)]).toEqual([KIND.FUNC, 'f', 4, 1]);
  expect([btf.kind(v), btf.name(v), btf.target(v), btf.field(v, 3)]).toEqual([KIND.VAR, 'v', 1, 0]);
  expect([btf.kind(tag), btf.target(tag), btf.field(tag, 3)]).toEqual([KIND.DECL_TAG, f, 0]);
  expect([btf.kind(data), btf.size(data)]).toEqual([KIND.DATASEC, 8]);
});

test('one function for each name, prototype and linkage; a new variable each time', () => {
  const { builder: made, pool } = builder();
  const [f, g] = [pool.intern('f'), pool.intern('g')];
  const first = made.func(f, 4, LINKAGE.STATIC);
  expect(made.func(f, 4, LINKAGE.STATIC)).toBe(first);
  expect(made.func(f, 4, LINKAGE.GLOBAL)).not.toBe(first);
  expect(made.func(g, 4, LINKAGE.STATIC)).not.toBe(first);
  expect(made.variable(f, 1, 0)).not.toBe(made.variable(f, 1, 0));
});

test('one tag for each text, target, component and kind flag, also of those that were there', () => {
  const { builder: made, pool } = builder();
  const t = pool.intern('t');
  expect(made.tag(t, 2, -1)).toBe(5);
  const tags = [made.tag(t, 2, 0), made.tag(t, 2, -1, true), made.tag(pool.intern('u'), 2, -1)];
  expect(tags).toEqual([6, 7, 8]);
  expect(made.build().flag(7)).toBe(true);
});

test('entries of a section are put in order, and it may have none', () => {
  const { builder: made, pool } = builder();
  const [a, b] = [made.variable(pool.intern('a'), 1, 1), made.variable(pool.intern('b'), 1, 1)];
  const name = pool.intern('.bss');
  const full = made.datasec(name, 8, [
    { type: b, offset: 4, size: 4 },
    { type: a, offset: 0, size: 4 },
  ]);
  const empty = made.datasec(name, 0, []);
  const btf = made.build();
  expect(btf.variables(full).map(({ type }) => type)).toEqual([a, b]);
  expect(btf.variables(empty)).toEqual([]);
});

test('what is built stays as it is when more is added', () => {
  const { builder: made, pool } = builder();
  const before = made.build();
  for (let i = 0; i < 1000; i++) made.variable(pool.intern(`v${i}`), 1, 1);
  expect(before.typeCount).toBe(5);
  const after = made.build();
  expect([after.typeCount, after.name(1005)]).toEqual([1005, 'v999']);
  expect(validateBtf(after)).toBeUndefined();
});
