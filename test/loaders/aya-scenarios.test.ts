/**
 * What trips users of aya up, linked with the profile: under the real aya and the kernel each object loads and
 * returns what its source says.
 */
import { describe, expect, test } from 'vitest';
import { SHF, STB, STT } from '../../src/elf/constants.ts';
import { codes, linkFixture, Output } from '../support/link.ts';
import { type AyaVersion, ayaLoad, ayaObject, ayaRun } from './support/aya.ts';
import { describeLoaders } from './support/environment.ts';
import { plainPacket } from './support/packets.ts';

const VERSIONS: readonly AyaVersion[] = ['0.3', '0.6'];

function linked(objects: readonly string[]): Output {
  return new Output(linkFixture(objects, 'aya.ld'));
}

function returned(
  object: Uint8Array,
  version: AyaVersion,
  program: string,
  globals: Readonly<Record<string, string>> = {},
): number {
  const loaded = ayaRun(object, version, program, [plainPacket({ 0: 9 })], globals);
  if (!loaded.ok) throw new Error(`${loaded.stage}: ${loaded.error}`);
  const found = loaded.programs.find(({ name }) => name === program);
  const [result] = found?.results ?? [];
  if (result === undefined) throw new Error(JSON.stringify(found ?? loaded.programs));
  return result.retval;
}

/** FUNC symbols of `.text` as `[start, end)`, in order. */
function functionsOfText(output: Output): (readonly [number, number])[] {
  const { index } = output.section('.text');
  return output.elf.symbols
    .filter(({ section, type }) => section === index && type === STT.FUNC)
    .map(({ value, size }) => [value, value + size] as const)
    .sort(([a], [b]) => a - b);
}

interface Scenario {
  readonly name: string;
  readonly objects: readonly string[];
  /** What each program returns over a packet of 64 bytes whose first is 9. */
  readonly programs: Readonly<Record<string, number>>;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'three helpers of rustc each in two objects, every call bound to its own',
    objects: ['aya/helpers.o', 'aya/more-helpers.o'],
    programs: { first: 6411, second: 64022 },
  },
  {
    name: 'functions in .text, .text.NAME, .text.unlikely.NAME and .text.hot',
    objects: ['aya/cold.o'],
    programs: { cold: 9 + 31 },
  },
  {
    name: 'weak functions, of which one wins',
    objects: ['weak-losers/first.o', 'weak-losers/second.o'],
    programs: { weak: 11 },
  },
  {
    name: 'programs in tc, xdp/NAME and xdp/cpumap',
    objects: ['aya/names.o'],
    programs: { shaper: 1, filter: 2 },
  },
  {
    name: 'objects of GCC, which leaves empty sections',
    objects: ['gcc-types/one.o', 'gcc-types/two.o'],
    programs: { program: 37 },
  },
  {
    name: 'maps of rustc that no other object sees',
    objects: ['aya/map.o'],
    programs: { rust_map: 0 },
  },
  {
    name: 'maps of rustc beside pinned ones of clang',
    objects: ['aya/map.o', 'aya/pinned.o'],
    programs: { rust_map: 0, c_map: 1 },
  },
  {
    name: 'constants in sections of all names, one found by a distance',
    objects: ['aya/pools.o'],
    programs: { pools: 1 + 2 + 4 + 'h'.charCodeAt(0) + 'V'.charCodeAt(0) },
  },
  {
    name: 'variables of two files, initialised, not initialised and common',
    objects: ['aya/more-globals.o', 'aya/globals.o'],
    programs: { globals: 35, more_globals: 17 },
  },
  {
    name: 'a hundred sections of data',
    objects: ['aya/sections.o'],
    programs: { sections: 4950 },
  },
  {
    name: 'a callback that does not stand first',
    objects: ['aya/callback.o'],
    programs: { callback: 6 },
  },
  {
    name: 'a hidden function that cannot be verified alone',
    objects: ['aya/hidden.o'],
    programs: { hidden: 64 },
  },
  {
    name: 'a subprogram of rustc, with types that the kernel would refuse',
    objects: ['rust-types/names.o'],
    programs: { program: 42 },
  },
  {
    name: 'a subprogram of rustc that takes a reference',
    objects: ['rust-types/plain.o'],
    programs: { program: 42 },
  },
  {
    name: 'two crates of Rust without types',
    objects: ['founding-rust-two-crates/program.o', 'founding-rust-two-crates/library.o'],
    programs: { two_crates: 0 },
  },
  {
    name: 'one object with records of functions and one without',
    objects: ['no-types/program.o', 'no-types/library.o'],
    programs: { program: 41 },
  },
];

describeLoaders('objects for aya', () => {
  describe.each(VERSIONS)('aya-obj %s', (version) => {
    test.each(scenarios)('$name', ({ objects, programs }) => {
      const { bytes } = linked(objects);
      const loaded = ayaLoad(bytes, version);
      expect(loaded).toMatchObject({ ok: true });
      const refusals = loaded.ok ? loaded.programs.filter(({ ok }) => !ok) : [];
      expect(refusals).toEqual([]);
      for (const [program, value] of Object.entries(programs)) {
        expect([program, returned(bytes, version, program)]).toEqual([program, value]);
      }
    });
  });

  test('maps keep their names, and pinned ones stay pinned', () => {
    const loaded = ayaObject(linked(['aya/map.o', 'aya/pinned.o']).bytes, '0.6');
    const maps = loaded.ok ? loaded.maps : [];
    // rustc's names end in those of the source.
    const pinning = maps.map(({ name, pinning }) => [name.replace(/^_RN.*\d/, ''), pinning]);
    expect(Object.fromEntries(pinning)).toEqual({
      '.rodata': 'None',
      COUNTS: 'None',
      UNUSED: 'None',
      pinned: 'ByName',
    });
  });

  test('two programs of one name are refused', () => {
    const { diagnostics } = linkFixture(['aya/helpers.o', 'aya/helpers.o'], 'aya.ld');
    expect(codes(diagnostics)).toContain('SYM-001');
  });

  test('__bpf_trap, which nothing defines, is refused', () => {
    const { output, diagnostics } = linkFixture(['aya/trap.o'], 'aya.ld');
    expect([output, codes(diagnostics)]).toEqual([undefined, ['AYA-029']]);
  });
}, ['aya-load']);

describe('what a link for aya puts where', () => {
  test.each([
    ['aya/helpers.o', 'aya/more-helpers.o'],
    ['aya/cold.o'],
    ['weak-losers/first.o', 'weak-losers/second.o'],
  ])('functions tile .text: %s %s', (...objects) => {
    const output = linked(objects.filter((path) => path !== undefined));
    let end = 0;
    for (const [start, next] of functionsOfText(output)) {
      expect(start).toBe(end);
      end = next;
    }
    expect(end).toBe(output.section('.text').size);
  });

  test('programs are in the sections that aya knows', () => {
    const output = linked(['aya/names.o']);
    const code = output.elf.sections.filter(({ flags }) => (flags & SHF.EXECINSTR) !== 0);
    expect(code.map(({ name }) => name).sort()).toEqual(['classifier', 'xdp', 'xdp/cpumap']);
  });

  test('equal licenses are one', () => {
    const output = linked(['aya/helpers.o', 'aya/more-helpers.o']);
    expect(output.text('license')).toBe('GPL\0');
  });

  test('constants of all names are in .rodata', () => {
    const output = linked(['aya/pools.o']);
    expect(output.sectionNames).toEqual(['license', 'classifier', '.rodata']);
  });

  test('common and uninitialised variables are in .bss, whose size is their sum', () => {
    const output = linked(['aya/more-globals.o', 'aya/globals.o']);
    expect(output.section('.bss').size).toBe(8 + 4 + 12);
    expect(output.symbol('common_one').binding).toBe(STB.GLOBAL);
  });

  test('a table of addresses is refused, by its name', () => {
    const { output, diagnostics } = linkFixture(['pointer-table/names.o'], 'aya.ld');
    expect(output).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code: 'AYA-027' });
    expect(diagnostics[0]?.message).toContain("'names'");
  });

  test('a record of CO-RE that aya does not know is refused', () => {
    const { diagnostics } = linkFixture(['aya/matches.o'], 'aya.ld');
    expect(codes(diagnostics)).toContain('AYA-038');
  });
});
