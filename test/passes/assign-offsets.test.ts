import { expect, test } from 'vitest';
import { exit, loadImm64, loadReg } from '../../src/bpf/build.ts';
import { R_BPF, SHF, SHT, STT } from '../../src/elf/constants.ts';
import { codes, linked, type Objects, refused } from '../support/link.ts';
import { DATA, RODATA, type SectionSpec } from '../support/object.ts';

/** One object a section. */
function objects(...sections: readonly SectionSpec[]): Objects {
  return Object.fromEntries(
    sections.map((section, i) => [`${'abcd'[i]}.o`, { sections: [section] }]),
  );
}

const x = (content: string, fields: Partial<SectionSpec> = {}): SectionSpec => ({
  name: 'x',
  content,
  ...fields,
});

const nobits = (size: number, align = 1): SectionSpec => ({
  name: '.bss',
  type: SHT.NOBITS,
  flags: DATA,
  size,
  align,
});

test('sections of one name are one, with zeroes up to the alignment of the next', () => {
  const output = linked(objects(x('abc'), x('defg', { align: 8 }), x('h')));
  expect(output.text('x')).toBe('abc\0\0\0\0\0defgh');
  expect(output.section('x').align).toBe(8);
});

test('sections of one name within one object are one', () => {
  expect(linked({ 'a.o': { sections: [x('a'), x('b', { align: 4 })] } }).text('x')).toBe(
    'a\0\0\0b',
  );
});

test('NOBITS and NOBITS grow without bytes', () => {
  const output = linked(objects(nobits(3), nobits(8, 8)));
  expect(output.section('.bss')).toMatchObject({ type: SHT.NOBITS, size: 16, align: 8 });
  expect(output.bytes.length).toBeLessThan(1024);
});

test('a huge NOBITS takes no memory', () => {
  expect(linked(objects(nobits(2 ** 30))).section('.bss').size).toBe(2 ** 30);
});

test('NOBITS among data becomes zeroes', () => {
  const script = 'SECTIONS { out : { *(x) *(.bss) *(y) } }';
  const all = objects(x('ab', { flags: DATA }), nobits(3), {
    name: 'y',
    content: 'c',
    flags: DATA,
  });
  const output = linked(all, script);
  expect(output.section('out')).toMatchObject({ type: SHT.PROGBITS, flags: DATA });
  expect(output.text('out')).toBe('ab\0\0\0c');
});

test.each<[string, SectionSpec, SectionSpec, string]>([
  ['type', { name: '.bss', flags: DATA, content: 'a' }, nobits(1), '0x1 and 0x8'],
  ['flags', x('a'), x('b', { flags: DATA }), '0x2 and 0x3'],
  ['entry size', x('a'), x('b', { entsize: 4 }), '0x0 and 0x4'],
])('ELF-010: sections of one name differ in %s', (property, first, second, values) => {
  const diagnostics = refused(objects(first, second));
  expect(codes(diagnostics)).toEqual(['ELF-010']);
  const { message, at } = diagnostics[0]!;
  expect(message).toBe(`sections '${first.name}' differ in ${property}: ${values}`);
  expect(at).toMatchObject([
    { file: 'a.o', section: first.name },
    { file: 'b.o', section: first.name },
  ]);
});

test('of sections of one name one may be marked as to be kept', () => {
  const output = linked(objects(x('a'), x('b', { flags: RODATA | SHF.GNU_RETAIN })));
  expect(output.text('x')).toBe('ab');
});

test.each([SHF.INFO_LINK, SHF.LINK_ORDER, SHF.GROUP])('flag 0x%x makes no difference', (flag) => {
  const output = linked(objects(x('a'), x('b', { flags: RODATA | flag })));
  expect(output.section('x').flags).toBe(RODATA);
});

const one = objects(x('ab'));

/** The text of `out` under a script with this body. */
function body(text: string, inputs: Objects = one): string {
  return linked(inputs, `SECTIONS { out : { ${text} } later : { LONG(7) } }`).text('out');
}

test.each([
  ['the location counter', '*(x) . = 5; BYTE(1)', 'ab\0\0\0\x01'],
  ['a relative move', '*(x) . += 2; BYTE(1)', 'ab\0\0\x01'],
  ['ALIGN', '*(x) . = ALIGN(4); BYTE(1)', 'ab\0\0\x01'],
  ['ALIGN of a value', '*(x) . = ALIGN(., 4); BYTE(1)', 'ab\0\0\x01'],
  ['a forward reference', '*(x) . = SIZEOF(later); BYTE(1)', 'ab\0\0\x01'],
  ['ALIGNOF', '*(x) BYTE(ALIGNOF(out))', 'ab\x01'],
  ['ADDR is 0', '*(x) BYTE(ADDR(later) + 3)', 'ab\x03'],
  ['a fill pattern', 'FILL(0x41424344) *(x) . = 7;', 'abABCDA'],
  ['a fill of fewer bytes', 'FILL(0x2a) *(x) . = 5;', 'ab***'],
  ['a fill by value', 'FILL(0x41 << 8) *(x) . = 6;', 'ab\0\0A\0'],
  ['a fill from there on', '*(x) . = 3; FILL(0x2a) . = 5;', 'ab\0**'],
])('%s: %s', (_, text, expected) => {
  expect(body(text)).toBe(expected);
});

test('the fill of the section fills between inputs', () => {
  const script = 'SECTIONS { out : { *(x) } = 0x2a2b }';
  expect(linked(objects(x('a'), x('b', { align: 4 })), script).text('out')).toBe('a*+*b');
});

test('SUBALIGN replaces the alignment of each input', () => {
  const all = objects(x('a', { align: 8 }), x('b', { align: 8 }));
  const packed = linked(all, 'SECTIONS { out : SUBALIGN(2) { *(x) } }');
  expect([packed.text('out'), packed.section('out').align]).toEqual(['a\0b', 2]);
});

test('ALIGN of a section raises its alignment', () => {
  const output = linked(one, 'SECTIONS { out : ALIGN(32) { *(x) } }');
  expect(output.section('out').align).toBe(32);
});

test.each(['little', 'big'] as const)('data statements are %s-endian', (order) => {
  const inputs: Objects = { 'a.o': { order, sections: [x('ab')] } };
  const script =
    'SECTIONS { out : { BYTE(0x1ff) SHORT(0x102) LONG(0x1020304) QUAD(0x102030405060708) } }';
  const bytes = linked(inputs, script).content('out');
  const swap = (values: number[]): number[] => (order === 'big' ? values : values.reverse());
  expect(bytes).toEqual([
    0xff,
    ...swap([1, 2]),
    ...swap([1, 2, 3, 4]),
    ...swap([1, 2, 3, 4, 5, 6, 7, 8]),
  ]);
});

test('data alone makes a section', () => {
  const output = linked(one, 'SECTIONS { made : { LONG(1) } }');
  expect(output.section('made')).toMatchObject({ type: SHT.PROGBITS, flags: SHF.ALLOC, size: 4 });
});

test('NOLOAD leaves the bytes out', () => {
  const output = linked(one, 'SECTIONS { out (NOLOAD) : { *(x) } }');
  expect(output.section('out')).toMatchObject({ type: SHT.NOBITS, size: 2 });
});

test.each([
  ['backwards', '. = 1;', 'from 2 to 1'],
  ['below zero', '. = 0 - 4;', 'from 2 to 18446744073709551612'],
  ['beyond 4 GiB', '. = 0x100000001;', 'from 2 to 4294967297'],
])('LAYOUT-002: the location counter moves %s', (_, text, moves) => {
  const diagnostics = refused(one, `SECTIONS {\n  out : { *(x) ${text} }\n}`);
  expect(codes(diagnostics)).toEqual(['LAYOUT-002']);
  expect(diagnostics[0]!.message).toBe(`cannot move the location counter of out ${moves}`);
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'x.ld', line: 2, column: 16 }]);
});

test.each([
  ['ALIGN(3)', '3'],
  ['SUBALIGN(12)', '12'],
  ['ALIGN(0x200000000)', '8589934592'],
])('LAYOUT-003: %s', (text, value) => {
  const diagnostics = refused(one, `SECTIONS { out : ${text} { *(x) } }`);
  expect(codes(diagnostics)).toEqual(['LAYOUT-003']);
  expect(diagnostics[0]!.message).toBe(`${value} is not an alignment`);
});

test('LAYOUT-010: a section grows beyond 1 GiB', () => {
  const diagnostics = refused(one, 'SECTIONS { out : { *(x) . = 0x50000000; } }');
  expect(codes(diagnostics)).toEqual(['LAYOUT-010']);
  expect(diagnostics[0]!.message).toContain('section out has 1342177280 bytes');
});

test('LAYOUT-010: NOBITS of several objects beyond 1 GiB', () => {
  const half = nobits(2 ** 29);
  expect(codes(refused(objects(half, half, half)))).toEqual(['LAYOUT-010']);
});

test.each([
  ['NOBITS', { sections: [nobits(2 ** 50)] }, '.bss'],
  ['common', { symbols: [{ name: 'c', in: 'COMMON', value: 8, size: 2 ** 50 }] }, 'COMMON'],
])('LAYOUT-010: %s beyond 1 GiB, with its object', (_, object, section) => {
  const diagnostics = refused({ 'a.o': object });
  expect(diagnostics).toMatchObject([{ code: 'LAYOUT-010', at: [{ file: 'a.o', section }] }]);
});

test.each([
  ['its own size', 'SECTIONS { out : { *(x) . = SIZEOF(out) + 1; } }', 'out'],
  ['its own value', 'grows = grows + 1;', 'grows'],
])('LAYOUT-011: %s', (_, script, name) => {
  const diagnostics = refused(one, script);
  expect(codes(diagnostics)).toEqual(['LAYOUT-011']);
  expect(diagnostics[0]!.message).toContain(`'${name}' changes each time`);
});

test('ASSERT fails with its message and place', () => {
  const script = 'SECTIONS { out : { *(x) }\n ASSERT(SIZEOF(out) == 3, "three bytes, please") }';
  const diagnostics = refused(one, script);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]!.message).toContain('three bytes, please');
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'x.ld', line: 2 }]);
});

test('an ASSERT that holds is silent', () => {
  const script = 'SECTIONS { out : { *(x) ASSERT(. == 2, "") } } ASSERT(SIZEOF(out) == 2, "")';
  expect(linked(one, script).diagnostics).toEqual([]);
});

test.each([
  ['SIZEOF', 0],
  ['ADDR', 0],
  ['ALIGNOF', 1],
])('%s of a section that is left out is %i', (name, value) => {
  const script = `SECTIONS { maps : { *(maps) } out : { *(x) BYTE(${name}(maps)) } }`;
  expect(linked(one, script).content('out')).toEqual([97, 98, value]);
});

test('each part of a section has its own fill and SUBALIGN; the largest ALIGN counts', () => {
  const all = objects(...['a', 'b', 'c', 'd'].map((name) => ({ name, content: name, align: 4 })));
  const script = `SECTIONS {
    out : ALIGN(8) { *(a) *(b) } = 0x2a
    out : ALIGN(64) SUBALIGN(2) { *(c) *(d) . += 1; } = 0x2b
  }`;
  const output = linked(all, script);
  expect(output.text('out')).toBe('a***b+c+d+');
  expect(output.section('out').align).toBe(64);
});

test('LAYOUT-014: parts that differ in NOLOAD', () => {
  const script = 'SECTIONS { out : { *(x) } out (NOLOAD) : { *(y) } }';
  const diagnostics = refused(one, script);
  expect(diagnostics).toMatchObject([{ code: 'LAYOUT-014', at: [{ line: 1, column: 27 }] }]);
});

test('the fill of a gap is repeated to its end', () => {
  const output = linked(one, 'SECTIONS { out : { *(x) . = 0x1001; } = 0x414243 }');
  const text = output.text('out');
  expect([text.length, text.slice(0, 8), text.slice(-4)]).toEqual([0x1001, 'abABCABC', 'CABC']);
});

const lowered: Objects = {
  'a.o': {
    sections: [
      {
        name: 'classifier',
        code: [loadImm64(1, 0n), loadReg(4, 0, 1, 0), exit()],
        relocations: [{ offset: 0, type: R_BPF.LD_IMM64, symbol: 'datum' }],
      },
      { name: '.rodata', content: [1, 0, 0, 0] },
      { name: 'license', flags: DATA, content: 'GPL\0' },
    ],
    symbols: [
      { name: 'main', in: 'classifier', size: 32, type: STT.FUNC },
      { name: 'datum', in: '.rodata', size: 4, type: STT.OBJECT, binding: 'local' },
    ],
  },
};
const lowering = 'PROFILE(tc) PERMIT_RELOCATIONS(maps) LOWER(rodata: fold, stack)';

test('LAYOUT-013: a symbol of a section that was lowered away', () => {
  const script = `${lowering}\nSECTIONS { .rodata : { start = .; *(.rodata) } }`;
  expect(refused(lowered, script)).toMatchObject([
    { code: 'LAYOUT-013', at: [{ line: 2, column: 24 }] },
  ]);
});

test('a section that is kept has its symbol', () => {
  const script = `${lowering} SECTIONS { .rodata : { KEEP(*(.rodata)) end = .; } }`;
  expect(linked(lowered, script).symbol('end')).toMatchObject({ place: 'section', value: 4 });
});

test('a symbol in a section that is empty belongs to it', () => {
  const output = linked(one, 'SECTIONS { none : { start = .; *(y) } }');
  expect(output.symbol('start')).toMatchObject({
    place: 'section',
    section: output.section('none').index,
  });
});
