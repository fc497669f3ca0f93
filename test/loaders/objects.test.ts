import { expect, test } from 'vitest';
import { withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { type Packet, plainPacket } from './support/packets.ts';

interface Case {
  readonly name: string;
  readonly objects: readonly string[];
  readonly section?: string;
  readonly packets: readonly Packet[];
  readonly expected: readonly number[];
}

const bytes = (...values: number[]): Packet =>
  plainPacket(Object.fromEntries(values.map((value, i) => [20 + i, value])));

const cases: readonly Case[] = [
  {
    name: 'tail calls reach their sections',
    objects: ['tail-calls/tail.o'],
    packets: [bytes(0, 1), bytes(1, 2), bytes(2, 3)],
    expected: [101, 112, 93],
  },
  {
    name: 'a map of maps keeps its ids',
    objects: ['map-in-map/nested.o'],
    packets: [bytes(), bytes()],
    expected: [1, 2],
  },
  {
    name: '64 maps',
    objects: ['many-maps/maps64.o'],
    packets: [bytes(), bytes()],
    expected: [1, 2],
  },
  {
    name: 'a C++ inline function in two objects',
    objects: ['comdat/program.o', 'comdat/library.o'],
    packets: [bytes(1, 2), bytes(3, 0)],
    expected: [3 + 20, 21],
  },
  {
    name: 'COMMON symbols',
    objects: ['common/a.o', 'common/b.o'],
    packets: [bytes()],
    expected: [1],
  },
  {
    name: 'the first of two weak functions',
    objects: ['weak-losers/first.o', 'weak-losers/second.o'],
    packets: [bytes(2)],
    expected: [13],
  },
  {
    name: "the other object's caller of the first of two weak functions",
    objects: ['weak-losers/first.o', 'weak-losers/second.o'],
    section: 'classifier/after',
    packets: [bytes(2)],
    expected: [33 + 13 + 34],
  },
  {
    name: 'GCC: calls and constants of two objects',
    objects: ['gcc/calls.o', 'gcc/other.o'],
    packets: [bytes(0, 1, 2), bytes(3, 0, 0)],
    expected: [3 + 500 + 3000, 11 + 300 + 1000],
  },
  {
    name: 'GNU as: calls whose immediates are byte offsets',
    objects: ['gcc/gas.o'],
    packets: [bytes()],
    expected: [42],
  },
  {
    name: 'GNU as: a branch with a relocation of 16 bits',
    objects: ['gcc/branch.o'],
    packets: [bytes()],
    expected: [7],
  },
  {
    name: 'RELA',
    objects: ['rela/rela.o'],
    packets: [bytes()],
    expected: [142],
  },
  {
    name: 'mergeable constants and strings, first object',
    objects: ['merge-strings/a.o', 'merge-strings/b.o'],
    packets: [bytes()],
    expected: [60 + 105 + 101],
  },
  {
    name: 'mergeable constants and strings, second object',
    objects: ['merge-strings/a.o', 'merge-strings/b.o'],
    section: 'classifier/b',
    packets: [bytes()],
    expected: [104 + 48 + 102],
  },
];

describeLoaders('what compilers emit, under legacy tc', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
    const { objects, section, packets, expected } = each;
    withLinked(objects.map(fixture), [], (output) => {
      const result = legacyTc(output, { packets, ...(section === undefined ? {} : { section }) });
      if (!result.loaded) throw new Error(result.stderr);
      expect(result.run.results.map(({ retval }) => retval)).toEqual(expected);
    });
  });
});
