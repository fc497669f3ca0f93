/** How sections of several objects become one, and what is no longer a riddle to the loader. */
import { expect, test } from 'vitest';
import { exit, loadImm64 } from '../../../src/bpf/build.ts';
import { R_BPF, SHF, SHT, STB, STT } from '../../../src/elf/constants.ts';
import { codes, fixture, hasFixture, linked, Output, refused } from '../../support/link.ts';
import { CODE, DATA, object, RODATA } from '../../support/object.ts';
import { patch } from '../../support/patch.ts';
import { parity, parityError, parityLink, permutations } from './support.ts';

test('a part that needs alignment begins at it, and the gap is zero', () => {
  const output = parity('alignment/one.o', 'alignment/eight.o');
  expect(output.content('.data.parts')).toEqual([
    0x22,
    ...Array(7).fill(0),
    0x22,
    ...Array(7).fill(0),
  ]);
  expect(output.content('.rodata.parts')).toEqual([
    0x11,
    ...Array(7).fill(0),
    0x11,
    ...Array(7).fill(0),
  ]);
  for (const name of ['data', 'constant', 'zero']) {
    expect(output.symbol(`${name}_one`).value).toBe(0);
    expect(output.symbol(`${name}_eight`).value).toBe(8);
  }
  expect(output.section('.data.parts').align).toBe(8);
});

test('sections without bytes stay without', () => {
  for (const order of permutations(['alignment/one.o', 'alignment/eight.o'])) {
    const output = parity(...order);
    const bss = output.section('.bss.parts');
    expect([bss.type, bss.size, bss.align]).toEqual([
      SHT.NOBITS,
      order[0]!.includes('one') ? 16 : 9,
      8,
    ]);
  }
});

const license = (name: string): string => `licenses/${name}.o`;

test('equal licenses and versions: one copy', () => {
  expect(parity(license('gpl'), 'linked-functions/two.o').text('license')).toBe('GPL\0');
  const version = parity(license('version6'), license('version6'));
  expect([version.content('version'), version.datasec('version')]).toEqual([
    [6, 0, 0, 0],
    ['0 4 global LINUX_VERSION'],
  ]);
});

test.each([
  ['gpl', 'other', 'license'],
  ['version6', 'version7', 'version'],
])('ELF-011: different ones: %s and %s', (first, second, name) => {
  const { code, message, at } = parityError(license(first), license(second));
  expect([code, message]).toEqual(['ELF-011', `two different '${name}' sections`]);
  expect(at).toHaveLength(2);
});

test("a second file's reference to its license is one to the copy that is kept", () => {
  const output = parity(license('gpl'), license('reader'));
  expect(output.targets('tc')).toEqual(['LICENSE_TEXT']);
  expect(output.datasec('license')).toEqual(['0 4 global LICENSE_TEXT']);
});

test.each([
  ['type', { flags: DATA, content: [1] }, { flags: DATA, type: SHT.NOBITS, size: 1 }, 'type'],
  ['flags', { flags: DATA, content: [1] }, { flags: RODATA, content: [1] }, 'flags'],
  [
    'flags of code',
    { flags: CODE, content: Array(8).fill(0) },
    { flags: RODATA, content: Array(8).fill(0) },
    'flags',
  ],
])('ELF-010: sections of one name that differ in their %s', (_, first, second, property) => {
  for (const [a, b] of permutations([first, second])) {
    const [diagnostic] = refused({
      'a.o': { sections: [{ name: '.custom', ...a! }] },
      'b.o': { sections: [{ name: '.custom', ...b! }] },
    });
    expect(diagnostic?.code).toBe('ELF-010');
    expect(diagnostic?.message).toContain(`'.custom' differ in ${property}`);
  }
});

test('a link flag of a group or of REL is no difference', () => {
  const output = linked({
    'a.o': { sections: [{ name: '.custom', flags: DATA, content: [1] }] },
    'b.o': { sections: [{ name: '.custom', flags: DATA | SHF.INFO_LINK, content: [2] }] },
  });
  expect(output.content('.custom')).toEqual([1, 2]);
});

test('two sections of one name in one object are put together', () => {
  const suffixes = ['.o', '.be.o'].filter((suffix) => hasFixture(`same-sections/twice${suffix}`));
  expect(suffixes).toHaveLength(2);
  for (const suffix of suffixes) {
    const bytes = fixture(`same-sections/twice${suffix}`).bytes;
    const output = linked({ 'twice.o': bytes });
    for (const name of ['.text', '.data', 'tc']) {
      expect(output.elf.sections.filter((section) => section.name === name)).toHaveLength(1);
    }
    expect([output.symbol('seven').value, output.symbol('thirty').value]).toEqual([0, 16]);
    expect([output.symbol('a').value, output.symbol('b').value]).toEqual([0, 8]);
    expect(output.relocations('tc')).toEqual(['0 10 seven', '16 10 thirty']);
  }
});

test('the symbol table has local symbols first, and says how many', () => {
  const { elf, ...output } = parity('linked-functions/one.o', 'linked-functions/two.o');
  const locals = elf.symbols.filter(({ binding }) => binding === STB.LOCAL).length;
  expect(elf.symbols.slice(0, locals).every(({ binding }) => binding === STB.LOCAL)).toBe(true);
  expect(elf.sections.find(({ type }) => type === SHT.SYMTAB)?.info).toBe(locals);
  expect(output.bytes.length).toBeGreaterThan(0);
  for (const { index, flags } of elf.sections.filter(
    (section) => (section.flags & SHF.ALLOC) !== 0,
  )) {
    expect(flags & SHF.ALLOC).toBe(SHF.ALLOC);
    const own = elf.symbols.filter(
      ({ type, section }) => type === STT.SECTION && section === index,
    );
    expect(own.length).toBeLessThanOrEqual(1);
  }
});

/** The entries of each jump table, from the start of the code that it is of. */
function tables(suffix: string, ...names: string[]): unknown {
  const inputs = Object.fromEntries(
    names.map((name) => [name, fixture(`jump-tables/${name}${suffix}`).bytes]),
  );
  const output = linked(inputs);
  const view = output.view('.jumptables');
  const entries = (name: string): number[] => {
    const { value, size } = output.symbol(name);
    return Array.from({ length: size / 8 }, (_, i) => view.size(value + 8 * i));
  };
  return {
    one: entries('BPF.JT.0.0'),
    two: entries('BPF.JT.1.0'),
    relocations: output.elf.relocations.get(output.section('.jumptables').index) ?? [],
  };
}

test.each([
  ['.o', ['one', 'two']],
  ['.be.o', ['one', 'two']],
  ['.o', ['relocated', 'two']],
])('jump tables move with the code: %s %j', (suffix, names) => {
  expect(tables(suffix, ...names)).toEqual({
    one: [32, 48, 32],
    two: [64 + 32, 64 + 48, 64 + 32],
    relocations: [],
  });
  expect(tables(suffix, ...names.toReversed())).toEqual({
    one: [64 + 32, 64 + 48, 64 + 32],
    two: [32, 48, 32],
    relocations: [],
  });
});

/** A program that is one jump through its table. */
function jumping(program: string) {
  const bytes = object({
    sections: [
      {
        name: 'tc',
        code: [loadImm64(2, 0n), exit()],
        relocations: [{ offset: 0, type: R_BPF.LD_IMM64, symbol: 'BPF.JT.0.0' }],
      },
      { name: '.jumptables', flags: 0, content: [16, 0, 0, 0, 0, 0, 0, 0] },
    ],
    symbols: [
      { name: 'BPF.JT.0.0', type: STT.OBJECT, in: '.jumptables', size: 8 },
      { name: program, type: STT.FUNC, in: 'tc', size: 24 },
    ],
  });
  return { path: `${program}.o`, bytes };
}

test('compilers number jump tables anew in each object, and names that are equal are two tables', () => {
  const output = new Output(parityLink([jumping('one'), jumping('two')]));
  expect(output.symbols('BPF.JT.0.0').map(({ value }) => value)).toEqual([0, 8]);
  const view = output.view('.jumptables');
  expect([view.size(0), view.size(8)]).toEqual([16, 24 + 16]);
  const { index } = output.section('tc');
  const named = output.elf.relocations.get(index)?.map(({ symbol }) => output.elf.symbols[symbol]);
  expect(named?.map((symbol) => symbol?.value)).toEqual([0, 8]);
});

test.each([4096, 36])('ELF-014: a jump table that leads to byte %i', (offset) => {
  const { bytes } = fixture('jump-tables/one.o');
  const bad = patch(bytes).content('.jumptables', 8, 8, offset);
  const { code, message } = parityError({ path: 'bad.o', bytes: bad.bytes });
  expect(code).toBe('ELF-014');
  expect(message).toBe(`bad.o: the jump table 'BPF.JT.0.0' leads to byte ${offset} of tc`);
});

test('a big-endian pair has the layout of the little-endian one; both at once are an error', () => {
  const shape = (suffix: string): unknown => {
    const { elf } = parity(`linked-functions/one${suffix}`, `linked-functions/two${suffix}`);
    return [elf.sections.map(({ bytes, ...header }) => header), elf.symbols, [...elf.relocations]];
  };
  expect(shape('.be.o')).toEqual(shape('.o'));
  expect(parityError('linked-functions/one.o', 'linked-functions/two.be.o').code).toBe('ELF-004');
});

test('common symbols are in .bss, and of COMDAT groups one copy is kept', () => {
  const common = linked({ 'a.o': fixture('common/a.o').bytes, 'b.o': fixture('common/b.o').bytes });
  expect(common.elf.symbols.every(({ place }) => place !== 'common')).toBe(true);
  const comdat = linked({
    'program.o': fixture('comdat/program.o').bytes,
    'library.o': fixture('comdat/library.o').bytes,
  });
  const inline = comdat.elf.symbols.filter(
    ({ type, name }) => type === STT.FUNC && /multiply/.test(name),
  );
  expect(inline).toHaveLength(1);
  expect(comdat.elf.groups).toEqual([]);
});

test('RELA becomes REL; notes and unwinding tables are left out, absolute symbols kept', () => {
  const rela = linked({ 'rela.o': fixture('rela/rela.o').bytes });
  expect(rela.elf.sections.some(({ type }) => type === SHT.RELA)).toBe(false);
  const bytes = object({
    sections: [
      { name: '.data', flags: DATA, content: [1] },
      { name: '.note.gnu', type: SHT.NOTE, content: [0, 0, 0, 0] },
      { name: '.eh_frame', content: [0, 0, 0, 0] },
    ],
    symbols: [{ name: 'fixed', in: 'ABS', value: 4096 }],
  });
  const output = linked({ 'a.o': bytes });
  expect(output.sectionNames).toEqual(['.data']);
  expect(output.symbol('fixed')).toMatchObject({ place: 'absolute', value: 4096 });
});

test('a failed link has no output', () => {
  const { output, diagnostics } = parityLink(['bindings/strong.o', 'bindings/strong-bss.o']);
  expect([output, codes(diagnostics)]).toEqual([undefined, ['SYM-001', 'SYM-001']]);
});

test('a license under a second name is there under the first', () => {
  const license = (name: string) => ({
    sections: [{ name: 'license', flags: DATA, content: 'GPL\0' }],
    symbols: [{ name, in: 'license', type: STT.OBJECT, value: 0, size: 4 }],
  });
  const output = linked({ 'a.o': license('A'), 'b.o': license('B') });
  const names = output.elf.symbols.map(({ name }) => name);
  expect(names).toContain('A');
  expect(names).not.toContain('B');
});
