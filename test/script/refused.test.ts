import { expect, test } from 'vitest';
import { command, parse } from './support.ts';

/** Every construct of GNU ld that is refused, where GNU ld would take it: SCRIPT-003 names it. */
test.each<[string, string]>([
  ['MEMORY', 'MEMORY { ram : ORIGIN = 0, LENGTH = 4 }'],
  ['REGION_ALIAS', 'REGION_ALIAS("a", b)'],
  ['PHDRS', 'PHDRS { text PT_LOAD; }'],
  ['VERSION', 'VERSION { V1 { global: *; }; }'],
  ['NOCROSSREFS', 'NOCROSSREFS(a b)'],
  ['NOCROSSREFS_TO', 'NOCROSSREFS_TO(a b)'],
  ['INSERT', 'SECTIONS { } INSERT AFTER .text;'],
  ['STARTUP', 'STARTUP(a.o)'],
  ['TARGET', 'TARGET(elf64-bpf)'],
  ['OUTPUT', 'OUTPUT(a.out)'],
  ['MAP', 'MAP(a.map)'],
  ['HIDDEN', 'HIDDEN(a = 1);'],
  ['FLOAT', 'FLOAT'],
  ['NOFLOAT', 'NOFLOAT'],
  ['FORCE_COMMON_ALLOCATION', 'FORCE_COMMON_ALLOCATION'],
  ['INHIBIT_COMMON_ALLOCATION', 'INHIBIT_COMMON_ALLOCATION'],
  ['FORCE_GROUP_ALLOCATION', 'FORCE_GROUP_ALLOCATION'],
  ['LD_FEATURE', 'LD_FEATURE("SANE_EXPR")'],
  ['AS_NEEDED', 'INPUT(a.o AS_NEEDED(b.o))'],
  ['AS_NEEDED', 'GROUP(AS_NEEDED(b.o))'],
  ['OVERLAY', 'SECTIONS { OVERLAY : { .a { } } }'],
  ['OVERLAY', 'SECTIONS { OVERLAY 0x10 : { .a { } } }'],
  ['HIDDEN', 'SECTIONS { HIDDEN(a = 1); }'],
  ['AT', 'SECTIONS { .a : AT(0x10) { } }'],
  ['AT', 'SECTIONS { .a AT(0x10) : { } }'],
  ['BLOCK', 'SECTIONS { .a BLOCK(4) : { } }'],
  ['ALIGN_WITH_INPUT', 'SECTIONS { .a : ALIGN_WITH_INPUT { } }'],
  ['ONLY_IF_RO', 'SECTIONS { .a : ONLY_IF_RO { } }'],
  ['ONLY_IF_RW', 'SECTIONS { .a : ONLY_IF_RW { } }'],
  ['section type COPY', 'SECTIONS { .a (COPY) : { } }'],
  ['section type INFO', 'SECTIONS { .a (INFO) : { } }'],
  ['section type OVERLAY', 'SECTIONS { .a (OVERLAY) : { } }'],
  ['section type DSECT', 'SECTIONS { .a (DSECT) : { } }'],
  ['section type READONLY', 'SECTIONS { .a (READONLY) : { } }'],
  ['section type TYPE', 'SECTIONS { .a (TYPE = 1) : { } }'],
  ['a memory region', 'SECTIONS { .a : { } >ram }'],
  ['a memory region', 'SECTIONS { .a : { } AT>ram }'],
  ['a program header', 'SECTIONS { .a : { } :text }'],
  ['CREATE_OBJECT_SYMBOLS', 'SECTIONS { .a : { CREATE_OBJECT_SYMBOLS } }'],
  ['CONSTRUCTORS', 'SECTIONS { .a : { CONSTRUCTORS } }'],
  ['SORT_BY_INIT_PRIORITY', 'SECTIONS { .a : { *(SORT_BY_INIT_PRIORITY(.x)) } }'],
  ['REVERSE', 'SECTIONS { .a : { *(REVERSE(.x)) } }'],
  ['INPUT_SECTION_FLAGS', 'SECTIONS { .a : { INPUT_SECTION_FLAGS(SHF_WRITE) *(.x) } }'],
  ['SQUAD', 'SECTIONS { .a : { SQUAD(1) } }'],
  ['ASCII', 'SECTIONS { .a : { ASCII("a") } }'],
  ['ASCIZ', 'SECTIONS { .a : { ASCIZ "a" } }'],
  ['LINKER_VERSION', 'SECTIONS { .a : { LINKER_VERSION } }'],
  ['LOADADDR', 'x = LOADADDR(.a);'],
  ['CONSTANT', 'x = CONSTANT(MAXPAGESIZE);'],
  ['ORIGIN', 'x = ORIGIN(ram);'],
  ['LENGTH', 'x = LENGTH(ram);'],
  ['SEGMENT_START', 'x = SEGMENT_START("a", 0);'],
  ['DATA_SEGMENT_ALIGN', 'x = DATA_SEGMENT_ALIGN(1, 2);'],
  ['DATA_SEGMENT_END', 'x = DATA_SEGMENT_END(.);'],
  ['DATA_SEGMENT_RELRO_END', 'x = DATA_SEGMENT_RELRO_END(0, .);'],
  ['SIZEOF_HEADERS', 'x = SIZEOF_HEADERS;'],
  ['sizeof_headers', 'x = sizeof_headers;'],
  ['BLOCK', 'x = BLOCK(4);'],
  ['NEXT', 'x = NEXT(4);'],
  ['LOG2CEIL', 'x = LOG2CEIL(4);'],
])('%s is refused by name: %s', (name, text) => {
  const { diagnostics } = parse(text);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]!.code).toBe('SCRIPT-003');
  expect(diagnostics[0]!.message).toMatch(new RegExp(`^${name} is not supported: .+`));
});

test('a refused word can still be the name of a symbol or a section', () => {
  expect(command('MEMORY = 1;').kind).toBe('assignment');
  expect(command('SECTIONS { MEMORY : { *(PHDRS LOADADDR) } }').kind).toBe('sections');
  expect(command('x = NEXT;').kind).toBe('assignment');
});
