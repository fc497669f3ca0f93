import { expect, test } from 'vitest';
import { complaints, parse } from './support.ts';

test('INCLUDE stands for the contents of a file, wherever statements stand', () => {
  const { script, diagnostics } = parse(
    'INCLUDE top.ld SECTIONS { INCLUDE sections.ld; .b : { INCLUDE "body.ld" BYTE(1) } } ENTRY(b)',
    { 'top.ld': 'ENTRY(a)', 'sections.ld': '.a : { *(.a) }', 'body.ld': '*(.b) x = .;' },
  );
  expect(diagnostics).toEqual([]);
  expect(script.commands).toMatchObject([
    { kind: 'entry', span: { file: 'top.ld' } },
    {
      kind: 'sections',
      statements: [
        { name: { text: '.a' } },
        { statements: [{ kind: 'input-sections' }, { kind: 'assignment' }, { kind: 'data' }] },
      ],
    },
    { kind: 'entry' },
  ]);
  expect(script.sources.map(({ name }) => name)).toEqual([
    'test.ld',
    'top.ld',
    'sections.ld',
    'body.ld',
  ]);
});

test('errors name the included file', () => {
  const { diagnostics } = parse('INCLUDE a.ld', { 'a.ld': '\n FOO(x)' });
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'a.ld', line: 2, column: 2 }]);
});

test('SCRIPT-011: a file cannot include itself, not even through another', () => {
  const files = { 'a.ld': 'INCLUDE b.ld', 'b.ld': '\nINCLUDE a.ld' };
  const { diagnostics } = parse('INCLUDE a.ld', files);
  expect(diagnostics).toMatchObject([
    { code: 'SCRIPT-011', at: [{ file: 'b.ld', line: 2, column: 9 }] },
  ]);
  expect(diagnostics[0]!.notes).toEqual(['test.ld -> a.ld -> b.ld -> a.ld']);
});

test('a file may be included twice', () => {
  expect(complaints('INCLUDE a.ld INCLUDE a.ld', { 'a.ld': 'EXTERN(a)' })).toEqual([]);
});

test('SCRIPT-012: includes have a greatest depth and a greatest number', () => {
  const chain = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`${i}.ld`, `INCLUDE ${i + 1}.ld`]),
  );
  expect(complaints('INCLUDE 0.ld', chain)).toEqual(['SCRIPT-012@1:9+5']);
  const doubling = Object.fromEntries(
    Array.from({ length: 14 }, (_, i) => [`${i}`, `INCLUDE ${i + 1}\nINCLUDE ${i + 1}\n`]),
  );
  const found = complaints('INCLUDE 0', { ...doubling, 14: '' });
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((line) => !line.startsWith('SCRIPT-012'))).toEqual([]);
});

test('without the callback nothing can be included, and braces do not cross files', () => {
  expect(complaints('INCLUDE a.ld')).toEqual(['SCRIPT-010@1:9+4']);
  expect(complaints('SECTIONS { INCLUDE a.ld }', { 'a.ld': '}' })).toEqual(['SCRIPT-001@1:1']);
});

test.each([
  ['INCLUDE a.ld LOWER(rodata: fold)', ['fold']],
  ['LOWER(rodata: fold) INCLUDE a.ld', ['fold']],
  ['INCLUDE a.ld', ['stack']],
])('LOWER of a script goes before that of a file that it includes: %s', (text, words) => {
  const files = { 'a.ld': 'LOWER(rodata: stack) PROFILE(tc)' };
  const { script, diagnostics } = parse(text, files);
  expect(diagnostics).toEqual([]);
  const lowers = script.commands.filter((command) => command.kind === 'lower');
  expect(lowers.map((command) => command.words.map((word) => word.text))).toEqual([words]);
});

test('SCRIPT-013: two files that are included say different things', () => {
  const files = { 'a.ld': 'PROFILE(tc)', 'b.ld': 'PROFILE(libbpf)' };
  expect(complaints('INCLUDE a.ld INCLUDE b.ld', files)).toEqual(['SCRIPT-013@1:1+15']);
});
