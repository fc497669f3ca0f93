import { expect, test } from 'vitest';
import { withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

const packets = [plainPacket()];

/** Objects of each program, the one with the program first, and the map's elements after a run. */
const programs: readonly {
  readonly name: string;
  readonly objects: readonly string[];
  readonly elements: Readonly<Record<string, string>>;
}[] = [
  {
    name: 'C',
    objects: ['founding-c/founding.o'],
    elements: { '01000000': '4000000000000000' },
  },
  {
    name: 'Rust',
    objects: ['founding-rust/founding.o'],
    elements: { '01000000': '0b00000000000000', '02000000': '1600000000000000' },
  },
  {
    name: 'a section called .Lalloc52',
    objects: ['founding-lalloc/founding.o'],
    elements: { '01000000': '3400000000000000' },
  },
  {
    name: 'two Rust crates',
    objects: ['founding-rust-two-crates/program.o', 'founding-rust-two-crates/library.o'],
    elements: { '01000000': '6f00000000000000', '02000000': 'de00000000000000' },
  },
];

const cases = programs.map((program) => [program.name, program] as const);

describeLoaders('a constant passed to a helper', () => {
  test.each(cases)('%s: legacy tc refuses the input', (_, { objects }) => {
    const result = legacyTc(fixture(objects[0]!));
    expect(result.loaded).toBe(false);
    expect(result.stderr).toContain('ELF contains non-{map,call} related relo data');
  });

  test.each(cases)('%s: legacy tc loads the output and the map is filled', (_, program) => {
    withLinked(program.objects.map(fixture), [], (output) => {
      const result = legacyTc(output, { packets });
      if (!result.loaded) throw new Error(result.stderr);
      expect(result.run.results.map(({ retval }) => retval)).toEqual([0]);
      const [map] = result.run.maps;
      expect(Object.fromEntries(map!.entries.map(({ key, value }) => [key, value]))).toEqual(
        program.elements,
      );
    });
  });
});
