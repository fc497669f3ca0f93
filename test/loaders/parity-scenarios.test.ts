/**
 * The links of test/link/parity under the real libbpf: what is linked loads, runs and returns what its source says,
 * and the reference linker is of one mind with bpfld about what can be linked, but for the exceptions that are named.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STT } from '../../src/elf/constants.ts';
import {
  compatible,
  declared,
  differentMaps,
  equalMaps,
  incompatible,
} from '../link/parity/cases.ts';
import { fixtureObjects } from '../support/link.ts';
import { DATA, object } from '../support/object.ts';
import { bpftool } from './parity/linkers.ts';
import { type Verdict, verdictsOf } from './parity/verdicts.ts';
import { bpfld, withDirectory } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { plainPacket } from './support/packets.ts';
import { libbpfLoad } from './support/run.ts';

/** What is linked with these loads; the first links whatever the reference links. */
const SCRIPTS = ['generic.ld', 'libbpf.ld'] as const;
const [GENERIC] = SCRIPTS;

type Linker = (
  objects: readonly string[],
  output: string,
) => { status: number | null; stderr: string };

const linkWith =
  (script: string): Linker =>
  (objects, output) =>
    bpfld(...objects, '-T', script, '-o', output);

const linkHere: Linker = linkWith(GENERIC);

const linkThere: Linker = (objects, output) =>
  spawnSync(bpftool, ['gen', 'object', output, ...objects], { encoding: 'utf8' });

function run(path: string, program: string): number {
  const loaded = libbpfLoad(path, program, { packets: [plainPacket()] });
  if (!loaded.ok) throw new Error(loaded.log || loaded.error);
  const [result] = loaded.results;
  if (result?.error !== undefined) throw new Error(result.error);
  return result!.retval;
}

interface Scenario {
  readonly name: string;
  readonly objects: readonly string[];
  /** What each program returns. */
  readonly programs: Readonly<Record<string, number>>;
  /** Why the reference does not link it, or what is wrong with what it makes. */
  readonly reference?: string;
  /** Where it needs one: the script that puts functions of sections of their own into .text. */
  readonly script?: string;
}

const staleOffset = 'keeps the DATASEC offsets of the declaration that it sees first';
const unsized = 'fails to find the size of what two files name in .ksyms';
const needsTypes = 'needs BTF for every global symbol';

const scenarios: readonly Scenario[] = [
  {
    name: 'statics of one name, hidden externs, weak functions',
    objects: ['linked-functions/one.o', 'linked-functions/two.o'],
    programs: { first: 2190, second: 2613 },
  },
  {
    name: 'the same in the other order: the other weak function',
    objects: ['linked-functions/two.o', 'linked-functions/one.o'],
    programs: { first: 2290, second: 2713 },
  },
  {
    name: 'variables of each section, settings and symbols of the kernel',
    objects: ['linked-variables/one.o', 'linked-variables/two.o'],
    programs: { first: 505, second: 545 },
    reference: unsized,
  },
  {
    name: 'the same in the other order',
    objects: ['linked-variables/two.o', 'linked-variables/one.o'],
    programs: { first: 506, second: 546 },
    reference: unsized,
  },
  {
    name: 'three maps of two files',
    objects: ['linked-maps/one.o', 'linked-maps/two.o'],
    programs: { first: 27, second: 27 },
    reference: staleOffset,
  },
  {
    name: 'three maps in the other order',
    objects: ['linked-maps/two.o', 'linked-maps/one.o'],
    programs: { first: 27, second: 27 },
    reference: staleOffset,
  },
  {
    name: 'statics and their addends',
    objects: ['static-data/one.o', 'static-data/two.o'],
    programs: { first: 325, second: 638 },
  },
  {
    name: 'statics and their addends in the other order',
    objects: ['static-data/two.o', 'static-data/one.o'],
    programs: { first: 325, second: 638 },
  },
  {
    name: 'prog arrays with programs in their slots, pointers in data',
    objects: ['data-pointers/one.o', 'data-pointers/two.o'],
    programs: { jump_one: 111, jump_two: 222 },
  },
  {
    name: 'a function of the kernel',
    objects: ['kernel-functions/one.o', 'kernel-functions/two.o', 'kernel-functions/weak.o'],
    programs: { one: 4, two: 5, weak: 6 },
    reference: unsized,
  },
  {
    name: 'a function of the kernel that one file declares without __ksym',
    objects: ['kernel-functions/one.o', 'kernel-functions/plain.o'],
    programs: { one: 4, plain: 8 },
  },
  {
    name: 'the same in the other order',
    objects: ['kernel-functions/plain.o', 'kernel-functions/one.o'],
    programs: { one: 4, plain: 8 },
    reference: 'agrees with itself in one order only',
  },
  {
    name: 'a weak definition, a strong reference, a strong definition',
    objects: ['bindings/weak.o', 'bindings/user.o', 'bindings/strong.o'],
    programs: { user: 101 },
    reference: 'calls it a conflict',
  },
  {
    name: 'weak in .data, strong in .bss',
    objects: ['bindings/user.o', 'bindings/weak.o', 'bindings/strong-bss.o'],
    programs: { user: 0 },
    reference: 'crashes',
  },
  {
    name: 'two weak definitions',
    objects: ['bindings/user.o', 'bindings/weak-other.o', 'bindings/weak.o'],
    programs: { user: 303 },
  },
  {
    name: 'an extern whose DATASEC has bytes in its own object',
    objects: ['bindings/unresolved.o', 'bindings/strong.o'],
    programs: { unresolved: 141 },
  },
  {
    name: 'CO-RE records in a weak function that loses',
    objects: ['weak-records/one.o', 'weak-records/two.o'],
    programs: { one: 1, two: 1 },
  },
  {
    name: 'types of three files, in kernel too',
    objects: ['types/one.o', 'types/two.o', 'types/three.o'],
    programs: { program_one: 3, program_two: 3, program_three: 3 },
  },
  {
    name: 'parts that need alignment',
    objects: ['alignment/one.o', 'alignment/eight.o', 'licenses/gpl.o'],
    programs: { sum_one: 37, sum_eight: 37 },
  },
  {
    name: 'a program of rustc, which says nothing of what it does not define',
    objects: ['no-types/rust.o', 'no-types/library-typed.o'],
    programs: { rust: 16 },
    reference: needsTypes,
  },
  {
    name: 'an inline function of C++ in two objects',
    objects: ['comdat-types/one.o', 'comdat-types/two.o'],
    programs: { first: 21, second: 42 },
    reference: 'refuses groups',
    script: 'libbpf.ld',
  },
  {
    name: "GCC's BTF",
    objects: ['gcc-types/one.o', 'gcc-types/two.o'],
    programs: { program: 37 },
    reference: 'takes the offsets of its DATASECs for an extern',
  },
  {
    name: 'two sections of one name in one file',
    objects: ['same-sections/twice.o'],
    programs: { program: 37 },
    reference: needsTypes,
  },
  {
    name: 'a function whose definition has another type of the same size',
    objects: ['declarations/function-use.o', 'declarations/function-unsigned.o'],
    programs: { use: 42 },
  },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfld-scenarios-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const paths = (objects: readonly string[]): string[] => objects.map(fixture);

describeLoaders('linked, loaded and run', () => {
  const links = SCRIPTS.flatMap((script) =>
    scenarios
      .filter((one) => one.script === undefined || one.script === script)
      .map((one) => [script, one.name, one] as const),
  );
  test.each(links)('%s: %s', (script, _, scenario) => {
    withDirectory((directory) => {
      const output = join(directory, 'out.o');
      const link = linkWith(script)(paths(scenario.objects), output);
      if (link.status !== 0) throw new Error(link.stderr);
      for (const [program, expected] of Object.entries(scenario.programs)) {
        expect(run(output, program), program).toBe(expected);
      }
    });
  });

  const alike = scenarios.filter(({ reference }) => reference === undefined);
  test.each(alike.map((one) => [one.name, one] as const))(
    'the reference agrees: %s',
    (_, scenario) => {
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        const link = linkThere(paths(scenario.objects), output);
        if (link.status !== 0) throw new Error(link.stderr);
        for (const [program, expected] of Object.entries(scenario.programs)) {
          expect(run(output, program), program).toBe(expected);
        }
      });
    },
  );

  const other = scenarios.filter(({ reference }) => reference !== undefined);
  test.each(other.map((one) => [one.reference, one.name, one] as const))(
    'the reference %s: %s',
    (_, __, scenario) => {
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        if (linkThere(paths(scenario.objects), output).status !== 0) return;
        const answers = (): number[] =>
          Object.keys(scenario.programs).map((program) => run(output, program));
        let right: boolean;
        try {
          right = answers().join() === Object.values(scenario.programs).join();
        } catch {
          right = false;
        }
        expect(right).toBe(false);
      });
    },
  );

  test('the version of the kernel, a setting that is strong in one file and weak in the other', () => {
    withDirectory((directory) => {
      const output = join(directory, 'out.o');
      linkHere(paths(['linked-variables/one.o', 'linked-variables/two.o']), output);
      expect(run(output, 'version')).toBeGreaterThan(5 << 16);
    });
  });

  test('data of an object without BTF', () => {
    withDirectory((directory) => {
      const data = join(directory, 'data.o');
      const output = join(directory, 'out.o');
      const bytes = object({
        sections: [{ name: '.data', flags: DATA, align: 4, content: [0, 0, 0, 0, 42, 0, 0, 0] }],
        symbols: [{ name: 'subject', type: STT.OBJECT, in: '.data', value: 4, size: 4 }],
      });
      writeFileSync(data, bytes);
      const link = linkHere([fixture('declarations/variable-use.o'), data], output);
      expect(link.stderr).toBe('');
      expect(run(output, 'use')).toBe(42);
    });
  });

  test('an arena variable that is declared first, and two .struct_ops.link variables', async () => {
    const outputs = [
      ['arena', 'arena/user.o', 'arena/owner.o'],
      ['struct-ops', 'struct-ops/one.o', 'struct-ops/two.o'],
    ].map(([name, ...objects]) => {
      const output = join(folder, `${name}.o`);
      expect(linkHere(paths(objects), output).status).toBe(0);
      return output;
    });
    for (const { log, open, load } of await verdictsOf(outputs)) {
      expect([open, load], log).toEqual([0, 0]);
    }
  });

  test('every fixture that loads loads when it is linked alone', async () => {
    const all = fixtureObjects();
    const before = await verdictsOf(all.map(fixture));
    const loads = ({ open, load }: Verdict): boolean => open === 0 && load === 0;
    const inputs = all.filter((_, i) => loads(before[i]!));
    expect(inputs.length).toBeGreaterThan(60);
    const outputs = inputs.map((path) => join(folder, path.replaceAll('/', '-')));
    for (const [i, path] of inputs.entries()) {
      expect(linkHere([fixture(path)], outputs[i]!).status, path).toBe(0);
    }
    const after = await verdictsOf(outputs);
    expect(inputs.filter((_, i) => !loads(after[i]!))).toEqual([]);
  });
});

/** What both linkers are asked: to link these, in each order. */
const questions: readonly (readonly [string, string])[] = [
  ...[...compatible, ...incompatible, ...equalMaps, ...differentMaps].map(
    ([, use, definition]) => [declared(use), declared(definition)] as const,
  ),
  ['bindings/strong.o', 'bindings/strong-bss.o'],
  ['licenses/gpl.o', 'licenses/other.o'],
  ['licenses/version6.o', 'licenses/version7.o'],
  ['licenses/gpl.o', 'licenses/reader.o'],
  ['linked-functions/one.o', 'linked-functions/two.be.o'],
  ['kernel-functions/one.o', 'kernel-functions/other.o'],
  ['kernel-functions/one.o', 'kernel-functions/config.o'],
];

/** Where bpfld answers otherwise, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'declarations/enum-pointer.o':
    'the reference does not let an enum that is only declared be one that is known',
  'declarations/enum-wide-pointer.o':
    'the reference does not let an enum that is only declared be one that is known',
  'declarations/pointer-union.o':
    'the reference does not compare struct with union where no file knows their members',
  'declarations/map-extra.o': 'the reference forgets map_extra',
};

describeLoaders('what can be linked', () => {
  test.each(
    questions.flatMap(
      ([a, b]) =>
        [
          [a, b],
          [b, a],
        ] as const,
    ),
  )('%s and %s', (a, b) => {
    const here = linkHere(paths([a, b]), join(folder, 'here.o')).status === 0;
    const there = linkThere(paths([a, b]), join(folder, 'there.o')).status === 0;
    const why = exceptions[a] ?? exceptions[b];
    expect(here, why).toBe(why === undefined ? there : !there);
  });
});
