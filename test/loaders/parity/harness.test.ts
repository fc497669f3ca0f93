/** The harness itself: the reference equals itself, and what is damaged on purpose is found. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeLoaders } from '../support/environment.ts';
import { reasonFor } from './allowed-differences.ts';
import { compareOutputs } from './compare.ts';
import { compareLoads } from './compare-loads.ts';
import { bytesOf } from './corpus.ts';
import type { Aspect, Difference } from './difference.ts';
import { referenceSets } from './link-sets.ts';
import { bpftool, linkWithReference, parityTools } from './linkers.ts';
import { type ObjectFile, readObject, sectionNamed, viewOf } from './object-file.ts';
import { type Output, pairOf, readOutput } from './output.ts';
import { type Verdict, verdictsOf } from './verdicts.ts';

describeLoaders(
  'the parity harness',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'bpfld-parity-'));
    const path = join(directory, 'out.o');
    let inputs: ObjectFile[] = [];
    let bytes = new Uint8Array();

    beforeAll(() => {
      const set = referenceSets().find(({ name }) => name.startsWith('selftests/linked_funcs1.o'))!;
      inputs = set.objects.map((object) => readObject(bytesOf(object)));
      bytes = new Uint8Array(linkWithReference(set.objects, path).bytes!);
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    const compare = (ours: Output): Difference[] =>
      compareOutputs(inputs, pairOf(ours, readOutput(bytes)));

    test('finds the reference equal to itself', () => {
      expect(compare(readOutput(bytes))).toEqual([]);
    });

    /** Changes a copy of the reference's output in place. */
    function damaged(change: (file: ObjectFile) => void): Output {
      const copy = bytes.slice();
      change(readObject(copy));
      return readOutput(copy);
    }

    const damages: readonly (readonly [string, Aspect, (file: ObjectFile) => void])[] = [
      ['an instruction', 'bytes', (file) => flip(file, '.text', 1)],
      ['data', 'bytes', (file) => flip(file, 'license', 0)],
      [
        "a symbol's value",
        'bytes',
        (file) => flip(file, '.symtab', symbolAt(file, 'set_output_val1') + 8),
      ],
      [
        "a symbol's binding",
        'symbol',
        (file) => flip(file, '.symtab', symbolAt(file, 'set_output_val1') + 4, 0x30),
      ],
      [
        "a symbol's visibility",
        'symbol',
        (file) => flip(file, '.symtab', symbolAt(file, 'set_output_val1') + 5, 2),
      ],
      ["a relocation's symbol", 'relocation', (file) => flip(file, '.rel.text', 12)],
      ["a relocation's place", 'relocation', (file) => flip(file, '.rel.text', 0, 8)],
      ['an addend', 'relocation', (file) => flip(file, '.text', sectionReference(file) + 4, 8)],
      [
        "a function record's place",
        'function record',
        (file) => flip(file, '.BTF.ext', recordAt(file, 8), 8),
      ],
      [
        "a line record's number",
        'line record',
        (file) => flip(file, '.BTF.ext', recordAt(file, 16) + 13),
      ],
      [
        "a CO-RE record's access",
        'CO-RE record',
        (file) => flip(file, '.BTF.ext', recordAt(file, 24) + 8),
      ],
      ['the size of a type', 'type', (file) => word(file, typeAt(file, 'int') + 8, 2)],
      ["a variable's offset", 'variable', (file) => word(file, typeAt(file, '.bss') + 16, 64)],
    ];

    test.each(damages)('finds damage to %s', (_, aspect, change) => {
      const differences = compare(damaged(change));
      expect(differences.map((difference) => difference.aspect)).toContain(aspect);
      expect(differences.some((one) => reasonFor(one, differences) === undefined)).toBe(true);
    });

    test('finds a type too many', () => {
      const output = readOutput(bytes);
      const types = { ...output.types, types: [...output.types.types, output.types.types[1]!] };
      const aspects = compare({ ...output, types }).map(({ aspect }) => aspect);
      expect(aspects).toEqual(['type count']);
    });

    test('tells apart types that differ far behind their names', () => {
      // The last member of task_struct, say, is as much a part of what takes a task_struct as its name.
      const output = damaged((file) => word(file, typeAt(file, 'long') + 8, 4));
      const missing = compare(output).filter(({ aspect }) => aspect === 'type');
      expect(missing.length).toBeGreaterThan(2);
    });

    test('finds a program that does not load, a map of another size and another message', async () => {
      const [verdict] = (await verdictsOf([path])) as [Verdict];
      expect(compareLoads(verdict, verdict)).toEqual([]);
      expect(verdict.programs!.length).toBeGreaterThanOrEqual(2);
      const changes: Partial<Verdict>[] = [
        { open: 22 },
        { load: 22 },
        { log: `${verdict.log}libbpf: more\n` },
        { maps: verdict.maps!.map((map) => ({ ...map, value: map.value + 4 })) },
        { programs: verdict.programs!.map((one) => ({ ...one, load: 13 })) },
        { programs: verdict.programs!.slice(1) },
      ];
      for (const change of changes) {
        expect(compareLoads({ ...verdict, ...change }, verdict)).not.toEqual([]);
      }
    });

    describe('reads what other tools read', () => {
      test('sections, symbols and relocations, as llvm-readelf', () => {
        const words = ['--sections', '--symbols', '--relocations', '--elf-output-style=JSON', path];
        const child = spawnSync('llvm-readelf-19', words, { encoding: 'utf8', maxBuffer: 1 << 28 });
        const [{ Sections, Symbols, Relocations }] = JSON.parse(child.stdout) as [ReadelfAnswer];
        const file = readObject(bytes);
        expect(file.sections.map(({ name, size }) => [name, size])).toEqual(
          Sections.map(({ Section }) => [Section.Name.Name, Section.Size]),
        );
        expect(file.symbols.map(({ value, size }) => [value, size])).toEqual(
          Symbols.map(({ Symbol: symbol }) => [symbol.Value, symbol.Size]),
        );
        expect([...file.relocations.values()].flat().length).toBe(
          Relocations.flatMap(({ Relocs }) => Relocs).length,
        );
      });

      test('types, as bpftool', () => {
        const words = ['btf', 'dump', '-j', 'file', path];
        const child = spawnSync(bpftool, words, { encoding: 'utf8', maxBuffer: 1 << 28 });
        const { types } = JSON.parse(child.stdout) as { types: { name: string }[] };
        const own = readOutput(bytes).types.types.slice(1);
        expect(own.map(({ name }) => name || '(anon)')).toEqual(types.map(({ name }) => name));
      });
    });
  },
  parityTools,
);

interface ReadelfAnswer {
  readonly Sections: { Section: { Name: { Name: string }; Size: number } }[];
  readonly Symbols: { Symbol: { Value: number; Size: number } }[];
  readonly Relocations: { Relocs: unknown[] }[];
}

function flip(file: ObjectFile, section: string, at: number, bits = 1): void {
  sectionNamed(file, section)!.bytes[at]! ^= bits;
}

function symbolAt({ symbols }: ObjectFile, name: string): number {
  return 24 * symbols.findIndex((symbol) => symbol.name === name);
}

/** The place of a reference from `.text` to a section, not to a name. */
function sectionReference({ relocations }: ObjectFile): number {
  return relocations.get('.text')!.find(({ symbol }) => symbol.type === 3)!.offset;
}

/** The first record of the table whose offset stands at `field` of the header of `.BTF.ext`. */
function recordAt(file: ObjectFile, field: number): number {
  const view = viewOf(sectionNamed(file, '.BTF.ext')!.bytes);
  return view.getUint32(4, true) + view.getUint32(field, true) + 4 + 8;
}

/** Where in `.BTF` the type of that name is. */
function typeAt(file: ObjectFile, name: string): number {
  const { bytes } = sectionNamed(file, '.BTF')!;
  const view = viewOf(bytes);
  const header = view.getUint32(4, true);
  const strings = header + view.getUint32(16, true);
  const offset = Buffer.from(bytes).indexOf(`\0${name}\0`, strings) + 1 - strings;
  for (let at = header; at < strings; at += 4) {
    if (view.getUint32(at, true) === offset) return at;
  }
  throw new Error(`no type ${name}`);
}

function word(file: ObjectFile, at: number, value: number): void {
  viewOf(sectionNamed(file, '.BTF')!.bytes).setUint32(at, value, true);
}
