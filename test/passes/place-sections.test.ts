import { expect, test } from 'vitest';
import { exit } from '../../src/bpf/build.ts';
import { R_BPF, SHT } from '../../src/elf/constants.ts';
import { codes, linked, linkObjects, type Objects, refused } from '../support/link.ts';
import { DATA, type ObjectSpec, type SectionSpec } from '../support/object.ts';

/** Sections whose only byte is given, so that the output's text tells the order. */
function letters(sections: Readonly<Record<string, string>>): ObjectSpec {
  return { sections: Object.entries(sections).map(([name, content]) => ({ name, content })) };
}

const two: Objects = {
  'a.o': letters({ '.x.b': 'A', '.x.a': 'B', '.y': 'C' }),
  'b.o': letters({ '.x.c': 'D', '.y': 'E' }),
};

test.each([
  ['input order', '*(.x.*)', 'ABD'],
  ['one list is in input order too', '*(.y .x.*)', 'ABCDE'],
  ['two statements follow each other', '*(.y) *(.x.*)', 'CEABD'],
  ['the first that matches wins', '*(.x.a) *(.x.*)', 'BAD'],
  ['by name', '*(SORT_BY_NAME(.x.*))', 'BAD'],
  ['SORT is SORT_BY_NAME', '*(SORT(.x.*))', 'BAD'],
  ['files by name', 'SORT_BY_NAME(*)(.x.* .y)', 'ABCDE'],
  ['a file pattern', 'b.o(.x.* .y)', 'DE'],
  ['a file pattern with a star', '*b.o(*) *(*)', 'DEABC'],
  ['a file alone', 'b.o a.o', 'DEABC'],
  ['EXCLUDE_FILE before the file', 'EXCLUDE_FILE(a.o) *(*)', 'DE'],
  ['EXCLUDE_FILE of one pattern', '*(EXCLUDE_FILE(*b.o) .x.* .y)', 'ABCE'],
  ['KEEP changes no order', 'KEEP(*(.y)) *(.x.*)', 'CEABD'],
])('%s: %s', (_, body, expected) => {
  const script = `SECTIONS { out : { ${body} } /DISCARD/ : { *(*) } }`;
  expect(linked(two, script).text('out')).toBe(expected);
});

test('a section goes to the first rule of the script that takes it', () => {
  const script = 'SECTIONS { first : { a.o(.x.a) } second : { *(.x.*) } third : { *(*) } }';
  const output = linked(two, script);
  expect([output.text('first'), output.text('second'), output.text('third')]).toEqual([
    'B',
    'AD',
    'CE',
  ]);
});

test('sorting by alignment goes from large to small', () => {
  const make = (name: string, align: number, content: string): SectionSpec => ({
    name,
    align,
    content,
  });
  const object = { sections: [make('x1', 1, 'a'), make('x2', 8, 'b'), make('x3', 2, 'cc')] };
  const script = 'SECTIONS { out : { *(SORT_BY_ALIGNMENT(x*)) } }';
  expect(linked({ 'a.o': object }, script).text('out')).toBe('b\0cca');
});

test('output sections come in the order of the script, and empty ones not at all', () => {
  const script = 'SECTIONS { z : { *(.y) } none : { *(.nothing) } a : { *(.x.*) } }';
  expect(linked(two, script).sectionNames).toEqual(['z', 'a']);
});

test('two statements of one name fill one section', () => {
  const script = 'SECTIONS { out : { *(.y) } mid : { *(.x.a) } out : { *(.x.*) } }';
  const output = linked(two, script);
  expect(output.sectionNames).toEqual(['out', 'mid']);
  expect(output.text('out')).toBe('CEAD');
});

const orphans: Objects = {
  'a.o': {
    sections: [
      { name: 'data', content: 'd' },
      { name: 'known', content: 'k' },
      { name: 'prog', code: [exit()] },
    ],
  },
};
const rule = 'SECTIONS { known : { *(known) } }';

test('orphans follow under their own names, programs first', () => {
  expect(linked(orphans, rule).sectionNames).toEqual(['known', 'prog', 'data']);
});

test('orphans can be discarded', () => {
  const output = linked(orphans, rule, { orphanHandling: 'discard' });
  expect(output.sectionNames).toEqual(['known']);
});

test('LAYOUT-001: orphans are warned of', () => {
  const output = linked(orphans, rule, { orphanHandling: 'warn' });
  expect(output.sectionNames).toEqual(['known', 'prog', 'data']);
  expect(output.diagnostics).toMatchObject([
    { code: 'LAYOUT-001', severity: 'warning', at: [{ file: 'a.o', section: 'prog' }] },
    { code: 'LAYOUT-001', severity: 'warning', at: [{ file: 'a.o', section: 'data' }] },
  ]);
});

test('LAYOUT-001: orphans are errors', () => {
  const diagnostics = refused(orphans, rule, { orphanHandling: 'error' });
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
    ['LAYOUT-001', 'error'],
    ['LAYOUT-001', 'error'],
  ]);
  expect(diagnostics[0]!.notes).toEqual(['add a rule such as: prog : { *(prog) }']);
});

const pointer: ObjectSpec = {
  sections: [
    {
      name: '.data',
      flags: DATA,
      content: new Uint8Array(8),
      relocations: [{ offset: 0, type: R_BPF.ABS64, symbol: 'lost' }],
    },
    { name: '.gone', content: 'x' },
  ],
  symbols: [{ name: 'lost', in: '.gone', size: 1 }],
};

test('SYM-003: a reference to what the script discards', () => {
  const diagnostics = refused({ 'a.o': pointer }, 'SECTIONS { /DISCARD/ : { *(.gone) } }');
  expect(diagnostics).toMatchObject([
    { code: 'SYM-003', at: [{ file: 'a.o', section: '.data', offset: 0 }] },
  ]);
  expect(diagnostics[0]!.message).toContain("'lost' is in .gone, which is not in the output");
});

test('what a discarded section refers to does not matter', () => {
  const script = 'SECTIONS { /DISCARD/ : { *(.gone .data) } }';
  const other = letters({ keep: 'k' });
  expect(linked({ 'a.o': pointer, 'b.o': other }, script).sectionNames).toEqual(['keep']);
});

test.each([
  ['.note.x', SHT.NOTE],
  ['.eh_frame', SHT.PROGBITS],
])('LAYOUT-009: %s is left out with a note', (name, type) => {
  const object = {
    sections: [
      { name, type, content: 'xxxx' },
      { name: 'keep', content: 'k' },
    ],
  };
  const output = linked({ 'a.o': object }, '');
  expect(output.sectionNames).toEqual(['keep']);
  expect(output.diagnostics).toMatchObject([
    { code: 'LAYOUT-009', severity: 'note', at: [{ file: 'a.o', section: name }] },
  ]);
});

test('common symbols are placed by the name COMMON', () => {
  const object = { symbols: [{ name: 'c', in: 'COMMON', value: 8, size: 8 }] };
  const output = linked({ 'a.o': object }, 'SECTIONS { vars : { *(COMMON) } }');
  expect(output.elf.sections[output.symbol('c').section]?.name).toBe('vars');
});

test('types are left out, ill-formed or not, where the loader has no use for them', () => {
  const withBtf: Objects = { 'a.o': letters({ '.BTF': 'btf', keep: 'k' }) };
  expect(codes(linkObjects(withBtf).diagnostics)).toEqual(['BTF-001']);
  expect(codes(linkObjects(withBtf, 'PROFILE(tc)').diagnostics)).not.toContain('BTF-001');
});
