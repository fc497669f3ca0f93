/** Trapped functions in the kernel: what the source's comment says where functions remain, 0 where they are inlined. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bpfld, withDirectory } from './support/bpfld.ts';
import { describeLoaders, fixture, inRepository } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket, randomPackets } from './support/packets.ts';
import { libbpfLoad } from './support/run.ts';

const packets = [...randomPackets(21, 128), plainPacket({ 0: 4, 1: 2 }), plainPacket({ 0: 5 })];

function at(index: number): number {
  return index < 5 ? index * 100 + 100 : 0;
}

/** What each program gives for a packet; undefined where it panics. */
const whole: Readonly<Record<string, (data: Uint8Array) => number | undefined>> = {
  direct: (data) => at(data[0]! & 7) + 1,
  nested: (data) => (data[1]! & 1 ? 0 : data[1]! / 2) + at(data[0]! & 7),
};

/** And where its functions are inlined: a panic ends the program. */
const inlined: typeof whole = {
  direct: (data) => ((data[0]! & 7) < 5 ? whole.direct!(data) : 0),
  nested: (data) => ((data[1]! & 1) === 0 && (data[0]! & 7) < 5 ? whole.nested!(data) : 0),
};

function withTrapped<T>(
  object: string,
  profile: string,
  calls: string,
  use: (path: string) => T,
): T {
  return withDirectory((directory) => {
    const shipped = readFileSync(inRepository(`linker-scripts/${profile}.ld`), 'utf8');
    const script = join(directory, 'trap.ld');
    writeFileSync(script, calls + shipped.replace(/^LOWER\(calls:.*$/gm, ''));
    const output = join(directory, 'out.o');
    const words = ['-T', script, '--trap-symbols', 'trap_*', '-o', output];
    const link = bpfld(fixture(`trap/${object}.o`), ...words);
    if (link.status !== 0) throw new Error(link.stderr);
    return use(output);
  });
}

function libbpf(path: string, program: string): number[] {
  const run = libbpfLoad(path, program, { type: 'sched_cls', packets });
  if (!run.ok) throw new Error(`${run.error}\n${run.log}`);
  return run.results.map(({ retval }) => retval);
}

function tc(path: string, section: string): number[] {
  const result = legacyTc(path, { packets, section });
  if (!result.loaded) throw new Error(result.stderr);
  return result.run.results.map(({ retval }) => retval);
}

const objects = ['check', 'check-O1', 'check-g'];
const INLINE = 'LOWER(calls: inline)\n';
const COPY = 'LOWER(calls: copy)\n';

describeLoaders('trapped functions', () => {
  test.each(objects)('%s with functions', (object) => {
    for (const program of ['direct', 'nested']) {
      const expected = packets.map(({ data }) => whole[program]!(data));
      const found = withTrapped(object, 'libbpf', '', (path) => libbpf(path, program));
      expect(found, program).toEqual(expected);
    }
  });

  test.each(objects)('%s with copies', (object) => {
    const expected = packets.map(({ data }) => whole.direct!(data));
    expect(withTrapped(object, 'tc', COPY, (path) => tc(path, 'classifier'))).toEqual(expected);
  });

  test.each(objects)('%s inlined', (object) => {
    for (const program of ['direct', 'nested']) {
      const expected = packets.map(({ data }) => inlined[program]!(data));
      const found = withTrapped(object, 'libbpf', INLINE, (path) => libbpf(path, program));
      expect(found, program).toEqual(expected);
    }
    const expected = packets.map(({ data }) => inlined.direct!(data));
    expect(withTrapped(object, 'tc', INLINE, (path) => tc(path, 'classifier'))).toEqual(expected);
  });
});
