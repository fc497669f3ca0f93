import { expect, test } from 'vitest';
import { linked, linkObjects } from '../support/link.ts';
import { DATA, type ObjectSpec } from '../support/object.ts';

const object = (order: 'little' | 'big'): ObjectSpec => ({
  order,
  sections: [{ name: '.data', flags: DATA, content: [0] }],
  symbols: [{ name: 'main', in: '.data' }],
});

test.each([
  ['elf64-bpfbe', 'little', 'OUTPUT_FORMAT(elf64-bpfbe) is big-endian, but a.o is little-endian'],
  ['elf64-bpfle', 'big', 'OUTPUT_FORMAT(elf64-bpfle) is little-endian, but a.o is big-endian'],
] as const)('ELF-012: %s and a %s-endian object', (format, order, message) => {
  const { output, diagnostics } = linkObjects({ 'a.o': object(order) }, `OUTPUT_FORMAT(${format})`);
  expect(output).toBeUndefined();
  expect(diagnostics).toMatchObject([
    { code: 'ELF-012', message, at: [{ file: 'x.ld', line: 1 }] },
  ]);
});

test.each([
  ['elf64-bpf', 'big'],
  ['elf64-bpfle', 'little'],
  ['elf64-bpfbe', 'big'],
  ['elf64-bpf, elf64-bpfbe, elf64-bpfle', 'big'],
  ['elf64-bpf, elf64-bpfbe, elf64-bpfle', 'little'],
] as const)('OUTPUT_FORMAT(%s) fits a %s-endian object', (formats, order) => {
  const output = linked({ 'a.o': object(order) }, `OUTPUT_FORMAT(${formats})`);
  expect([output.elf.order, output.diagnostics]).toEqual([order, []]);
});

test.each([
  ['ENTRY(mian)', "ENTRY(mian): no input defines 'mian' (did you mean 'main'?)"],
  ['SECTIONS { ENTRY(mian) }', "ENTRY(mian): no input defines 'mian' (did you mean 'main'?)"],
  ['EXTERN(main nowhere)', "EXTERN(nowhere): no input defines 'nowhere'"],
])('SYM-007: %s', (script, message) => {
  const { diagnostics } = linked({ 'a.o': object('little') }, script);
  expect(diagnostics).toMatchObject([{ code: 'SYM-007', severity: 'warning', message }]);
});

test.each(['ENTRY(main)', 'EXTERN(main)', 'ENTRY(start) start = 1;'])('%s is fine', (script) => {
  expect(linked({ 'a.o': object('little') }, script).diagnostics).toEqual([]);
});
