import { expect, test } from 'vitest';
import { callFunction, exit, loadImm64, movImm } from '../../src/bpf/build.ts';
import type { Instruction } from '../../src/bpf/code.ts';
import { DiagnosticSink } from '../../src/diag/diagnostic.ts';
import { R_BPF, STT } from '../../src/elf/constants.ts';
import { ingest } from '../../src/passes/ingest.ts';
import { codes, fixture, linked, linkFixture, Output, refused } from '../support/link.ts';
import { DATA, type ObjectSpec, object, type RelocationSpec } from '../support/object.ts';
import { patch } from '../support/patch.ts';

const { LD_IMM64, CALL32, ABS64, ABS32 } = R_BPF;

/** A program, 16 bytes of .text before, constants, and one relocation of `symbol`. */
function reference(
  at: Instruction,
  type: number,
  symbol: string,
  symbols: ObjectSpec['symbols'] = [],
): ObjectSpec {
  return {
    sections: [
      { name: '.text', code: [movImm(0, 1), exit()] },
      { name: '.rodata', content: new Uint8Array(8), align: 8 },
      { name: 'prog', code: [at, exit()], relocations: [{ offset: 0, type, symbol }] },
    ],
    symbols: [
      { name: 'f', in: '.text', size: 16, type: STT.FUNC, binding: 'local' },
      { name: 'datum', in: '.rodata', value: 4, size: 4, binding: 'local' },
      ...symbols,
    ],
  };
}

const before: ObjectSpec = {
  sections: [
    { name: '.text', code: [movImm(0, 0), movImm(0, 1), exit()] },
    { name: '.rodata', content: new Uint8Array(24) },
    { name: 'prog', code: [exit()] },
  ],
};

/** The second object's program, and its relocation: it begins 8 bytes into `prog`. */
function second(object: ObjectSpec, order: 'little' | 'big' = 'little'): [string, number] {
  const output = linked({ 'a.o': { ...before, order }, 'b.o': { ...object, order } });
  const relocations = output.relocations('prog');
  expect(relocations).toHaveLength(1);
  return [relocations[0]!, output.view('prog').i32(12)];
}

test.each(['little', 'big'] as const)(
  '%s-endian: a call through .text counts from its start',
  (order) => {
    const call = reference(callFunction(-1), CALL32, '.text');
    expect(second(call, order)).toEqual(['8 10 .text', 24 / 8 - 1]);
  },
);

test.each(['little', 'big'] as const)('%s-endian: so does a load through .rodata', (order) => {
  const load = reference(loadImm64(1, 4n), LD_IMM64, '.rodata');
  expect(second(load, order)).toEqual(['8 1 .rodata', 24 + 4]);
});

test('a negative addend is kept', () => {
  const load = reference(loadImm64(1, -16n), LD_IMM64, '.rodata');
  expect(second(load)).toEqual(['8 1 .rodata', 24 - 16]);
});

test.each([
  ['a call', callFunction(-1), CALL32, 'f', '8 10 f', -1],
  ['a load', loadImm64(1, 0n), LD_IMM64, 'datum', '8 1 datum', 0],
  ['a load past the start', loadImm64(1, 2n), LD_IMM64, 'datum', '8 1 datum', 2],
] as const)('%s of a named symbol stays as it is', (_, at, type, symbol, relocation, addend) => {
  expect(second(reference(at, type, symbol))).toEqual([relocation, addend]);
});

test('calls without relocations move intact', () => {
  const local = { name: 'prog', code: [callFunction(1), exit(), movImm(0, 2), exit()] };
  const output = linked({ 'a.o': before, 'b.o': { sections: [local] } });
  expect(output.view('prog').i32(12)).toBe(1);
  expect(output.relocations('prog')).toEqual([]);
});

/** Data that refers to its own section's second half, and a table in code. */
const data = (relocations: readonly RelocationSpec[], content: number[]): ObjectSpec => ({
  sections: [
    { name: '.data', flags: DATA, content, relocations },
    { name: '.text', code: [movImm(0, 1), exit()] },
  ],
  symbols: [{ name: 'named', in: '.data', value: 8 }],
});

test('pointers to sections count from the start of the output section', () => {
  const pointers = data(
    [
      { offset: 0, type: ABS64, symbol: '.data' },
      { offset: 8, type: ABS64, symbol: '.text' },
      { offset: 16, type: ABS64, symbol: 'named' },
    ],
    [8, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0],
  );
  const first: ObjectSpec = {
    sections: [
      { name: '.data', flags: DATA, content: new Uint8Array(32) },
      { name: '.text', code: [exit()] },
    ],
  };
  const output = linked({ 'a.o': first, 'b.o': pointers });
  expect(output.relocations('.data')).toEqual(['32 2 .data', '40 2 .text', '48 2 named']);
  const view = output.view('.data');
  expect([32, 40, 48].map((at) => view.u64(at))).toEqual([40n, 16n, 3n]);
});

test('relocations come out in the order of their offsets, as types that LLVM knows', () => {
  const output = new Output(linkFixture(['gcc/calls.o', 'gcc/other.o'], 'generic.ld'));
  for (const [, list] of output.elf.relocations) {
    expect(list.map(({ offset }) => offset)).toEqual(
      list.map(({ offset }) => offset).toSorted((a, b) => a - b),
    );
    for (const { type } of list) expect([1, 2, 3, 4, 10]).toContain(type);
  }
});

const absolute = [{ name: 'number', in: 'ABS', value: 0x11223344556677 }] as const;

test('a load of an absolute symbol becomes its value', () => {
  const load = reference(loadImm64(1, 1n), LD_IMM64, 'number', absolute);
  const output = linked({ 'a.o': load });
  expect(output.relocations('prog')).toEqual([]);
  const view = output.view('prog');
  expect([view.u32(4), view.u32(12)]).toEqual([0x44556678, 0x112233]);
});

test('symbol 0 is the value 0', () => {
  const made = patch(object(reference(loadImm64(1, 5n), LD_IMM64, 'datum')));
  const output = linked({ 'a.o': made.content('.relprog', 12, 4, 0).bytes });
  expect(output.relocations('prog')).toEqual([]);
  expect(output.view('prog').u32(4)).toBe(5);
  expect(output.elf.symbols.filter(({ place }) => place === 'undefined')).toHaveLength(1);
});

test.each([
  ['loaded', DATA],
  ['other', 0],
])('32 bits of %s data take a number as it is', (_, flags) => {
  const relocations = [{ offset: 0, type: ABS32, symbol: 'seven' }];
  const output = linked({
    'a.o': {
      sections: [{ name: 'words', flags, content: [0, 0, 0, 0], relocations }],
      symbols: [{ name: 'seven', in: 'ABS', value: 7 }],
    },
  });
  expect(output.relocations('words')).toEqual([]);
  expect(output.content('words')).toEqual([7, 0, 0, 0]);
});

test('LAYOUT-007: a call of a number', () => {
  const call = reference(callFunction(-1), CALL32, 'number', absolute);
  const diagnostics = refused({ 'a.o': call });
  expect(codes(diagnostics)).toEqual(['LAYOUT-007']);
  expect(diagnostics[0]!.message).toBe("call of 'number', which is a number and not a function");
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'a.o', section: 'prog', offset: 0 }]);
});

test('LAYOUT-007: a tc program calls a number', () => {
  const relocations = [{ offset: 0, type: CALL32, symbol: 'f' }];
  const object: ObjectSpec = {
    sections: [{ name: 'classifier', code: [callFunction(-1), exit()], relocations }],
    symbols: [{ name: 'main', in: 'classifier', size: 16, type: STT.FUNC }, { name: 'f' }],
  };
  const diagnostics = refused({ 'a.o': object }, 'PROFILE(tc) LOWER(calls: copy) f = 1;');
  expect(codes(diagnostics)).toEqual(['LAYOUT-007']);
});

test('LAYOUT-006: a number that does not fit its field', () => {
  const table: ObjectSpec = {
    sections: [
      {
        name: 'table',
        flags: 0,
        content: [0, 0, 0, 0],
        relocations: [{ offset: 0, type: ABS32, symbol: 'number' }],
      },
    ],
    symbols: absolute,
  };
  const diagnostics = refused({ 'a.o': table });
  expect(codes(diagnostics)).toEqual(['LAYOUT-006']);
  expect(diagnostics[0]!.message).toContain("the reference to 'number' is 4822678189205111");
});

test('LAYOUT-006: an addend that does not fit its field', () => {
  const load = reference(loadImm64(1, 0x7fffffffn), LD_IMM64, '.rodata');
  expect(codes(refused({ 'a.o': before, 'b.o': load }))).toEqual(['LAYOUT-006']);
});

/** `.long target - .`, as LLVM writes it. */
const relative = (to: string): ObjectSpec => ({
  sections: [
    {
      name: '.rodata.table',
      content: [0, 0, 0, 0, 4, 0, 0, 0],
      relocations: [{ offset: 4, type: ABS32, symbol: 'target' }],
    },
    { name: to, content: [0, 0, 0, 0] },
  ],
  symbols: [{ name: 'target', in: to, binding: 'local' }],
});

test('a distance within one output section is resolved', () => {
  const script = 'SECTIONS { .rodata : { *(.rodata.*) } }';
  const output = linked({ 'a.o': relative('.rodata.x'), 'b.o': relative('.rodata.x') }, script);
  expect(output.relocations('.rodata')).toEqual([]);
  // The target is 4 bytes behind its reference, and the addend is 4.
  expect([4, 16].map((at) => output.view('.rodata').i32(at))).toEqual([8, 8]);
});

test('a distance to another section is left to a later link', () => {
  const output = linked({ 'a.o': relative('.other') });
  expect(output.relocations('.rodata.table')).toEqual(['4 3 target']);
  expect(output.view('.rodata.table').i32(4)).toBe(4);
  const again = linked({ 'out.o': output.bytes }, 'SECTIONS { all : { *(.rodata.*) *(.other) } }');
  expect(again.relocations('all')).toEqual([]);
  expect(again.view('all').i32(4)).toBe(8);
});

test('LAYOUT-005: a distance to another section, for a loader', () => {
  const program: ObjectSpec = {
    sections: [{ name: 'classifier', code: [movImm(0, 0), exit()] }],
    symbols: [{ name: 'main', in: 'classifier', size: 16, type: STT.FUNC }],
  };
  const diagnostics = refused({ 'a.o': relative('.other'), 'b.o': program }, 'PROFILE(tc)');
  expect(codes(diagnostics)).toEqual(['LAYOUT-005']);
  expect(diagnostics[0]!.message).toContain("'target' leads from .rodata.table to .other");
});

test.each(['table.o', 'table.be.o'])("rustc's relative lookup table is resolved: %s", (name) => {
  const input = fixture(`relative-lookup-table/${name}`);
  const output = linked({ [name]: input.bytes }, 'SECTIONS { .rodata : { *(.rodata.*) } }');
  expect(output.relocations('.rodata')).toEqual([]);
  const view = output.view('.rodata');
  const table = output.elf.symbols.find((symbol) => symbol.name.endsWith('TABLE.rel'))!.value;
  // Each slot is the distance from the table to a constant, which begins with 10, 20, 30, 40.
  const values = [0, 4, 8, 12].map((slot) => view.u32(table + view.i32(table + slot)));
  expect(values).toEqual([10, 20, 30, 40]);
});

test('SYM-004: a byte outside of a pool of constants', () => {
  const pool: ObjectSpec = {
    sections: [
      { name: '.rodata.cst4', flags: 0x12, entsize: 4, content: [1, 0, 0, 0] },
      {
        name: 'prog',
        code: [loadImm64(1, 64n), exit()],
        relocations: [{ offset: 0, type: LD_IMM64, symbol: '.rodata.cst4' }],
      },
    ],
  };
  const diagnostics = refused({ 'a.o': pool });
  expect(codes(diagnostics)).toEqual(['SYM-004']);
  expect(diagnostics[0]!.message).toBe('reference to byte 64 of .rodata.cst4, which has 4 bytes');
  expect(diagnostics[0]!.at).toMatchObject([{ file: 'a.o', section: 'prog', offset: 0 }]);
});

const relinked = [
  ['rich/main.o', 'rich/lib.o'],
  ['merge-strings/a.o', 'merge-strings/b.o'],
  ['common/a.o', 'common/b.o'],
  ['clash-static/program.o', 'clash-static/helper.o'],
  ['weak-losers/first.o', 'weak-losers/second.o'],
  ['comdat/program.o', 'comdat/library.o'],
  ['founding-rust-two-crates/program.o', 'founding-rust-two-crates/library.o'],
  ['gcc/calls.o', 'gcc/other.o'],
  ['rela/rela.o'],
  ['pointer-table/names.o'],
  ['relative-lookup-table/table.o'],
] as const;

test.each(relinked.map((paths) => [paths]))('the output links again, and settles: %j', (paths) => {
  const first = new Output(linkFixture(paths, 'generic.ld'));
  const next = linked({ 'first.o': first.bytes });
  const third = linked({ 'next.o': next.bytes });
  expect(Buffer.from(third.bytes).equals(next.bytes)).toBe(true);
  expect(next.sectionNames).toEqual(first.sectionNames);
});

test('32 bits of an address stay what they are when linked twice', () => {
  const table: ObjectSpec = {
    sections: [
      {
        name: '.data',
        flags: DATA,
        content: [5, 0, 0, 0, 0, 0, 0, 0],
        relocations: [{ offset: 4, type: R_BPF.NODYLD32, symbol: 'v' }],
      },
    ],
    symbols: [{ name: 'v', in: '.data', size: 4, type: STT.OBJECT }],
  };
  const once = linked({ 'a.o': table });
  const twice = linked({ 'once.o': once.bytes });
  expect([once, twice].map((output) => output.relocations('.data'))).toEqual([
    ['4 4 v'],
    ['4 4 v'],
  ]);
});

test('SUBALIGN leaves code at multiples of 8, so that calls reach it', () => {
  const call = reference(callFunction(-1), CALL32, '.text');
  const script = 'SECTIONS { code : SUBALIGN(1) { *(prog) BYTE(1) *(.text) } }';
  const output = linked({ 'a.o': call }, script);
  expect(output.view('code').i32(4)).toBe(24 / 8 - 1);
});

test('LAYOUT-015: a call of what does not begin at an instruction', () => {
  const symbol = { name: 'text', in: '.text', type: STT.SECTION, value: 4 } as const;
  const call = reference(callFunction(-1), CALL32, 'text', [{ ...symbol, binding: 'local' }]);
  const diagnostics = refused({ 'a.o': call });
  expect(diagnostics).toMatchObject([
    { code: 'LAYOUT-015', at: [{ file: 'a.o', section: 'prog', offset: 0 }] },
  ]);
  expect(diagnostics[0]!.message).toContain("call of '.text' at byte 4");
});

test("GCC's references into objects are not taken for their starts after a link", () => {
  const output = new Output(linkFixture(['gcc/other.o', 'plain/plain.o'], 'generic.ld'));
  const starts = (bytes: Uint8Array): boolean =>
    ingest([{ path: 'x.o', bytes }], new DiagnosticSink())[0]!.startReferences;
  expect(starts(fixture('plain/plain.o').bytes)).toBe(true);
  expect(starts(output.bytes)).toBe(false);
  expect(starts(linked({ 'a.o': output.bytes }).bytes)).toBe(false);
});
