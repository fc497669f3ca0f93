/** Functions of several objects: which one a name means, what BTF says of it, where references lead. */
import { expect, test } from 'vitest';
import { printType } from '../../../src/btf/index.ts';
import { STB, STV } from '../../../src/elf/constants.ts';
import { parity, permutations } from './support.ts';

const pair = ['linked-functions/one.o', 'linked-functions/two.o'] as const;

test('statics of one name stay, and calls and addresses lead to their own', () => {
  const output = parity(...pair);
  expect(output.symbols('own').map(({ binding }) => binding)).toEqual([STB.LOCAL, STB.LOCAL]);
  expect([...new Set(output.linkages('own'))]).toEqual(['static']);
  expect(output.targets('tc')).toEqual([
    ...['walked', 'step', 'own', 'scale', 'choice', 'overridden'],
    ...['walked', 'step', 'own', 'offset', 'choice', 'overridden'],
  ]);
  const [first, second] = output.relocations('tc').filter((text) => text.endsWith(' .text'));
  expect(first).not.toBe(second);
});

test('an extern that any file hides is hidden, and global in BTF', () => {
  for (const order of permutations(pair)) {
    const output = parity(...order);
    for (const name of ['scale', 'offset']) {
      expect(output.symbol(name)).toMatchObject({ visibility: STV.HIDDEN, binding: STB.GLOBAL });
      expect(output.linkages(name)).toEqual(['global']);
    }
  }
});

test('of two weak functions the first counts, in each order', () => {
  for (const order of permutations(pair)) {
    const output = parity(...order);
    const symbol = output.symbol('choice');
    const at = output.view('.text').u32(symbol.value + 8 + 4);
    expect([symbol.binding, at]).toEqual([STB.WEAK, order[0] === pair[0] ? 100 : 200]);
    expect(output.linkages('choice')).toEqual(['global']);
  }
});

test('a strong function goes before a weak one, in each order', () => {
  for (const order of permutations(pair)) {
    const output = parity(...order);
    const symbol = output.symbol('overridden');
    const text = output.view('.text');
    expect(symbol.binding).toBe(STB.GLOBAL);
    expect(text.u32(symbol.value + 8 + 4)).toBe(2000);
  }
});

test('every function of the output has one FUNC, and its records begin where its symbol does', () => {
  const output = parity(...pair);
  const functions = output.elf.symbols.filter(({ type }) => type === 2);
  for (const section of ['.text', 'tc']) {
    const { index } = output.section(section);
    const inside = functions.filter((symbol) => symbol.section === index);
    const records = output.records('func', section);
    for (const { name, value } of inside) {
      const [record] = records.filter(([offset]) => offset === value);
      expect(output.btf.name(record?.[1] ?? 0)).toBe(name);
    }
    expect(output.records('line', section).length).toBeGreaterThan(inside.length);
  }
});

test('a completed extern is declared as its definition is: parameters are named', () => {
  const output = parity('no-types/program.o', 'declarations/function.o');
  expect(output.linkages('subject')).toEqual(['global']);
  const used = parity('declarations/function-use.o', 'declarations/function.o');
  const [id] = used.types('subject');
  const [parameter] = used.btf.parameters(used.btf.target(id!));
  expect(parameter?.name).toBe('value');
  expect(printType(used.btf, id!)).toContain('subject');
});

test('a static function of the second file is called through the section and an addend', () => {
  const output = parity('static-data/one.o', 'static-data/two.o');
  const calls = output.relocations('tc').filter((text) => / 10 \.text$/.test(text));
  expect(calls).toHaveLength(4);
  expect(output.targets('tc').filter((name) => name === 'add')).toHaveLength(4);
  const [first, second] = output.symbols('add');
  const addends = calls.map((text) => output.view('tc').u32(Number.parseInt(text, 10) + 4));
  expect(new Set(addends)).toEqual(
    new Set([first!.value / 8 - 1, second!.value / 8 - 1].map((n) => n >>> 0)),
  );
});
