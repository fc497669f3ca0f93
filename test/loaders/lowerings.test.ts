import { expect, test } from 'vitest';
import { withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { randomPackets } from './support/packets.ts';
import { libbpfLoad, type Run } from './support/run.ts';

const packets = randomPackets(1995, 256);

function results(run: Run): unknown {
  return run.results.map(({ retval, data }) => ({ retval, data }));
}

/** The objects of `fixtures/constants`, one program each, without maps: libbpf loads them as they are. */
const programs = ['sizes', 'tables', 'pointers', 'packets', 'loops'];
const builds = ['v1', 'v2', 'v3', 'v4', 'O1', 'Os'];

describeLoaders('constants, under legacy tc as under libbpf', () => {
  test.each(programs.flatMap((name) => builds.map((build) => [name, build])))(
    '%s, %s',
    (name, build) => {
      const object = fixture(`constants/${name}-${build}.o`);
      const original = libbpfLoad(object, name!, { type: 'sched_cls', packets });
      if (!original.ok) throw new Error(original.log);
      expect(new Set(original.results.map(({ retval }) => retval)).size).toBeGreaterThan(50);
      withLinked([object], [], (output) => {
        const linked = legacyTc(output, { packets });
        if (!linked.loaded) throw new Error(linked.stderr);
        expect(results(linked.run)).toEqual(results(original));
      });
    },
  );
});
