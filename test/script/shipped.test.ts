import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileSections, type ParsedScript, parseScript } from '../../src/script/index.ts';
import { options } from './support.ts';

function read(name: string): ParsedScript {
  const text = readFileSync(new URL(`../../linker-scripts/${name}`, import.meta.url), 'utf8');
  return parseScript({ name, text }, options);
}

function where(name: string, section: string): string | undefined {
  return compileSections(read(name).script).place({ path: 'a.o' }, section)?.output.name;
}

test.each(['tc.ld', 'generic.ld'])('%s is read without complaint', (name) => {
  expect(read(name).diagnostics).toEqual([]);
});

test('what tc.ld asks for', () => {
  expect(read('tc.ld').script.commands).toMatchObject([
    { kind: 'profile', profile: { text: 'tc' } },
    { kind: 'permit-relocations', sections: [{ text: 'maps' }] },
    { kind: 'lower', lowering: { text: 'calls' }, words: [{ text: 'copy' }] },
    { kind: 'lower', lowering: { text: 'rodata' }, words: [{ text: 'fold' }, { text: 'stack' }] },
    { kind: 'sections' },
  ]);
});

test.each([
  ['license', 'license'],
  ['maps/foo', 'maps'],
  ['.maps', 'maps'],
  ['.text.unlikely', '.text'],
  ['.rodata.str1.1', '.rodata'],
  ['.rodata..Lanon.1', '.rodata'],
  ['.Lalloc52', '.rodata'],
  ['.L__unnamed_3', '.rodata'],
  ['.data.rel.ro.local', '.rodata'],
  ['.data.cfg', '.data'],
  ['COMMON', '.bss'],
  ['.BTF.ext', '/DISCARD/'],
  ['.debug_info', '/DISCARD/'],
  ['classifier', undefined],
  ['1/0', undefined],
])('tc.ld puts %s into %s', (section, output) => {
  expect(where('tc.ld', section)).toBe(output);
});

test.each([
  ['.rodata.str1.1', '.rodata'],
  ['.rodata.cst16', '.rodata'],
  ['.rodata.table', undefined],
  ['COMMON', '.bss'],
  ['.text', undefined],
  ['maps', undefined],
  ['.llvm_addrsig', '/DISCARD/'],
])('generic.ld puts %s into %s', (section, output) => {
  expect(where('generic.ld', section)).toBe(output);
});
