import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/diag/render.ts';
import { complaints, parse, show } from './support.ts';

/** Script, then what is reported: code, line, column, length of the caret; then a part of the message. */
test.each<[string, string, string]>([
  ['ENTRY foo', 'SCRIPT-001@1:7+3', "expected '(', found 'foo'"],
  ['ENTRY(foo', 'SCRIPT-001@1:10', 'found the end of the script'],
  ['ENTRY(\n  =)', 'SCRIPT-001@2:3', 'expected a symbol name'],
  ['x = 1', 'SCRIPT-001@1:6', "expected ';'"],
  ['x = ;', 'SCRIPT-001@1:5', 'expected an expression'],
  ['x = 1 ? 2;', 'SCRIPT-001@1:10', "expected ':'"],
  ['x = MAX(1);', 'SCRIPT-001@1:10', "expected ','"],
  ['x = ALIGN;', 'SCRIPT-001@1:10', "expected '('"],
  ['x = (1;', 'SCRIPT-001@1:7', "expected ')'"],
  ['ASSERT(1, )', 'SCRIPT-001@1:11', 'expected a quoted message'],
  ['PROVIDE(a += 1);', 'SCRIPT-001@1:11+2', "expected '='"],
  ['PROVIDE(1);', 'SCRIPT-001@1:10', "expected '='"],
  ['}', 'SCRIPT-001@1:1', 'expected a command'],
  ['SECTIONS { .a : { *(.a } }', 'SCRIPT-001@1:24', "expected a section pattern or ')'"],
  ['SECTIONS { .a { } }', 'SCRIPT-001@1:15', "expected ':'"],
  ['SECTIONS { .a : { } ', 'SCRIPT-001@1:21', "expected '}'"],
  ['SECTIONS { ( }', 'SCRIPT-001@1:12', "an output section, a symbol or '}'"],
  ['SECTIONS { .a : { ) } }', 'SCRIPT-001@1:19', "a statement or '}'"],
  ['SECTIONS { .a : { *(SORT()) } }', 'SCRIPT-001@1:26', 'expected a section pattern'],
  ['LOWER(rodata fold)', 'SCRIPT-001@1:14+4', "expected ':'"],
  ['LOWER(rodata: )', 'SCRIPT-001@1:15', 'expected a method'],
  ['INCLUDE ;', 'SCRIPT-001@1:9', 'the name of a linker script'],
  ['INPUT()', 'SCRIPT-001@1:7', 'expected a file name'],
  ['SECTONS { }', 'SCRIPT-002@1:1+7', "unknown command 'SECTONS' (did you mean 'SECTIONS'?)"],
  ['sections { }', 'SCRIPT-002@1:1+8', "(did you mean 'SECTIONS'?)"],
  ['SECTIONS { ASERT(1, "") }', 'SCRIPT-002@1:12+5', "(did you mean 'ASSERT'?)"],
  ['SECTIONS { .a : { KEPT(*(.x)) } }', 'SCRIPT-002@1:19+4', "(did you mean 'KEEP'?)"],
  ['SECTIONS { .a : { KEEPING(*(.x)) } }', 'SCRIPT-002@1:19+7', 'unknown command'],
  ['SECTIONS { .a : { BTE(1) } }', 'SCRIPT-002@1:19+3', "(did you mean 'BYTE'?)"],
  ['SECTIONS { .a : ALGN(8) { } }', 'SCRIPT-002@1:17+4', "(did you mean 'ALIGN'?)"],
  ['SECTIONS { .a (NOLAOD) : { } }', 'SCRIPT-002@1:16+6', "(did you mean 'NOLOAD'?)"],
  ['x = SIZEFO(.a);', 'SCRIPT-002@1:5+6', "unknown function 'SIZEFO' (did you mean 'SIZEOF'?)"],
  ['PROFILE(tcc)', 'SCRIPT-002@1:9+3', "unknown profile 'tcc' (did you mean 'tc'?)"],
  ['LOWER(rodta: fold)', 'SCRIPT-002@1:7+5', "unknown lowering 'rodta' (did you mean 'rodata'?)"],
  ['LOWER(rodata: fold, stak)', 'SCRIPT-002@1:21+4', "(did you mean 'stack'?)"],
  ['OUTPUT_FORMAT(elf64-bfp)', 'SCRIPT-002@1:15+9', "(did you mean 'elf64-bpf'?)"],
  ['OUTPUT_ARCH(x86)', 'SCRIPT-002@1:13+3', "unknown architecture 'x86'"],
  ['// note', 'SCRIPT-002@1:1+2', "unknown command '//'"],
  ['SECTIONS { . = 16; }', 'SCRIPT-003@1:12', 'no addresses'],
  ['. = 16;', 'SCRIPT-003@1:1', 'no addresses'],
  ['SECTIONS { .a 0x100 : { } }', 'SCRIPT-003@1:15+5', 'the address of an output section'],
  ['SECTIONS { .a (1 + 2) : { } }', 'SCRIPT-003@1:15', 'the address of an output section'],
  ['SECTIONS { KEEP(*(.x)) }', 'SCRIPT-004@1:12+4', 'KEEP does not belong here'],
  ['SECTIONS { PROFILE(tc) }', 'SCRIPT-004@1:12+7', 'PROFILE does not belong here'],
  ['KEEP(*(.x))', 'SCRIPT-004@1:1+4', 'KEEP does not belong here'],
  ['.text : { *(.text) }', 'SCRIPT-004@1:1+5', "output section '.text'"],
  ['ENTRY(a) /* open', 'SCRIPT-005@1:10+2', 'comment without an end'],
  ['SEARCH_DIR("a\n)', 'SCRIPT-005@1:12+2', 'string without an end'],
  ['ENTRY(a) \x01', 'SCRIPT-006@1:10', '0x01'],
  ['ENTRY("a\x02b")', 'SCRIPT-006@1:9', '0x02'],
  ['x = `;', 'SCRIPT-006@1:5', "'`'"],
  ['SECTIONS { .a : { *(.a/* all */) } }', 'SCRIPT-007@1:30+2', 'closes no comment'],
  ['x = 09;', 'SCRIPT-008@1:5+2', 'octal'],
  ['x = 0x10000000000000000;', 'SCRIPT-008@1:5+19', '64 bits'],
  ['INCLUDE no.ld', 'SCRIPT-010@1:9+5', "cannot find linker script 'no.ld'"],
  ['PROFILE(tc)\nPROFILE(libbpf)', 'SCRIPT-013@2:1+15', 'PROFILE is given twice'],
  ['LOWER(calls: copy)\nLOWER(calls: copy)', 'SCRIPT-013@2:1+18', 'LOWER(calls)'],
  ['LOWER(rodata: fold, fold)', 'SCRIPT-013@1:21+4', "method 'fold'"],
  ['PERMIT_RELOCATIONS("")', 'SCRIPT-014@1:20+2', 'empty'],
  [`PERMIT_RELOCATIONS(${'a'.repeat(1025)})`, 'SCRIPT-014@1:20+1025', '1024'],
  ['SECTIONS { .a : { *(SORT_NONE(SORT(.x))) } }', 'SCRIPT-015@1:31+4', 'nest'],
  ['SECTIONS { .a : { *(SORT(SORT(SORT(.x)))) } }', 'SCRIPT-015@1:31+4', 'two deep'],
  ['SECTIONS { .a : { SORT_BY_ALIGNMENT(*)(.x) } }', 'SCRIPT-015@1:19+17', 'files sort by name'],
  ['SECTIONS { maps/* : { } }', 'SCRIPT-016@1:12+6', "'maps/*' has a wildcard"],
  ['1/0 = 3;', 'SCRIPT-017@1:1+3', "'1/0' is not a symbol name"],
  ['PROVIDE(. = 3);', 'SCRIPT-017@1:9', "'.' is not a symbol name"],
])('%j', (text, place, message) => {
  const { diagnostics } = parse(text);
  expect(show(diagnostics[0]!)).toBe(place);
  expect(diagnostics[0]!.message).toContain(message);
  expect(diagnostics).toHaveLength(1);
});

test('an error is shown with its line and a caret', () => {
  const [diagnostic] = parse('\nSECTIONS {\n\t.a : { BTE(1) }\n}').diagnostics;
  expect(renderDiagnostic(diagnostic!)).toBe(
    [
      "error: SCRIPT-002: unknown command 'BTE' (did you mean 'BYTE'?)",
      '>>> test.ld:3:9',
      '>>>   \t.a : { BTE(1) }',
      '>>>   \t       ^^^',
    ].join('\n'),
  );
});

test('a repeated command shows the first one too', () => {
  expect(parse('PROFILE(tc)\nPROFILE(tc)').diagnostics[0]!.at).toMatchObject([
    { line: 2 },
    { line: 1 },
  ]);
});

test('SCRIPT-009: an expression may not be too long or too deep', () => {
  expect(complaints(`x = 1${'+1'.repeat(1001)};`)).toEqual(['SCRIPT-009@1:2006']);
  expect(complaints(`x = ${'('.repeat(200)}1${')'.repeat(200)};`)).toEqual(['SCRIPT-009@1:105']);
  expect(complaints(`x = ${'-'.repeat(200)}1;`)).toEqual(['SCRIPT-009@1:104']);
  expect(complaints(`x = 1${'+1'.repeat(1000)};`)).toEqual([]);
});

test('SCRIPT-018: after fifty errors the rest is not read', () => {
  const found = complaints('ENTRY()\n'.repeat(60));
  expect(found).toHaveLength(51);
  expect(found.at(-1)).toMatch(/^SCRIPT-018/);
});
