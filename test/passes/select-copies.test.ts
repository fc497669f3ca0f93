import { expect, test } from 'vitest';
import { callFunction, exit, movImm } from '../../src/bpf/build.ts';
import { R_BPF, SHT, STT } from '../../src/elf/constants.ts';
import { codes, linked, linkFixture, Output, refused } from '../support/link.ts';
import { DATA, type ObjectSpec, object } from '../support/object.ts';
import { patch } from '../support/patch.ts';

const license = (text: string): ObjectSpec => ({
  sections: [
    { name: 'license', flags: DATA, content: text },
    {
      name: '.data.pointer',
      flags: DATA,
      content: new Uint8Array(16),
      relocations: [
        { offset: 0, type: R_BPF.ABS64, symbol: 'LICENSE' },
        { offset: 8, type: R_BPF.ABS64, symbol: 'license' },
      ],
    },
  ],
  symbols: [{ name: 'LICENSE', in: 'license', size: text.length, type: STT.OBJECT }],
});

test.each(['license', 'version'])('equal copies of %s are one', (name) => {
  const one = { sections: [{ name, flags: DATA, content: 'GPL\0' }] };
  expect(linked({ 'a.o': one, 'b.o': one, 'c.o': one }).text(name)).toBe('GPL\0');
});

test("the second object's references lead to the copy that is kept", () => {
  const output = linked({ 'a.o': license('GPL\0'), 'b.o': license('GPL\0') });
  expect(output.relocations('.data.pointer')).toEqual([
    '0 2 LICENSE',
    '8 2 license',
    '16 2 LICENSE',
    '24 2 license',
  ]);
  expect(output.symbol('LICENSE')).toMatchObject({ place: 'section', value: 0, size: 4 });
});

test.each(['license', 'version'])('ELF-011: two different %s sections', (name) => {
  const make = (content: string): ObjectSpec => ({ sections: [{ name, flags: DATA, content }] });
  const diagnostics = refused({ 'a.o': make('GPL\0'), 'b.o': make('MIT\0') });
  expect(diagnostics).toMatchObject([
    {
      code: 'ELF-011',
      message: `two different '${name}' sections`,
      at: [
        { file: 'a.o', section: name },
        { file: 'b.o', section: name },
      ],
    },
  ]);
});

/** `inline` (returning `value`) in a group with a table of its own, and a function that calls it. */
function comdat(value: number, caller: string, own = 'inline', flags = 1): Uint8Array {
  const call = { offset: 0, type: R_BPF.CALL32, symbol: 'inline' };
  const made = object({
    sections: [
      { name: '.text.inline', code: [movImm(0, value), exit()] },
      { name: '.rodata.inline', content: [value] },
      { name: '.group', content: [flags, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0] },
      { name: '.text', code: [callFunction(-1), exit()], relocations: [call] },
    ],
    symbols: [
      { name: 'here', in: '.rodata.inline', binding: 'local' },
      { name: 'inline', in: '.text.inline', size: 16, type: STT.FUNC, binding: 'global' },
      { name: caller, in: '.text', size: 16, type: STT.FUNC },
    ],
  });
  const patched = patch(made);
  const info = patched.elf.symbols.find(({ name }) => name === own)!.index;
  return patched.header('.group', { type: SHT.GROUP, link: patched.indexOf('.symtab'), info })
    .bytes;
}

test('of equal COMDAT groups the first is kept, whole', () => {
  const output = linked({ 'a.o': comdat(1, 'f'), 'b.o': comdat(2, 'g'), 'c.o': comdat(3, 'h') });
  expect(output.section('.text.inline').size).toBe(16);
  expect(output.content('.text.inline')[4]).toBe(1);
  expect(output.content('.rodata.inline')).toEqual([1]);
  expect(output.relocations('.text')).toEqual(['0 10 inline', '16 10 inline', '32 10 inline']);
  expect(output.elf.groups).toEqual([]);
});

test('groups that are not COMDAT are not merged', () => {
  const diagnostics = refused({
    'a.o': comdat(1, 'f', 'inline', 0),
    'b.o': comdat(2, 'g', 'inline', 0),
  });
  expect(codes(diagnostics)).toEqual(['SYM-001']);
});

test('a fixture of C++ has its inline function once', () => {
  const paths = ['comdat/program.o', 'comdat/library.o'];
  const output = new Output(linkFixture(paths, 'generic.ld'));
  const inline = output.elf.symbols.filter(({ name }) => name.includes('multiply'));
  expect(inline).toMatchObject([{ place: 'section', value: 0 }]);
  const { section } = inline[0]!;
  expect(output.elf.sections[section]?.size).toBe(inline[0]!.size);
});

/** A pointer to a static in a group that has this section, with this byte in it. */
function pointing(section: string, byte = 1): Uint8Array {
  const made = object({
    sections: [
      { name: section, content: [byte] },
      { name: '.group', content: [1, 0, 0, 0, 1, 0, 0, 0] },
      {
        name: '.data',
        flags: DATA,
        content: new Uint8Array(8),
        relocations: [{ offset: 0, type: R_BPF.ABS64, symbol: 'inner' }],
      },
    ],
    symbols: [
      { name: 'inner', in: section, binding: 'local' },
      { name: 'group', in: section, binding: 'weak' },
    ],
  });
  const patched = patch(made);
  const info = patched.elf.symbols.find(({ name }) => name === 'group')!.index;
  return patched.header('.group', { type: SHT.GROUP, link: patched.indexOf('.symtab'), info })
    .bytes;
}

test('SYM-003: a reference into a group that was not kept and has no counterpart', () => {
  const diagnostics = refused({ 'a.o': pointing('.rodata.a'), 'b.o': pointing('.rodata.b') });
  expect(diagnostics).toMatchObject([
    {
      code: 'SYM-003',
      message:
        "'inner' is in .rodata.b, which is not in the output: another copy of its COMDAT group was kept, without an equal section",
      at: [{ file: 'b.o', section: '.data', offset: 0 }],
    },
  ]);
});

test('a reference into a group leads to the same section of the one that is kept', () => {
  const output = linked({ 'a.o': pointing('.rodata.a'), 'b.o': pointing('.rodata.a') });
  expect(output.content('.rodata.a')).toEqual([1]);
  expect(output.relocations('.data')).toHaveLength(2);
});

test('SYM-003: a reference into a group whose copy has other bytes', () => {
  const diagnostics = refused({ 'a.o': pointing('.rodata.a'), 'b.o': pointing('.rodata.a', 2) });
  expect(diagnostics).toMatchObject([{ code: 'SYM-003', at: [{ file: 'b.o', section: '.data' }] }]);
});
