/**
 * Objects of every compiler, CPU version and form that the fixtures have, linked for libbpf, load there and
 * compute what they compute unlinked: clang -mcpu=v1 to v4 and all optimisations, bpf-gcc. rustc's load only when they are linked.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STB, STT } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import { link } from '../../src/link.ts';
import { fixtureObjects, fixture as input } from '../support/link.ts';
import { withDirectory } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { randomPackets } from './support/packets.ts';
import { libbpfLoad, type Refusal, type Run } from './support/run.ts';

const packets = randomPackets(3, 40);

/** Programs of the types that can be run, by the section name. */
function programsOf(path: string): string[] {
  const { object } = readElf(input(path).bytes, path);
  return (object?.symbols ?? [])
    .filter(({ type, binding, section }) => {
      const name = object?.sections[section]?.name ?? '';
      return type === STT.FUNC && binding === STB.GLOBAL && /^(tc|classifier)$/.test(name);
    })
    .map(({ name }) => name);
}

function outcome(run: Run | Refusal): unknown {
  if (!run.ok) return 'refused';
  return run.results.map(({ retval, data, mark, cb, error }) => ({
    retval,
    data,
    mark,
    cb,
    error,
  }));
}

/** What the object's programs compute, by name; only those that load unlinked are of interest. */
function results(path: string, programs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    programs.map((program) => [program, outcome(libbpfLoad(path, program, { packets }))]),
  );
}

const producers: Readonly<Record<string, (path: string) => boolean>> = {
  'clang -mcpu=v1': (path) => path.includes('-v1.'),
  'clang -mcpu=v2': (path) => path.includes('-v2.'),
  'clang -mcpu=v3': (path) => path.includes('-v3.'),
  'clang -mcpu=v4': (path) => path.includes('-v4.'),
  'bpf-gcc': (path) => /gcc/.test(path),
  // Not those that show what differs each time (an address, a type's id), nor those that break rules.
  'the others': (path) =>
    !/-v[1-4]\.|gcc|rust|fetch-idiom.address|libbpf-rules|type-ids|call-into-function/.test(path),
};

describeLoaders('objects of every producer, linked for libbpf', () => {
  test.for(Object.entries(producers))('%s', { timeout: 300_000 }, ([, isOf]) => {
    let compared = 0;
    for (const path of fixtureObjects().filter(isOf)) {
      const programs = programsOf(path);
      const unlinked = results(fixture(path), programs);
      if (!Object.values(unlinked).some((result) => result !== 'refused')) continue;
      const { output, diagnostics } = link({ inputs: [input(path)] });
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect({ path, errors }).toEqual({ path, errors: [] });
      withDirectory((directory) => {
        const file = join(directory, 'out.o');
        writeFileSync(file, output!);
        expect({ path, ...results(file, programs) }).toEqual({ path, ...unlinked });
      });
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });

  test.for(['constants/chosen-rust.o', 'libbpf-rules/statics.o', 'rust-types/names.o'])(
    'rustc: %s',
    (path) => {
      const [program] = programsOf(path);
      expect(outcome(libbpfLoad(fixture(path), program!, { packets }))).toBe('refused');
      const { output } = link({ inputs: [input(path)] });
      withDirectory((directory) => {
        const file = join(directory, 'out.o');
        writeFileSync(file, output!);
        expect(outcome(libbpfLoad(file, program!, { packets }))).not.toBe('refused');
      });
    },
  );
});
