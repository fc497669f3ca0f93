/** The report as data, of objects that compilers made and of some that no compiler makes. */
import { expect, test } from 'vitest';
import { call, callFunction, exit, loadImm64, movImm } from '../../src/bpf/build.ts';
import { STT } from '../../src/elf/constants.ts';
import { INSIDE_REFERENCES } from '../../src/elf/producer.ts';
import { readElf } from '../../src/elf/read.ts';
import { inspect } from '../../src/report/inspect/inspect.ts';
import type { Inspection, RelocationReport } from '../../src/report/inspect/types.ts';
import { fixture } from '../support/link.ts';
import { DATA, type ObjectSpec, object } from '../support/object.ts';
import { patch } from '../support/patch.ts';

function report(input: string | ObjectSpec): Inspection {
  const bytes = typeof input === 'string' ? fixture(input).bytes : object(input);
  const { report: found, diagnostics } = inspect(bytes as Uint8Array, 'a.o');
  expect(diagnostics).toEqual([]);
  return found!;
}

const named = <Item extends { readonly name: string }>(list: readonly Item[], name: string): Item =>
  list.find((item) => item.name === name)!;

test.each([['rich/main.o'], ['rich/main.be.o']])('%s: programs and what they use', (path) => {
  const { functions, byteOrder, license } = report(path);
  expect([byteOrder, license]).toEqual([path.includes('.be.') ? 'big' : 'little', 'GPL']);
  expect(functions).toMatchObject([
    {
      name: 'rich',
      role: 'program',
      section: 'classifier',
      size: 656,
      instructions: 82,
      program: { type: 'sched_cls', attach: null, sleepable: false, autoload: true },
      calls: [{ name: 'scramble', section: null, offset: null }],
      helpers: ['bpf_skb_store_bytes', 'bpf_map_lookup_elem', 'bpf_trace_printk', 'bpf_tail_call'],
      maps: ['seen', 'jump'],
      data: ['mac', 'pairs', 'table', 'slots', 'format'],
    },
    { name: 'finish', role: 'program', section: '1/0', program: null },
  ]);
});

test('functions of .text are subprograms, with their stacks and source lines', () => {
  const { functions } = report('text-section/nested.o');
  expect(
    functions.map(({ name, role, stack }) => [name, role, stack.own, stack.withCalls]),
  ).toEqual([
    ['count', 'subprogram', 4, 32],
    ['times', 'subprogram', 0, 64],
    ['first', 'program', 0, 96],
    ['second', 'program', 0, 96],
  ]);
  expect(named(functions, 'count').source).toMatchObject({ file: './text.c', line: 21 });
});

test('a function that calls itself has no known stack of calls', () => {
  const { functions } = report({
    sections: [{ name: '.text', code: [callFunction(-1), exit()] }],
    symbols: [{ name: 'again', type: STT.FUNC, in: '.text', size: 16 }],
  });
  expect(functions).toMatchObject([{ calls: [{ name: 'again' }], stack: { withCalls: null } }]);
});

test('code without a symbol is a program where a loader looks for it', () => {
  const { functions } = report({ sections: [{ name: 'xdp', code: [movImm(0, 2), exit()] }] });
  expect(functions).toMatchObject([{ name: 'xdp', role: 'program', program: { type: 'xdp' } }]);
});

test('every byte of code is in one function, whatever the symbols say', () => {
  const symbol = { type: STT.FUNC, in: 'tc', size: 32 } as const;
  const { code } = report({
    sections: [{ name: 'tc', code: [movImm(0, 0), movImm(1, 0), movImm(2, 0), exit()] }],
    symbols: [
      { name: 'a', ...symbol },
      { name: 'alias', ...symbol },
      { name: 'inside', ...symbol, value: 16, size: 8 },
    ],
  });
  expect(code!.map(({ name, offset, size }) => [name, offset, size])).toEqual([
    ['a', 0, 16],
    ['inside', 16, 8],
    ['tc+0x18', 24, 8],
  ]);
});

test('maps of the maps section', () => {
  const { maps } = report('map-in-map/nested.o');
  expect(named(maps, 'outer')).toMatchObject({
    style: 'legacy',
    definition: {
      typeName: 'array_of_maps',
      key: { size: 4 },
      value: { size: 4 },
      maxEntries: 2,
      pinning: 2,
      legacy: { id: 8, innerId: 7, innerIndex: 0 },
    },
  });
});

test('variables with their initial values, by BTF', () => {
  const { data } = report('config/config.be.o');
  const { variables } = named(data, '.rodata');
  expect(named(variables, 'signed_wide')).toMatchObject({
    size: 8,
    declaration: 'const volatile __s64 signed_wide',
    initial: 'ffffffffffffffc0',
    value: '-64',
  });
  expect(named(variables, 'flag').value).toBe('true');
  expect(named(variables, 'name')).toMatchObject({
    initial: '65746830000000000000000000000000',
    value: '"eth0"',
  });
  expect(named(variables, 'limits').value).toBe('{.low = 1, .high = 2, .mac = {2, 0, 0, 0, 0, 9}}');
  expect(named(variables, 'grid').value).toBe('{{1, 2, 3}, {4, 5, 6}}');
  expect(named(data, '.bss')).toMatchObject({
    zero: true,
    variables: [{ initial: null, value: null }],
  });
});

test('without BTF a value is text or bytes, whole in the data and cut in the text', () => {
  const content = Array.from({ length: 300 }, (_, i) => i & 0xff);
  const { data } = report({
    sections: [{ name: '.data', flags: DATA, content }],
    symbols: [
      { name: 'table', type: STT.OBJECT, in: '.data', size: 256 },
      { name: 'word', type: STT.OBJECT, in: '.data', value: 0x41, size: 4 },
    ],
  });
  const [table, word] = data[0]!.variables;
  expect(table!.initial).toBe(
    content
      .slice(0, 256)
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(''),
  );
  expect(table!.value).toMatch(/^"\\x00\\x01.*\\xff"$/);
  expect(word).toMatchObject({ initial: '41424344', value: '"ABCD"' });
});

test('symbols that overlap without end are shown for as long as there is proportion', () => {
  const { data } = report({
    sections: [{ name: '.data', flags: DATA, content: [1, 2, 3, 4] }],
    symbols: Array.from({ length: 20 }, (_, i) => ({
      name: `x${i}`,
      type: STT.OBJECT,
      in: '.data',
      size: 4,
    })),
  });
  const shown = data[0]!.variables.map(({ initial }) => initial);
  expect([shown[0], shown[19]]).toEqual(['01020304', null]);
});

test('common variables and undefined symbols', () => {
  const { data, externs } = report('common/a.o');
  expect(named(data, 'COMMON').variables).toMatchObject([{ name: 'shared', size: 8 }]);
  expect(externs).toEqual([
    { name: 'last', kind: 'unknown', section: null, weak: false, declaration: null },
  ]);
});

const relocation = (list: readonly RelocationReport[], offset: number): RelocationReport =>
  list.find((one) => one.offset === offset)!;

test('relocations of LLVM: S + A and what is there', () => {
  const { relocations, assembler } = report('rich/main.o');
  expect(assembler).toBe('llvm');
  expect(relocation(relocations, 0x228)).toMatchObject({
    type: 'R_BPF_64_64',
    symbol: '.rodata',
    form: 'imm64',
    addend: 0x98,
    stored: 0x98,
    target: { kind: 'string', symbol: 'format', symbolOffset: 0, content: '"rich %x %llx\\n"' },
  });
  expect(relocation(relocations, 0x140)).toMatchObject({ addend: 0, target: { kind: 'map' } });
  expect(relocation(relocations, 0x100)).toMatchObject({
    form: 'call',
    addend: 0,
    stored: -1,
    target: { kind: 'undefined', symbol: 'scramble' },
  });
});

test('relocations of GNU as: the symbol is counted in what is stored', () => {
  const { relocations, assembler, producers } = report('gcc/gas.o');
  expect(assembler).toBe('gnu');
  expect(producers.join()).not.toContain('clang');
  const counted = relocations.filter(({ stored, addend }) => stored !== null && stored !== addend);
  expect(counted).not.toEqual([]);
});

test('an array of numbers is no string, even if its bytes could be', () => {
  const { relocations } = report('config/config.o');
  const targets = relocations.map(({ target }) => target!);
  expect(targets.find(({ symbol }) => symbol === 'grid')).toMatchObject({
    kind: 'constant',
    content: '{{1, 2, 3}, {4, 5, 6}}',
  });
  expect(targets.find(({ symbol }) => symbol === 'name')).toMatchObject({ kind: 'string' });
});

test('nor are constants of one size', () => {
  const { relocations } = report({
    sections: [
      {
        name: 'tc',
        code: [loadImm64(1, 0n), exit()],
        relocations: [{ offset: 0, type: 1, symbol: '.rodata.cst8' }],
      },
      { name: '.rodata.cst8', flags: 0x12, entsize: 8, content: [65, 0, 0, 0, 0, 0, 0, 0] },
    ],
  });
  expect(relocations).toMatchObject([{ target: { kind: 'constant' } }]);
});

test("bpfld's own mark is no producer", () => {
  const { producers } = report({
    sections: [{ name: '.comment', flags: 0, content: `GCC: 14\0${INSIDE_REFERENCES}\0` }],
  });
  expect(producers).toEqual(['GCC: 14']);
});

test.each(['little', 'big'] as const)('a file of types alone, %s-endian', (order) => {
  const elf = readElf(fixture(`config/config${order === 'big' ? '.be' : ''}.o`).bytes, 'a.o')
    .object!;
  const { bytes } = elf.sections.find(({ name }) => name === '.BTF')!;
  const { report: found, diagnostics } = inspect(bytes, 'vmlinux');
  expect(diagnostics).toEqual([]);
  expect(found).toMatchObject({
    byteOrder: order,
    machine: null,
    btf: { typeCount: 69 },
    code: null,
  });
  expect(found!.btf!.c).toContain('struct limits');
});

test('BTF-001: a damaged file of types', () => {
  const { report: found, diagnostics } = inspect(Uint8Array.of(0x9f, 0xeb, 1), 'vmlinux');
  expect(found).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual(['BTF-001']);
});

test('RELA has its addends in the entries', () => {
  const { relocations } = report('rela/rela.o');
  expect(relocations.some(({ explicit }) => explicit)).toBe(true);
  for (const { explicit, stored } of relocations) expect(stored === null).toBe(explicit);
});

test('references to constants without a symbol show their bytes', () => {
  const { relocations } = report('founding-rust/founding.o');
  expect(relocations.map(({ target }) => target)).toContainEqual({
    kind: 'constant',
    section: '.rodata.cst4',
    offset: 0,
    symbol: null,
    symbolOffset: null,
    content: expect.stringMatching(/^"(\\x[0-9a-f]{2}|.){4}"$/),
  });
});

test('code has labels, references and source lines', () => {
  const { code } = report('text-section/nested.o');
  const { instructions } = named(code!, 'count');
  expect(instructions[0]).toMatchObject({
    offset: 0,
    bytes: 'bf16000000000000',
    source: { line: 21, text: 'KIND __noinline int count(int by)' },
  });
  expect(instructions[5]).toMatchObject({ text: 'r1 = runs ll', notes: ['map'] });
  expect(instructions.find(({ text }) => text.startsWith('if'))!.text).toBe('if r0 == 0 goto L1');
  expect(instructions.filter(({ label }) => label !== null)).toMatchObject([{ label: 'L1' }]);
});

test('code and types are left out where they are not asked for', () => {
  const { bytes } = fixture('config/config.o');
  const { report: short } = inspect(bytes as Uint8Array, 'a.o', { code: false, types: false });
  expect([short!.code, short!.btf!.c]).toEqual([null, null]);
  expect(report('config/config.o').btf!.c).toContain('struct limits');
});

test('addresses in data', () => {
  const { data } = report('pointer-table/names.o');
  const addresses = data.flatMap(({ variables }) => variables.flatMap((one) => one.addresses));
  expect(addresses.length).toBeGreaterThan(1);
  expect(addresses[1]!.offset).toBe(8);
});

test('counts relocations of debug information, and lists those of what is loaded', () => {
  const { sections, relocations } = report('config/config.o');
  expect(named(sections, '.debug_info').relocations).toBeGreaterThan(0);
  expect([...new Set(relocations.map(({ section }) => section))]).toEqual(['classifier']);
});

test('BTF-001: a damaged .BTF is told, and the rest is shown', () => {
  const bytes = patch(fixture('config/config.o').bytes as Uint8Array).content(
    '.BTF',
    0,
    2,
    0,
  ).bytes;
  const { report: found, diagnostics } = inspect(bytes, 'a.o');
  expect(diagnostics.map(({ code }) => code)).toEqual(['BTF-001']);
  expect(found).toMatchObject({ btf: null, functions: [{ name: 'config' }] });
});

test('BTF-002: nor does a damaged .BTF.ext hide types', () => {
  const bytes = patch(fixture('config/config.o').bytes as Uint8Array).content(
    '.BTF.ext',
    0,
    2,
    0,
  ).bytes;
  const { report: found, diagnostics } = inspect(bytes, 'a.o');
  expect(diagnostics.map(({ code }) => code)).toEqual(['BTF-002']);
  expect(found!.btf).toMatchObject({ ext: null, typeCount: 69 });
});

test('ELF-007: a relocation outside of its section has no target', () => {
  const { report: found, diagnostics } = inspect(
    object({
      sections: [
        {
          name: 'tc',
          code: [loadImm64(1, 0n), call(1), exit()],
          relocations: [{ offset: 0x100, type: 1, symbol: 'x' }],
        },
        { name: '.data', flags: DATA, content: [0, 0, 0, 1] },
      ],
      symbols: [{ name: 'x', type: STT.OBJECT, in: '.data', size: 4 }],
    }),
    'a.o',
  );
  expect(diagnostics.map(({ code }) => code)).toEqual(['ELF-007']);
  expect(found!.relocations).toMatchObject([{ offset: 0x100, form: null, target: null }]);
});

test('ELF-001: no object, no report', () => {
  const { report: found, diagnostics } = inspect(new Uint8Array(3), 'a.o');
  expect(found).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual(['ELF-001']);
});
