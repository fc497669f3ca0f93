/** Functions of several objects: which one a name means, what BTF says of it, where references lead. */
import { expect, test } from 'vitest';
import { exit, movImm } from '../../../src/bpf/build.ts';
import { KIND, LINKAGE } from '../../../src/btf/format.ts';
import { printType } from '../../../src/btf/index.ts';
import { STB, STT, STV } from '../../../src/elf/constants.ts';
import { info, section } from '../../btf/support/table.ts';
import { object } from '../../support/object.ts';
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

test('an object may have a static function and another, extern, of one name', () => {
  const types = section((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [0, info(KIND.FUNC_PROTO), 1],
    [0, info(KIND.FUNC_PROTO), 0],
    [name('same'), info(KIND.FUNC, LINKAGE.STATIC), 2],
    [name('same'), info(KIND.FUNC, LINKAGE.EXTERN), 3],
  ]);
  const bytes = object({
    sections: [
      { name: '.text', code: [movImm(0, 1), exit()] },
      { name: '.BTF', flags: 0, content: types },
    ],
    symbols: [
      { name: 'same', binding: 'local', type: STT.FUNC, in: '.text', size: 16 },
      { name: 'same' },
    ],
  });
  const output = parity({ path: 'a.o', bytes });
  const functions = output.types('same', KIND.FUNC);
  expect(output.linkages('same')).toEqual(['static', 'extern']);
  expect(functions.map((id) => output.btf.target(output.btf.target(id)))).toEqual([1, 0]);
});

test('an extern function that no symbol names is not declared: the kernel knows none outside .ksyms', () => {
  const types = section((name) => [
    [0, info(KIND.FUNC_PROTO), 0],
    [name('helper'), info(KIND.FUNC, LINKAGE.EXTERN), 1],
    [name('program'), info(KIND.FUNC, LINKAGE.GLOBAL), 1],
  ]);
  const bytes = object({
    sections: [
      { name: 'tc', code: [movImm(0, 1), exit()] },
      { name: '.BTF', flags: 0, content: types },
    ],
    symbols: [{ name: 'program', type: STT.FUNC, in: 'tc', size: 16 }, { name: '_Z6helperv' }],
  });
  const output = parity({ path: 'a.o', bytes });
  expect([output.linkages('helper'), output.linkages('program')]).toEqual([[], ['global']]);
});
