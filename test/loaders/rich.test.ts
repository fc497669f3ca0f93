import { expect, test } from 'vitest';
import { withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { randomPackets } from './support/packets.ts';
import { libbpfLoad, type Run } from './support/run.ts';

const packets = randomPackets(2018, 256);

/** What both loaders' runs must agree on: return values, packets, and the counters. */
function outcome(run: Run): unknown {
  const counters = run.maps.find((map) => map.type === 2 && map.maxEntries === 4);
  return {
    results: run.results.map(({ retval, data }) => ({ retval, data })),
    counters: counters?.entries,
  };
}

describeLoaders('a program with every kind of constant', () => {
  test('legacy tc runs the linked one as libbpf runs the original', () => {
    const original = libbpfLoad(fixture('rich/whole.o'), 'rich', {
      type: 'sched_cls',
      tails: [{ map: 'jump', key: 0, program: 'finish' }],
      packets,
    });
    if (!original.ok) throw new Error(original.log);
    // Had the tail call not been taken, every packet would be shot: 2.
    expect(new Set(original.results.map(({ retval }) => retval)).size).toBe(9);
    withLinked([fixture('rich/main.o'), fixture('rich/lib.o')], [], (output) => {
      const linked = legacyTc(output, { packets });
      if (!linked.loaded) throw new Error(linked.stderr);
      expect(outcome(linked.run)).toEqual(outcome(original));
    });
  });
});
