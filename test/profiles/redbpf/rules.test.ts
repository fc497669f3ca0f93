import { expect, test } from 'vitest';
import { exit, loadReg, movImm } from '../../../src/bpf/build.ts';
import { STB } from '../../../src/elf/constants.ts';
import { callOf, program, ref } from '../../lowerings/support/assemble.ts';
import {
  fixture,
  linked,
  linkFixture,
  linkObjects,
  Output,
  shippedScript,
} from '../../support/link.ts';
import { object } from '../../support/object.ts';
import { cases, fine } from './cases.ts';
import { check } from './check.ts';

const script = shippedScript('redbpf.ld').text;

test.each(cases)('$code: $what', ({ code, bytes, severity }) => {
  expect(check(bytes)).toEqual([expect.objectContaining({ code, severity })]);
});

test('an object without faults', () => {
  expect(check(fine)).toEqual([]);
});

test('REDBPF-015: the byte order of the machine that loads', () => {
  const big = object({ order: 'big', sections: [{ name: 'license', content: 'GPL\0' }] });
  expect(check(big, { host: 'little' }).map(({ code }) => code)).toEqual(['REDBPF-015']);
  expect(check(big, { host: 'big' })).toEqual([]);
});

test('a call that silently becomes another names the map that is taken', () => {
  const made = program(
    {
      'xdp/prog': [{ name: 'prog', binding: 'global', lines: [callOf('sub'), exit()] }],
      '.text': [{ name: 'sub', binding: 'global', lines: [movImm(0, 1), exit()] }],
    },
    { maps: [{ name: 'counts', binding: 'global', bytes: new Array(20).fill(1) }] },
  );
  const found = check(object(made)).find(({ code }) => code === 'REDBPF-005');
  expect(found?.says).toBeUndefined();
  expect(found?.notes.join()).toContain("map 'counts'");
});

test('REDBPF-016: two programs in a section', () => {
  const one = { name: 'one', binding: 'global' as const, lines: [movImm(0, 1), exit()] };
  const made = program({ 'xdp/both': [one, { ...one, name: 'two' }] });
  const { diagnostics } = linkObjects({ 'a.o': made }, script);
  expect(diagnostics.map(({ code }) => code)).toEqual(['REDBPF-016']);
});

test('a local map is referred to by its own symbol, .bss has bytes, and no function is left', () => {
  const made = program(
    {
      'xdp/prog': [
        {
          name: 'prog',
          binding: 'global',
          lines: [ref(1, 'maps/counts'), ref(2, 'x'), callOf('sub'), exit()],
        },
      ],
      '.text': [{ name: 'sub', lines: [loadReg(4, 0, 2, 0), exit()] }],
    },
    {
      'maps/counts': [{ name: 'counts', bytes: new Array(20).fill(1) }],
      '.bss': [{ name: 'x', bytes: [0, 0, 0, 0] }],
    },
  );
  const out = linked({ 'a.o': made }, script);
  expect(out.sectionNames).not.toContain('.text');
  const counts = out.elf.sections.find(({ name }) => name === 'maps/counts')!;
  const named = out.elf.symbols.filter(({ section }) => section === counts.index);
  expect(named.map(({ name, binding }) => [name, binding])).toEqual([['counts', STB.LOCAL]]);
});

test("rustc's .bss is written out, and panics are trapped", () => {
  const out = new Output(linkFixture(['redbpf/panics.o'], 'redbpf.ld'));
  expect([...out.section('.bss').bytes]).toEqual([0, 0, 0, 0]);
  expect(
    out.elf.symbols.map(({ name }) => name).filter((name) => /panic|abort/.test(name)),
  ).toEqual([]);
  expect(check(fixture('redbpf/panics.o').bytes).map(({ code }) => code)).toContain('REDBPF-005');
});
