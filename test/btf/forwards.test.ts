/** Forward declarations of names that have several meanings. */
import { expect, test } from 'vitest';
import { dedupBtf } from '../../src/btf/dedup.ts';
import { mergeTexts, namedTypes, titles } from './support/merge.ts';

const one = 'struct node { a: int }';
const two = 'struct node { b: char }';
const list = 'struct list { first: *struct node }';
const forward = "forward declaration 'node'";

test('that nothing decides stay', () => {
  const { btf } = mergeTexts(one, two, '*struct node');
  expect(namedTypes(btf)).toEqual(["struct 'node'", "struct 'node'", forward]);
});

test.each([
  ['before', [list, `${one}; ${list}`, two]],
  ['between', [two, list, `${one}; ${list}`]],
  ['after', [`${one}; ${list}`, two, list]],
])('are decided by a struct that is like theirs: %s', (_, texts) => {
  const { btf } = mergeTexts(...texts);
  expect(namedTypes(btf).sort()).toEqual(["struct 'list'", "struct 'node'", "struct 'node'"]);
});

test('are decided once and never join what differs', () => {
  const { btf } = mergeTexts(list, `${one}; ${list}`, `${two}; ${list}`);
  expect(namedTypes(btf).sort()).toEqual([
    "struct 'list'",
    "struct 'list'",
    "struct 'node'",
    "struct 'node'",
  ]);
});

test('are decided by a typedef', () => {
  const { btf } = mergeTexts(`typedef n *struct node`, two, `${one}; typedef n *struct node`);
  expect(namedTypes(btf)).not.toContain(forward);
  expect(namedTypes(btf).filter((title) => title === "typedef 'n'")).toHaveLength(1);
});

test('that are decided take the prototypes with them', () => {
  const { btf } = mergeTexts(
    `${one}; ${list}; *fn(a: *struct node) int`,
    two,
    `${list}; *fn(a: *struct node) int`,
  );
  expect(titles(btf).filter((title) => title === 'function prototype')).toHaveLength(1);
});

test('two of them, each decided by the other struct', () => {
  const pair = 'struct pair { a: *struct x, b: *struct y }';
  const { btf } = mergeTexts(
    'struct x { wrong: int }',
    'struct y { wrong: int }',
    `struct x { a: int }; ${pair}`,
    `struct y { a: int }; ${pair}`,
  );
  expect(namedTypes(btf).filter((title) => title === "struct 'pair'")).toHaveLength(1);
  expect(namedTypes(btf).filter((title) => title.startsWith('forward'))).toEqual([]);
});

test('in a struct that a struct refers to', () => {
  const outer = `struct outer { l: *struct list }; ${list}`;
  const { btf } = mergeTexts(`${one}; ${outer}`, `${two}; ${outer}`, outer);
  const count = (title: string) => namedTypes(btf).filter((other) => other === title).length;
  expect([count("struct 'outer'"), count("struct 'list'"), count(forward)]).toEqual([2, 2, 0]);
});

test('of a struct that is ambiguous only because it leads to one', () => {
  const outer = 'struct outer { n: *struct node }';
  const { btf } = mergeTexts(
    `${one}; ${outer}`,
    `${one}; ${outer}`,
    `${two}; ${outer}`,
    '*struct outer',
  );
  expect(namedTypes(btf)).toContain("forward declaration 'outer'");
});

test('are not decided by a struct that turns out to differ', () => {
  const pair = 'struct pair { y: *struct y, x: *struct x }';
  const { btf } = mergeTexts(
    `struct y { a: int }; ${pair}`,
    `struct y { b: int }; struct x { a: int }; ${pair}`,
    'struct x { b: int }',
  );
  expect(namedTypes(btf)).toContain("forward declaration 'x'");
});

test('what fits a struct has to fit what that one is taken for', () => {
  const pair = 'struct pair { x: *struct x, y: *struct y }';
  const { inputs, btf, ids } = mergeTexts(
    `struct x { a: int }; ${pair}`,
    `struct y { a: int }; ${pair}`,
    `struct x { b: int }; struct y { a: int }; ${pair}`,
    'struct y { b: int }',
  );
  const find = (file: number) => ids[file]![titles(inputs[file]!).indexOf("struct 'pair'") + 1]!;
  expect(find(0)).not.toBe(find(2));
  expect(namedTypes(btf).filter((title) => title === "struct 'pair'")).toHaveLength(2);
});

test('of enums never stay', () => {
  const { btf } = mergeTexts('*enum e', 'enum e { A = 1 }', 'enum e { B = 1 }');
  expect(namedTypes(btf)).toEqual(["enum 'e'", "enum 'e'"]);
});

test('a struct fits through a member that only announces an enum, and unequal ones stay apart', () => {
  const user = 'struct user { e: *enum e }';
  const { btf } = mergeTexts(user, `enum e { A = 1 }; ${user}`, `enum e { B = 1 }; ${user}`);
  expect(namedTypes(btf).filter((title) => title === "struct 'user'")).toHaveLength(2);
});

test('merging again finds nothing more', () => {
  const { btf } = mergeTexts(list, `${one}; ${list}`, `${two}; *struct list`, '*struct node');
  expect(dedupBtf(btf)).toEqual(btf);
});
