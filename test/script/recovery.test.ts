import { expect, test } from 'vitest';
import { compileSections } from '../../src/script/index.ts';
import { complaints, parse } from './support.ts';

test('several errors in one run, each statement on its own', () => {
  const text = [
    'PROFLE(tc)',
    'x = 3 +;',
    'y = (4',
    'ENTRY(foo',
    'SECTIONS {',
    '  .a : AT(0) { *(.a) }',
    '  .b : { BYTE(1 2) }',
    '  .c : { x = SIZOF(.c); *(.c }',
    '  .d : { *(.d) } > ram',
    '}',
    'MEMORY { ram : ORIGIN = 0, LENGTH = 1K }',
    'OUTPUT_ARCH(arm)',
  ].join('\n');
  expect(complaints(text)).toEqual([
    'SCRIPT-002@1:1+6',
    'SCRIPT-001@2:8',
    'SCRIPT-001@4:1+5',
    'SCRIPT-001@5:1+8',
    'SCRIPT-003@6:8+2',
    'SCRIPT-001@7:17',
    'SCRIPT-002@8:14+5',
    'SCRIPT-001@8:30',
    'SCRIPT-003@9:18',
    'SCRIPT-003@11:1+6',
    'SCRIPT-002@12:13+3',
  ]);
});

test.each(['.b : { *(.b) }', '.b: { *(.b) }'])(
  'a missing brace is taken as given before %s',
  (b) => {
    const { script, diagnostics } = parse(`SECTIONS {\n  .a : { *(.a)\n  ${b}\n}\nENTRY(x)`);
    expect(diagnostics).toMatchObject([{ code: 'SCRIPT-001', at: [{ line: 3, column: 3 }] }]);
    expect(diagnostics[0]!.notes.join()).toContain("'.b' looks like the next output section");
    expect(script.commands.map(({ kind }) => kind)).toEqual(['sections', 'entry']);
    expect(compileSections(script).statements).toMatchObject([{ name: '.a' }, { name: '.b' }]);
  },
);

test('an open comment is reported even where something else was wrong before it', () => {
  expect(complaints('ENTRY(\n/* open')).toEqual(['SCRIPT-005@2:1+2']);
  expect(complaints('ENTRY() /* open')).toEqual(['SCRIPT-001@1:7', 'SCRIPT-005@1:9+2']);
});

test('what follows an error is still read', () => {
  const { script } = parse('FOO { bar { } }\nENTRY(a)');
  expect(script.commands).toMatchObject([{ kind: 'entry' }]);
});
