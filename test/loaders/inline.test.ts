/** LOWER(calls: inline) in the kernel: the same results as the original, which libbpf loads with its calls. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readElf } from '../../src/elf/read.ts';
import { ayaRun } from './support/aya.ts';
import { bpfld, withDirectory, withLinked } from './support/bpfld.ts';
import { ciliumLoad, ciliumTools, refusal } from './support/cilium.ts';
import { describeLoaders, fixture, inRepository } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { randomPackets } from './support/packets.ts';
import { libbpfLoad, type Run } from './support/run.ts';

const packets = randomPackets(416, 256);

interface Result {
  readonly retval: number;
  readonly data: string;
}

function results(run: Run): Result[] {
  return run.results.map(({ retval, data }) => ({ retval, data }));
}

function libbpf(object: string, program: string): Result[] {
  const run = libbpfLoad(object, program, { type: 'sched_cls', packets });
  if (!run.ok) throw new Error(`${run.error}\n${run.log}`);
  return results(run);
}

function tc(object: string): Result[] {
  const result = legacyTc(object, { packets });
  if (!result.loaded) throw new Error(result.stderr);
  return results(result.run);
}

/** Links with the shipped script of a profile, its calls inlined; nothing but programs is left. */
function withInlined<T>(object: string, profile: string, use: (path: string) => T): T {
  return withDirectory((directory) => {
    const shipped = readFileSync(inRepository(`linker-scripts/${profile}.ld`), 'utf8');
    const inline = 'LOWER(calls: inline)\n';
    const script = join(directory, 'inline.ld');
    // Sections of programs that aya does not know are left out.
    const without = shipped
      .replace(/^LOWER\(calls:.*$/gm, '')
      .replace('/DISCARD/ :\n  {', profile === 'aya' ? '$& *(action)' : '$&');
    writeFileSync(script, inline + without);
    const output = join(directory, 'out.o');
    const link = bpfld(fixture(object), '-T', script, '-o', output);
    if (link.status !== 0) throw new Error(link.stderr);
    const { object: elf } = readElf(new Uint8Array(readFileSync(output)), 'out.o');
    expect(elf!.sections.map(({ name }) => name)).not.toContain('.text');
    return use(output);
  });
}

const builds = ['v1', 'v2', 'v3', 'v4', 'O1', 'Os', 'g', 'gcc', 'gcc-O1'];

describeLoaders('inlined calls', () => {
  test.each(builds)('calls-%s under legacy tc and libbpf', (build) => {
    const object = `inline/calls-${build}.o`;
    const expected = libbpf(fixture(object), 'calls');
    expect(new Set(expected.map(({ retval }) => retval)).size).toBeGreaterThan(200);
    expect(withInlined(object, 'tc', tc)).toEqual(expected);
    expect(withInlined(object, 'libbpf', (path) => libbpf(path, 'calls'))).toEqual(expected);
  });

  test.each(builds)('the other program of calls-%s', (build) => {
    const object = `inline/calls-${build}.o`;
    const expected = libbpf(fixture(object), 'other');
    expect(withInlined(object, 'libbpf', (path) => libbpf(path, 'other'))).toEqual(expected);
  });

  test.each(['one', 'two', 'three', 'four'])('program %s, of several in a section', (program) => {
    const object = 'inline/programs.o';
    const expected = libbpf(fixture(object), program);
    expect(new Set(expected.map(({ retval }) => retval)).size).toBeGreaterThan(50);
    expect(withInlined(object, 'libbpf', (path) => libbpf(path, program))).toEqual(expected);
  });

  test('the same under aya and cilium/ebpf, which load no other functions then', () => {
    const object = 'inline/programs.o';
    const few = packets.slice(0, 16);
    const expected = libbpf(fixture(object), 'two').slice(0, 16);
    const retvals = expected.map(({ retval }) => retval);
    withInlined(object, 'cilium', (path) => {
      const runs = few.map(({ data }) => ({ program: 'two', data }));
      const report = ciliumLoad(path, { runs });
      expect(refusal(report)).toBeUndefined();
      expect(report.runs?.map(({ retval }) => retval)).toEqual(retvals);
    });
    withInlined(object, 'aya', (path) => {
      const loaded = ayaRun(path, '0.6', 'two', few);
      if (!loaded.ok) throw new Error(loaded.error);
      const { results } = loaded.programs.find(({ name }) => name === 'two')!;
      expect(results?.map(({ retval }) => retval)).toEqual(retvals);
    });
  });

  test('a register that has a value on one way to the call only', () => {
    const object = 'inline/cleared.o';
    const expected = libbpf(fixture(object), 'cleared');
    expect(new Set(expected.map(({ retval }) => retval)).size).toBeGreaterThan(50);
    expect(withInlined(object, 'tc', tc)).toEqual(expected);
  });

  test('rustc, with constants on the stacks of what is inlined', () => {
    const object = 'constants/chosen-rust.o';
    const copied = withLinked([fixture(object)], [], tc);
    expect(withInlined(object, 'tc', tc)).toEqual(copied);
  });

  test('constants from clang and GCC', () => {
    for (const object of ['pointers-v3', 'pointers-gcc', 'tables-v2', 'tables-gcc-O1']) {
      const path = `constants/${object}.o`;
      const copied = withLinked([fixture(path)], [], tc);
      expect(withInlined(path, 'tc', tc)).toEqual(copied);
    }
  });
}, ['aya-load', ...ciliumTools]);
