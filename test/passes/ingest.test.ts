import { expect, test } from 'vitest';
import type { ByteOrder } from '../../src/base/bytes.ts';
import { callFunction, exit, loadImm64, movImm } from '../../src/bpf/build.ts';
import { type Diagnostic, DiagnosticSink } from '../../src/diag/diagnostic.ts';
import { R_BPF, SHF, SHT, STT } from '../../src/elf/constants.ts';
import type { InputFile } from '../../src/model/input.ts';
import { ingest } from '../../src/passes/ingest.ts';
import { codes, fixture } from '../support/link.ts';
import {
  CODE,
  DATA,
  type ObjectSpec,
  object,
  type SectionSpec,
  type SymbolSpec,
} from '../support/object.ts';
import { patch } from '../support/patch.ts';

function take(...objects: Uint8Array[]): {
  files: InputFile[];
  diagnostics: readonly Diagnostic[];
} {
  const sink = new DiagnosticSink();
  const names = ['a.o', 'b.o', 'c.o'];
  const files = ingest(
    objects.map((bytes, i) => ({ path: names[i]!, bytes })),
    sink,
  );
  return { files, diagnostics: sink.all };
}

/** What the relocations of the first section are taken for: `offset form symbol addend`. */
function forms(bytes: Uint8Array): string[] {
  const { files, diagnostics } = take(bytes);
  expect(diagnostics).toEqual([]);
  const section = files[0]!.sections.find((one) => (one?.relocations.length ?? 0) > 0);
  return (section?.relocations ?? []).map(
    ({ offset, form, symbol, addend }) => `${offset} ${form} ${symbol.name} ${addend}`,
  );
}

const target: SectionSpec = { name: '.rodata', content: new Uint8Array(64) };
const x: SymbolSpec = { name: 'x', in: '.rodata', value: 8, size: 8, type: STT.OBJECT };

function code(type: number, addend: number, symbol: string, order: ByteOrder): Uint8Array {
  const at = type === R_BPF.CALL32 ? callFunction(addend) : loadImm64(1, BigInt(addend));
  const relocations = [{ offset: 0, type, symbol }];
  return object({
    order,
    sections: [{ name: 'prog', code: [at, exit()], relocations }, target],
    symbols: [x],
  });
}

const orders: readonly ByteOrder[] = ['little', 'big'];

test.each(
  orders.flatMap(
    (order) =>
      [
        [order, R_BPF.LD_IMM64, 0, 'x', 'imm64 x 0'],
        [order, R_BPF.LD_IMM64, 24, '.rodata', 'imm64 .rodata 24'],
        [order, R_BPF.LD_IMM64, -8, '.rodata', 'imm64 .rodata -8'],
        [order, R_BPF.CALL32, -1, 'x', 'call x 0'],
        [order, R_BPF.CALL32, 3, '.rodata', 'call .rodata 32'],
        [order, R_BPF.CALL32, -3, '.rodata', 'call .rodata -16'],
      ] as const,
  ),
)('%s-endian code: type %i with %i against %s', (order, type, addend, symbol, expected) => {
  expect(forms(code(type, addend, symbol, order))).toEqual([`0 ${expected}`]);
});

/** Eight bytes of data whose first word, or both, hold the addend -4. */
function data(type: number, flags: number, order: ByteOrder): Uint8Array {
  const wide = type === R_BPF.ABS64 || type === R_BPF.GNU_DATA64 || type === R_BPF.LD_IMM64;
  const word = order === 'little' ? [0xfc, 0xff, 0xff, 0xff] : [0xff, 0xff, 0xff, 0xfc];
  const high = wide ? [0xff, 0xff, 0xff, 0xff] : [0, 0, 0, 0];
  return object({
    order,
    sections: [
      {
        name: '.data',
        flags,
        content: order === 'little' || !wide ? [...word, ...high] : [...high, ...word],
        relocations: [{ offset: 0, type, symbol: 'x' }],
      },
      target,
    ],
    symbols: [x],
  });
}

test.each(
  orders.flatMap(
    (order) =>
      [
        [order, 'ABS64', R_BPF.ABS64, DATA, 'abs64', -4],
        [order, 'ABS32 in loaded data', R_BPF.ABS32, DATA, 'pcrel32', -4],
        [order, 'ABS32 in other data', R_BPF.ABS32, 0, 'abs32', -4],
        [order, 'NODYLD32', R_BPF.NODYLD32, DATA, 'abs32', -4],
        [order, 'old LLVM: type 1', R_BPF.LD_IMM64, DATA, 'abs64', -4],
        [order, 'old LLVM: type 10', R_BPF.CALL32, 0, 'abs32', -4],
        [order, 'GNU: type 11', R_BPF.GNU_DATA32, DATA, 'abs32', -12],
        [order, 'GNU: type 12', R_BPF.GNU_DATA64, DATA, 'abs64', -12],
      ] as const,
  ),
)('%s-endian data: %s', (order, _, type, flags, form, addend) => {
  expect(forms(data(type, flags, order))).toEqual([`0 ${form} x ${addend}`]);
});

test('R_BPF_NONE asks for nothing', () => {
  expect(forms(data(R_BPF.NONE, DATA, 'little'))).toEqual([]);
});

/** REL turned into RELA: the entries are written by hand, into a section that the writer takes for data. */
function rela(entries: readonly (readonly [number, number, number, bigint])[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * 24);
  const made = object({
    sections: [
      { name: 'prog', code: [loadImm64(1, 99n), callFunction(-1), exit()] },
      { name: '.relaprog', entsize: 24, content: bytes },
      target,
    ],
    symbols: [x],
  });
  const patched = patch(made);
  patched.header('.relaprog', { type: SHT.RELA, link: patched.indexOf('.symtab'), info: 1 });
  entries.forEach(([offset, type, symbol, addend], i) => {
    patched.content('.relaprog', i * 24, 8, offset);
    patched.content('.relaprog', i * 24 + 8, 8, (BigInt(symbol) << 32n) | BigInt(type));
    patched.content('.relaprog', i * 24 + 16, 8, addend);
  });
  return patched.bytes;
}

test.each([
  [16n, '0 imm64 x 16'],
  [-16n, '0 imm64 x -16'],
  [0n, '0 imm64 x 0'],
])("RELA's addend %i replaces the one in the code", (addend, expected) => {
  expect(forms(rela([[0, R_BPF.LD_IMM64, 1, addend]]))).toEqual([expected]);
});

test.each([
  [-1n, '16 call x 0'],
  [0n, '16 call x 0'],
  [24n, '16 call x 24'],
])("a RELA call's addend %i", (addend, expected) => {
  expect(forms(rela([[16, R_BPF.CALL32, 1, addend]]))).toEqual([expected]);
});

test('relocations are sorted by offset', () => {
  const both = rela([
    [16, R_BPF.CALL32, 1, -1n],
    [0, R_BPF.LD_IMM64, 1, 0n],
  ]);
  expect(forms(both)).toEqual(['0 imm64 x 0', '16 call x 0']);
});

test.each(['gcc/gas.o', 'gcc/gas.be.o'])('%s: GNU as adds a symbol twice', (path) => {
  const { files, diagnostics } = take(fixture(path).bytes);
  expect(diagnostics).toEqual([]);
  const code = files[0]!.sections.find((section) => section?.name === 'classifier')!;
  expect(code.relocations.map(({ symbol, addend }) => [symbol.name, addend])).toMatchObject([
    ['forty', 0],
    [expect.stringMatching(/^(two|\.text)$/), expect.any(Number)],
  ]);
  const words = files[0]!.sections.find((section) => section?.name === '.data')!;
  expect(words.relocations.map(({ form }) => form)).toEqual(['abs32', 'abs64']);
});

test("binutils' branches are filled in", () => {
  const { files, diagnostics } = take(fixture('gcc/branch.o').bytes);
  expect(diagnostics).toEqual([]);
  const section = files[0]!.sections.find((one) => one?.name === 'classifier')!;
  expect(section.relocations).toEqual([]);
  expect([...section.bytes.subarray(8, 16)]).toEqual([0x55, 1, 2, 0, 0, 0, 0, 0]);
});

function program(offset: number, type: number, symbol = 'x', more: ObjectSpec = {}): Uint8Array {
  const relocations = [{ offset, type, symbol }];
  const instructions = [movImm(0, 1), loadImm64(1, 0n), callFunction(-1), exit()];
  return object({
    sections: [{ name: 'prog', code: instructions, relocations }, target, ...(more.sections ?? [])],
    symbols: [x, ...(more.symbols ?? [])],
  });
}

test.each([
  ['past the end', 40, R_BPF.LD_IMM64, "lies outside the section's 40 bytes"],
  ['far past the end', 2 ** 52, R_BPF.CALL32, "lies outside the section's 40 bytes"],
  ['half outside', 32, R_BPF.LD_IMM64, "lies outside the section's 40 bytes"],
  ['inside an instruction', 12, R_BPF.LD_IMM64, 'is not at the start of an instruction'],
  ['at a mov', 0, R_BPF.LD_IMM64, 'is at opcode 0xb7, which is not a ld_imm64'],
  ['a call at a load', 8, R_BPF.CALL32, 'is at opcode 0x18, which is not a call'],
  ['a branch past the end', 40, R_BPF.GNU_DISP16, "lies outside the section's 40 bytes"],
  ['a branch inside an instruction', 4, R_BPF.GNU_DISP16, 'is not at the start of an'],
])('ELF-007: a relocation %s', (_, offset, type, why) => {
  const own = { symbols: [{ name: 'own', in: 'prog', value: 8 }] };
  const symbol = type === R_BPF.GNU_DISP16 ? 'own' : 'x';
  const { diagnostics } = take(program(offset, type, symbol, own));
  expect(codes(diagnostics)).toEqual(['ELF-007']);
  const { message } = diagnostics[0]!;
  expect(message).toContain(`a.o: relocation against '${symbol}' at prog+0x${offset.toString(16)}`);
  expect(message).toContain(why);
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'a.o', section: 'prog', offset }]);
});

test('ELF-007: a relocation of a section without bytes', () => {
  const bss = object({
    sections: [{ name: '.bss', type: SHT.NOBITS, size: 8, relocations: [] }, target],
    symbols: [x],
  });
  expect(codes(take(bss).diagnostics)).toEqual([]);
  const relocated = patch(data(R_BPF.ABS64, DATA, 'little')).header('.data', { type: SHT.NOBITS });
  expect(codes(take(relocated.bytes).diagnostics)).toEqual(['ELF-007']);
});

test('ELF-005: code without bytes', () => {
  const branch = program(0, R_BPF.GNU_DISP16, 'own', { symbols: [{ name: 'own', in: 'prog' }] });
  const nobits = patch(branch).header('prog', { type: SHT.NOBITS });
  expect(codes(take(nobits.bytes).diagnostics)).toEqual(['ELF-005']);
});

test.each([
  ['an unknown type', program(8, 77), 'relocation type 77 against', 'not a relocation of code'],
  ['ABS64 in code', program(8, R_BPF.ABS64), 'R_BPF_64_ABS64', 'not a relocation of code'],
  ['77 in data', data(77, DATA, 'little'), 'relocation type 77', 'not a relocation of data'],
  ['a branch to data', program(0, R_BPF.GNU_DISP16), 'R_BPF_GNU_64_16', 'cannot leave its section'],
  ['half a word', rela([[16, 10, 1, 12n]]), 'R_BPF_64_32', 'its addend is not an offset'],
  ['RELA 2^60', rela([[0, 1, 1, 1n << 60n]]), 'R_BPF_64_64', 'its addend is not an offset'],
  ['2^40', code64(1n << 40n), 'R_BPF_64_64', 'its addend is not an offset'],
])('ELF-008: %s', (_, bytes, what, why) => {
  const { diagnostics } = take(bytes);
  expect(codes(diagnostics)).toEqual(['ELF-008']);
  expect(diagnostics[0]!.message).toMatch(/^a\.o: /);
  expect(diagnostics[0]!.message).toContain(what);
  expect(diagnostics[0]!.message).toContain(why);
});

function code64(value: bigint): Uint8Array {
  const relocations = [{ offset: 0, type: R_BPF.LD_IMM64, symbol: 'x' }];
  return object({
    sections: [{ name: 'prog', code: [loadImm64(1, value), exit()], relocations }, target],
    symbols: [x],
  });
}

test('ELF-008: a branch farther than 16 bits', () => {
  const content = new Uint8Array(8 * 40_000);
  content[0] = 0x05;
  const far = { name: 'far', flags: CODE, align: 8, content };
  const relocations = [{ offset: 0, type: R_BPF.GNU_DISP16, symbol: 'end' }];
  const { diagnostics } = take(
    object({
      sections: [{ ...far, relocations }],
      symbols: [{ name: 'end', in: 'far', value: 8 * 39_999 }],
    }),
  );
  expect(codes(diagnostics)).toEqual(['ELF-008']);
});

const plain = object({ sections: [target], symbols: [x] });

test('ELF-009: EM_NONE is taken for BPF, with a warning', () => {
  const { files, diagnostics } = take(patch(plain).file(18, 2, 0).bytes);
  expect(files).toHaveLength(1);
  expect(diagnostics).toMatchObject([{ code: 'ELF-009', severity: 'warning' }]);
});

test('ELF-004: the first object sets the byte order', () => {
  const { diagnostics } = take(plain, object({ order: 'big', sections: [target] }), plain);
  expect(diagnostics).toMatchObject([
    { code: 'ELF-004', message: 'b.o is big-endian, but a.o is little-endian' },
  ]);
});

test('every object that cannot be read is named', () => {
  const { diagnostics } = take(new Uint8Array(3), plain, patch(plain).file(4, 1, 1).bytes);
  expect(diagnostics.map(({ code, message }) => [code, message.slice(0, 3)])).toEqual([
    ['ELF-001', 'a.o'],
    ['ELF-002', 'c.o'],
  ]);
});

test.each([
  ['initialisers', { name: '.init_array', type: SHT.INIT_ARRAY }],
  ['a type of another world', { name: 'odd', type: 0x6fff0000 }],
])('ELF-005: %s in memory', (_, section) => {
  const { diagnostics } = take(object({ sections: [{ ...section, flags: DATA, content: [0] }] }));
  expect(codes(diagnostics)).toEqual(['ELF-005']);
  expect(diagnostics[0]!.message).toContain(section.name);
});

test.each<[string, SectionSpec]>([
  ['BTF', { name: '.BTF', content: 'x' }],
  ['BTF.ext', { name: '.BTF.ext', content: 'x' }],
  ['DWARF', { name: '.debug_info', flags: 0, content: 'x' }],
  ['compressed DWARF', { name: '.debug_info', flags: SHF.COMPRESSED, content: 'x' }],
  ['old compressed DWARF', { name: '.zdebug_info', flags: 0, content: 'x' }],
  ['address significance', { name: 'a', type: SHT.LLVM_ADDRSIG, content: 'x' }],
  ['SHF_EXCLUDE', { name: 'a', flags: SHF.EXCLUDE, content: 'x' }],
  ['an empty section', { name: '.text', flags: CODE }],
  ['unloaded unknown', { name: 'a', type: 0x6fff0000, flags: 0, content: 'x' }],
  ['a string table', { name: 'a', type: SHT.STRTAB, content: 'x' }],
])('%s is no section of the link', (_, section) => {
  const { files, diagnostics } = take(object({ sections: [section] }));
  expect(diagnostics).toEqual([]);
  expect(files[0]!.sections.filter((one) => one !== undefined)).toEqual([]);
});

test('an empty section with a symbol stays', () => {
  const { files } = take(
    object({ sections: [{ name: '.text', flags: CODE }], symbols: [{ name: 'f', in: '.text' }] }),
  );
  expect(files[0]!.sections[1]).toMatchObject({ name: '.text', size: 0 });
});

test('faults of the relocations of dropped sections do not matter', () => {
  const debug = { name: '.debug_info', flags: 0, content: 'x' };
  const relocations = [{ offset: 1 << 20, type: 99, symbol: 'x' }];
  const { diagnostics } = take(
    object({ sections: [{ ...debug, relocations }, target], symbols: [x] }),
  );
  expect(diagnostics).toEqual([]);
});

test('an object without a symbol table is an object', () => {
  const stripped = patch(object({ sections: [target] })).header('.symtab', { type: SHT.PROGBITS });
  expect(take(stripped.bytes)).toMatchObject({ files: [{ symbols: [] }], diagnostics: [] });
});

test('ELF-015: code without a symbol table is told by the name of its object', () => {
  const whole = object({ sections: [{ name: 'tc', flags: CODE, code: [movImm(0, 0), exit()] }] });
  const stripped = patch(whole).header('.symtab', { type: SHT.NULL });
  const { files, diagnostics } = take(stripped.bytes);
  expect(files).toEqual([]);
  expect(diagnostics).toMatchObject([{ code: 'ELF-015', message: 'a.o has no symbol table' }]);
});

test('ELF-016: what only a compiler can finish is no object', () => {
  const { diagnostics } = take(
    object({
      sections: [{ name: '.gnu.lto_.decls.1', content: 'lto' }],
      symbols: [{ name: '__gnu_lto_slim', in: 'COMMON', value: 1, size: 1 }],
    }),
  );
  expect(codes(diagnostics)).toEqual(['ELF-016']);
});
