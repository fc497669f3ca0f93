import { expect, test } from 'vitest';
import { withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { type Packet, randomPackets } from './support/packets.ts';
import { libbpfLoad, type Run } from './support/run.ts';

const packets = randomPackets(1995, 256);

interface Result {
  readonly retval: number;
  readonly data: string;
}

function results(run: Run): Result[] {
  return run.results.map(({ retval, data }) => ({ retval, data }));
}

/** The original, which libbpf loads as it is: one program, no maps. */
function original(object: string, program: string): Result[] {
  const run = libbpfLoad(fixture(`constants/${object}.o`), program, { type: 'sched_cls', packets });
  if (!run.ok) throw new Error(run.log);
  const found = results(run);
  expect(new Set(found.map(({ retval }) => retval)).size).toBeGreaterThan(50);
  return found;
}

function linked(object: string, over: readonly Packet[]): Result[] {
  return withLinked([fixture(`constants/${object}.o`)], [], (output) => {
    const result = legacyTc(output, { packets: over });
    if (!result.loaded) throw new Error(result.stderr);
    return results(result.run);
  });
}

const programs = ['sizes', 'tables', 'pointers', 'packets', 'loops'];
const builds = ['v1', 'v2', 'v3', 'v4', 'O1', 'Os'];
const objects = programs.flatMap((name) =>
  builds.map((build) => [`${name}-${build}`, name] as const),
);

describeLoaders('constants, under legacy tc as under libbpf', () => {
  test.each(objects)('%s', (object, program) => {
    expect(linked(object, packets)).toEqual(original(object, program));
  });

  test('a function that begins with its loop', () => {
    expect(linked('entry-loop', packets)).toEqual(original('entry-loop', 'entry_loop'));
  });

  test.each(['tables', 'pointers'])('%s from GCC, as from clang', (name) => {
    const expected = original(`${name}-v2`, name);
    expect(linked(`${name}-gcc`, packets)).toEqual(expected);
    expect(linked(`${name}-gcc-O1`, packets)).toEqual(expected);
  });

  test('rustc', () => {
    const marked = packets.map((packet, i) => ({ ...packet, mark: i }));
    const entries = ['1122334455667788aabb66697273742e', 'ffffffffffffffff01007365636f6e64'];
    const rest = `${Buffer.from('thirteen byte').toString('hex')}8877665544332211`;
    const table = [0x01020304, 0xfffefdfc, 0x80000000, 7];
    expect(linked('chosen-rust', marked)).toEqual(
      marked.map(({ data, mark }) => {
        const start = `${entries[mark & 1]}${rest}`;
        const end = Buffer.from(data).toString('hex').slice(start.length);
        return { retval: table[mark & 3], data: start + end };
      }),
    );
  });
});
