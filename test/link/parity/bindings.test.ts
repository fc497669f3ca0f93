/** Strong, weak and missing definitions, in every order of the files; what stays open stays linkable. */
import { expect, test } from 'vitest';
import { STB } from '../../../src/elf/constants.ts';
import { codes } from '../../support/link.ts';
import { parity, parityLink, permutations, type TypedOutput } from './support.ts';

const o = (name: string): string => `bindings/${name}.o`;

/** The value of `datum` and what `function` adds, which tell the definitions apart. */
function chosen(output: TypedOutput): unknown {
  const datum = output.symbol('datum');
  const section = output.elf.sections[datum.section]!;
  const value = section.name === '.bss' ? 0 : output.view(section.name).u32(datum.value);
  const { value: at, section: index, binding } = output.symbol('function');
  const added = output.view(output.elf.sections[index]!.name).u32(at + 12);
  return [value, section.name === '.bss' ? 0 : added, datum.binding, binding];
}

test('strong and strong: SYM-001 for each name, in both orders', () => {
  for (const order of [
    ['strong', 'strong-bss'],
    ['strong-bss', 'strong'],
  ]) {
    const { output, diagnostics } = parityLink(order.map(o));
    expect(output).toBeUndefined();
    expect(codes(diagnostics)).toEqual(['SYM-001', 'SYM-001']);
    expect(diagnostics.map(({ message }) => message).sort()).toEqual([
      'duplicate symbol: datum',
      'duplicate symbol: function',
    ]);
    expect(diagnostics[0]!.at.length).toBeGreaterThanOrEqual(2);
  }
});

test.each([
  ['weak', 'weak-other', 2],
  ['weak-other', 'weak', 3],
])('weak and weak: the first counts: %s before %s', (first, second, value) => {
  const output = parity(o('user'), o(first), o(second));
  expect(chosen(output)).toEqual([value, 100 * value, STB.WEAK, STB.WEAK]);
});

test.each(permutations(['weak', 'user', 'strong']).map((order) => [order]))(
  'a weak definition, a strong reference and a strong definition: the strong one: %j',
  (order) => {
    expect(chosen(parity(...order.map(o)))).toEqual([1, 100, STB.GLOBAL, STB.GLOBAL]);
  },
);

test.each(permutations(['weak', 'weak-user', 'user-other', 'strong']).map((order) => [order]))(
  'beside weak references too: %j',
  (order) => {
    expect(chosen(parity(...order.map(o)))).toEqual([1, 100, STB.GLOBAL, STB.GLOBAL]);
  },
);

test.each(permutations(['user', 'weak', 'strong-bss']).map((order) => [order]))(
  'weak in .data and strong in .bss: the strong one: %j',
  (order) => {
    const output = parity(...order.map(o));
    const datum = output.symbol('datum');
    expect(output.elf.sections[datum.section]!.name).toBe('.bss');
    expect(output.datasec('.bss')).toEqual([`${datum.value} 4 global datum`]);
    expect(output.linkages('datum')).toEqual(['global']);
  },
);

test('references that are all weak: an undefined weak symbol', () => {
  const output = parity(o('weak-user'));
  for (const name of ['datum', 'function']) {
    expect(output.symbol(name)).toMatchObject({ place: 'undefined', binding: STB.WEAK });
    expect(output.linkages(name)).toEqual(['extern']);
  }
  const both = parity(o('weak-user'), o('user'));
  expect(both.symbol('datum').binding).toBe(STB.GLOBAL);
});

test('what nothing defines is kept, and a later link finds it', () => {
  const alone = parity(o('user'));
  expect(alone.symbol('function')).toMatchObject({ place: 'undefined', value: 0, size: 0 });
  const later = parity({ path: 'alone.o', bytes: alone.bytes }, o('strong'));
  const once = parity(o('user'), o('strong'));
  expect(chosen(later)).toEqual(chosen(once));
  expect(later.bytes).toEqual(once.bytes);
});

test('an unresolved extern whose DATASEC has bytes beside it stays undefined', () => {
  const output = parity(o('unresolved'), o('user'));
  expect(output.symbol('datum')).toMatchObject({ place: 'undefined', value: 0 });
  expect(output.linkages('datum')).toEqual(['extern']);
  expect(output.datasec('.data')).toEqual(['0 4 global beside']);
});

test('and is the definition where a file has one', () => {
  for (const order of permutations(['unresolved', 'strong'])) {
    const output = parity(...order.map(o));
    const datum = output.symbol('datum');
    const beside = output.symbol('beside');
    expect(output.datasec('.data').sort()).toEqual(
      [`${datum.value} 4 global datum`, `${beside.value} 4 global beside`].sort(),
    );
  }
});

test('an unreferenced weak undefined symbol without BTF is dropped', () => {
  const output = parity('no-types/externs.o', 'no-types/program.o', 'no-types/library.o');
  expect(output.symbols('never_used')).toEqual([]);
  expect(output.symbol('scale').place).toBe('section');
});

test('what only the code of a loser referred to is forgotten', () => {
  const forgotten = parity('weak-externs/one.o', 'weak-externs/two.o');
  expect(forgotten.elf.symbols.map(({ name }) => name)).not.toContain('no_such_function');
  expect(forgotten.datasecs).not.toContain('.ksyms');
  const needed = parity('weak-externs/two.o', 'weak-externs/one.o');
  expect(needed.symbol('no_such_function').place).toBe('undefined');
  expect(needed.datasec('.ksyms')).toEqual(['0 0 extern no_such_function']);
});
