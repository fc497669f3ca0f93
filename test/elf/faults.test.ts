import { expect, test } from 'vitest';
import { SHT } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import { object } from '../support/object.ts';
import { type Patch, patch } from '../support/patch.ts';

const good = object({
  sections: [
    {
      name: '.data',
      content: [1, 2, 3, 4, 5, 6, 7, 8],
      relocations: [{ offset: 0, type: 2, symbol: 'x' }],
    },
    { name: '.group', type: SHT.GROUP, content: [1, 0, 0, 0, 1, 0, 0, 0] },
  ],
  symbols: [{ name: 'x', in: '.data', size: 8 }],
});

function faultOf(bytes: Uint8Array): { code: string | undefined; message: string | undefined } {
  const { fault } = readElf(bytes, 'a.o');
  return { code: fault?.code, message: fault?.message };
}

test('the object that the other tests damage is a good one', () => {
  expect(faultOf(good).code).toBeUndefined();
});

test.each([
  ['empty', ''],
  ['text', 'int main(void);'],
  ['bitcode', 'BC\xc0\xde'],
  ['an archive', '!<arch>\n'],
])('ELF-001: %s is not ELF', (_, text) => {
  const { code, message } = faultOf(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  expect(code).toBe('ELF-001');
  expect(message).toContain('a.o: not an ELF object');
});

test.each<[string, (p: Patch) => Patch, string]>([
  ['32 bits', (p) => p.file(4, 1, 1), 'not 64-bit'],
  ['byte order 3', (p) => p.file(5, 1, 3), 'byte order 3'],
  ['an executable', (p) => p.file(16, 2, 2), 'file type 2, not ET_REL'],
  ['x86-64', (p) => p.file(18, 2, 62), 'machine 62, not EM_BPF'],
  ['two symbol tables', (p) => p.header('.strtab', { type: SHT.SYMTAB }), '2 symbol tables'],
  ['a strange binding', (p) => p.symbol('x', { info: 0xa0 }), "'x' has the binding 10"],
])('ELF-002: %s', (_, damage, why) => {
  const { code, message } = faultOf(damage(patch(good)).bytes);
  expect(code).toBe('ELF-002');
  expect(message).toContain(why);
});

test.each<[string, (p: Patch) => Patch, string]>([
  ['section headers of another size', (p) => p.file(58, 2, 40), 'section headers of 40 bytes'],
  ['headers past the end', (p) => p.file(40, 8, 1 << 20), 'header table is outside'],
  ['headers at 2^64 - 1', (p) => p.file(40, 8, -1n), 'header table is outside'],
  ['too many sections', (p) => p.file(60, 2, 9999), '9999 section headers do not fit'],
  ['too many sections, extended', (p) => p.file(60, 2, 0).header(0, { size: 1n << 60n }), 'do not'],
  ['no sections at all', (p) => p.file(60, 2, 0), 'the section name table is section'],
  ['no section names', (p) => p.file(62, 2, 77), 'the section name table is section 77 of'],
  ['names outside', (p) => p.header('.strtab', { offset: 1 << 20 }), 'section name table lies'],
  ['a name outside', (p) => p.header('.data', { name: 1 << 20 }), 'the name of section 1'],
  ['a section outside', (p) => p.header('.data', { offset: 1 << 20 }), 'section .data lies'],
  ['a section too long', (p) => p.header('.data', { size: 1 << 20 }), 'section .data lies'],
  ['a size of 2^63', (p) => p.header('.data', { size: 1n << 63n }), 'the size of section .data'],
  ['NOBITS of 2^63', (p) => p.header('.data', { type: 8, size: 1n << 63n }), 'the size of section'],
  ['alignment 3', (p) => p.header('.data', { align: 3 }), 'alignment of section .data is 3'],
  ['alignment 2^40', (p) => p.header('.data', { align: 1n << 40n }), 'alignment of section .data'],
  ['symbol entries of 23 bytes', (p) => p.header('.symtab', { entsize: 23 }), 'entries of 23'],
  ['half a symbol', (p) => p.header('.symtab', { size: 25 }), 'has 25 bytes'],
  ['no string table', (p) => p.header('.symtab', { link: 1 }), 'has no string table'],
  ['a string table too far', (p) => p.header('.symtab', { link: 99 }), 'has no string table'],
  ['a symbol name outside', (p) => p.symbol('x', { name: 1 << 20 }), 'the name of symbol 1'],
  ['a symbol of section 99', (p) => p.symbol('x', { section: 99 }), "'x' is in section 99 of"],
  ['a reserved index', (p) => p.symbol('x', { section: 0xff00 }), 'reserved section index 65280'],
  ['no extended index', (p) => p.symbol('x', { section: 0xffff }), "section index of symbol 'x'"],
  ['relocation entries of 24', (p) => p.header('.rel.data', { entsize: 24 }), 'entries of 24'],
  ['relocations of section 0', (p) => p.header('.rel.data', { info: 0 }), 'relocates section 0'],
  ['relocations of none', (p) => p.header('.rel.data', { info: 99 }), 'relocates section 99'],
  ['another symbol table', (p) => p.header('.rel.data', { link: 1 }), 'not linked to the symbol'],
  ['symbol 7', (p) => p.content('.rel.data', 12, 4, 7), 'refers to symbol 7 of 2'],
  ['a group of 6 bytes', (p) => p.header('.group', { size: 6 }), 'the section group .group'],
  ['a group of symbol 9', (p) => p.header('.group', { info: 9 }), 'the section group .group'],
  ['a group of section 99', (p) => p.content('.group', 4, 4, 99), 'names section 99'],
])('ELF-003: %s', (_, damage, why) => {
  const { code, message } = faultOf(damage(patch(good)).bytes);
  expect(code).toBe('ELF-003');
  expect(message).toContain(why);
});

test('ELF-003: an ELF header alone', () => {
  expect(faultOf(good.subarray(0, 63))).toMatchObject({
    code: 'ELF-003',
    message: 'a.o: truncated or corrupt: 63 bytes, shorter than an ELF header',
  });
});

test.each([
  ['past the end', { value: 9, size: 0 }, 'bytes 9 to 9 of .data, which has 8 bytes'],
  ['across the end', { value: 4, size: 8 }, 'bytes 4 to 12 of .data, which has 8 bytes'],
  ['at 2^64 - 1', { value: -1n, size: 8 }, 'which has 8 bytes'],
])('ELF-006: a symbol %s of its section', (_, fields, why) => {
  const { code, message } = faultOf(patch(good).symbol('x', fields).bytes);
  expect(code).toBe('ELF-006');
  expect(message).toContain("a.o: symbol 'x' covers ");
  expect(message).toContain(why);
});

test('a symbol may stand at the end of its section', () => {
  expect(faultOf(patch(good).symbol('x', { value: 8, size: 0 }).bytes).code).toBeUndefined();
});

test.each([
  ['absolute', 0xfff1],
  ['common', 0xfff2],
])('ELF-003: the value of an %s symbol is more than a number holds', (_, section) => {
  const damaged = patch(good).symbol('x', { section, value: (1n << 62n) + 1n });
  expect(faultOf(damaged.bytes)).toMatchObject({ code: 'ELF-003' });
});
