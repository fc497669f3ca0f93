/** How the types of several files become one table. */
import { expect, test } from 'vitest';
import { KIND } from '../../../src/btf/format.ts';
import { FIELD } from '../../../src/btf/types.ts';
import { parity, permutations, type TypedOutput } from './support.ts';

const [one, two, three] = ['types/one.o', 'types/two.o', 'types/three.o'] as const;
const orders = permutations([one, two, three]);

function kinds(output: TypedOutput, name: string): number[] {
  return output
    .types(name)
    .map((id) => output.btf.kind(id))
    .sort((a, b) => a - b);
}

test.each(orders.map((order) => [order]))(
  'a forward declaration becomes the one struct of its name: %j',
  (order) => {
    const output = parity(...order);
    expect(kinds(output, 'lone')).toEqual([KIND.STRUCT]);
    // Of two structs that have one name none can be meant.
    expect(kinds(output, 'twin')).toEqual([KIND.STRUCT, KIND.STRUCT, KIND.FWD]);
  },
);

test('structs that point to each other over three files leave no forward declaration', () => {
  for (const order of orders) {
    const output = parity(...order);
    for (const name of ['ring_a', 'ring_b', 'ring_c'])
      expect(kinds(output, name)).toEqual([KIND.STRUCT]);
  }
});

test('an enum without values becomes the enum of its name, of 32 and of 64 bits', () => {
  for (const order of permutations([one, two])) {
    const output = parity(...order);
    expect(kinds(output, 'level')).toEqual([KIND.ENUM]);
    expect(kinds(output, 'wide')).toEqual([KIND.ENUM64]);
    const [level] = output.types('level');
    expect(output.btf.enumerators(level!)).toEqual([
      { name: 'LOW', value: -1n },
      { name: 'HIGH', value: 1n },
    ]);
    const [wide] = output.types('wide');
    expect(output.btf.enumerators(wide!).at(-1)?.value).toBe(1n << 40n);
  }
});

test('two typedefs of one name and other types stay two', () => {
  const output = parity(one, two, three);
  expect(kinds(output, 'T')).toEqual([KIND.TYPEDEF, KIND.TYPEDEF]);
});

test('equal types are there once, a struct that refers to itself too', () => {
  const output = parity(one, two, three);
  for (const name of ['int', 'list', 'tagged']) expect(output.types(name)).toHaveLength(1);
});

test('tags stay on their component, once; those of functions that gave way move to the winner', () => {
  const output = parity(one, two, three);
  const tagsOf = (id: number): string[] =>
    output
      .types('struct', KIND.DECL_TAG)
      .concat(
        ...['member', 'variable', 'function', 'first'].map((name) =>
          output.types(name, KIND.DECL_TAG),
        ),
      )
      .filter((tag) => output.btf.target(tag) === id)
      .map((tag) => `${output.btf.name(tag)} ${output.btf.field(tag, FIELD.first) | 0}`)
      .sort();
  expect(tagsOf(output.types('tagged')[0]!)).toEqual(['member 1', 'struct -1']);
  const [shared, other] = output.types('shared', KIND.FUNC);
  expect(other).toBeUndefined();
  expect(tagsOf(shared!)).toEqual(['first 0', 'function -1']);
  for (const name of ['one', 'two', 'three']) {
    expect(tagsOf(output.types(`everything_${name}`, KIND.VAR)[0]!)).toEqual(['variable -1']);
  }
  const [ofTwo] = output.types('of two', KIND.DECL_TAG);
  expect(output.btf.target(ofTwo!)).toBe(shared);
});

test('a chain of tags on a type is there once, in its order', () => {
  const output = parity(one, two, three);
  const [outer, other] = output.types('outer', KIND.TYPE_TAG);
  const [inner, another] = output.types('inner', KIND.TYPE_TAG);
  expect([other, another]).toEqual([undefined, undefined]);
  const chain = [output.btf.target(outer!), output.btf.target(inner!)];
  expect(chain.includes(outer!) || chain.includes(inner!)).toBe(true);
});

test('a DATASEC without variables stays', () => {
  const output = parity(one, two, three);
  expect(output.datasec('.rodata')).toEqual([]);
  expect(output.btf.size(output.types('.rodata', KIND.DATASEC)[0]!)).toBe(
    output.section('.rodata').size,
  );
});

test('the header has 24 bytes, the strings follow the types, and types are in the order of their use', () => {
  const bytes = parity(one, two).view('.BTF');
  const [header, typesAt, types, stringsAt, strings] = [4, 8, 12, 16, 20].map((at) =>
    bytes.u32(at),
  );
  expect([header, typesAt, stringsAt]).toEqual([24, 0, types]);
  expect(24 + types! + strings!).toBe(bytes.length);
});

test('a big-endian link has the same types, names and records', () => {
  const little = parity(one, two, three);
  const big = parity('types/one.be.o', 'types/two.be.o', 'types/three.be.o');
  expect(big.btf.words).toEqual(little.btf.words);
  expect(big.btf.strings.bytes).toEqual(little.btf.strings.bytes);
  expect(big.ext).toEqual(little.ext);
});

test("GCC's BTF: variables have their places, functions their linkage, numbered statics their symbol", () => {
  for (const order of permutations(['gcc-types/one.o', 'gcc-types/two.o'])) {
    const output = parity(...order);
    for (const section of ['.data', '.bss']) {
      if (!output.datasecs.includes(section)) continue;
      const listed = output.datasec(section).map((line) => line.replace(/ \w+ (\S+)$/, ' $1'));
      // GCC 12 has nothing to say of the static variables of functions, which it numbers.
      const places = output.placesIn(section).filter((line) => !/\.\d+$/.test(line));
      expect(listed).toEqual(places);
    }
    expect(output.linkages('add')).toEqual(['global']);
    expect(output.linkages('other')).toEqual(['global']);
    expect(output.linkages('program')).toEqual(['global']);
  }
});

test('an object without BTF beside one with it: the symbols are what they are, externs are completed', () => {
  for (const order of permutations(['no-types/program.o', 'no-types/library.o'])) {
    const output = parity(...order);
    expect(output.targets('tc')).toEqual(expect.arrayContaining(['scale', 'factor']));
    expect(output.linkages('scale')).toEqual(['global']);
    expect(output.linkages('factor')).toEqual(['global']);
    expect(output.datasec('.data')).toEqual([`${output.symbol('factor').value} 4 global factor`]);
  }
});
