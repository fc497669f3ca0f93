/** The real redbpf: what it says of objects that break its rules, and what bpfld links for it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cases, fine } from '../profiles/redbpf/cases.ts';
import { check } from '../profiles/redbpf/check.ts';
import { linkFixture, Output } from '../support/link.ts';
import { describeLoaders, tool } from './support/environment.ts';
import { type Packet, packetLines } from './support/packets.ts';
import { elementOf, parseRun, type Run } from './support/run.ts';

type Verdict =
  | { readonly ok: true; readonly programs: readonly string[]; readonly log: string }
  | { readonly ok: false; readonly stage: string; readonly error: string; readonly log: string };

function call(bytes: Uint8Array, words: readonly string[], input: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-redbpf-'));
  try {
    const path = join(directory, 'object.o');
    writeFileSync(path, bytes);
    const child = spawnSync(tool('redbpf-load'), [path, ...words], { input, encoding: 'utf8' });
    if (child.status !== 0) throw new Error(`redbpf-load: ${child.signal ?? child.stderr}`);
    return child.stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function load(bytes: Uint8Array): Verdict {
  return JSON.parse(call(bytes, [], '')) as Verdict;
}

function run(bytes: Uint8Array, program: string, packets: readonly Packet[]): Run {
  const result = parseRun(call(bytes, [program, tool('bpf-run')], packetLines(packets)));
  if (!result.ok) throw new Error(`${result.error}\n${result.log}`);
  return result;
}

function quotes(bytes: Uint8Array): string[] {
  return check(bytes).flatMap(({ says }) => says?.text ?? []);
}

/** A socket filter sees a packet without its Ethernet header: 64 to 71 bytes. */
const packets: readonly Packet[] = Array.from({ length: 8 }, (_, i) => ({
  data: new Uint8Array(14 + 64 + i),
}));

describeLoaders('redbpf', () => {
  test('loads an object without faults', () => {
    expect(load(fine)).toMatchObject({ ok: true, programs: ['prog'] });
  });

  test.each(cases)('$code: $what', ({ bytes, outcome }) => {
    const verdict = load(bytes);
    if (outcome === 'refused') {
      expect(verdict.ok).toBe(false);
      const said = quotes(bytes);
      expect(said).toHaveLength(1);
      expect(verdict.log).toContain(said[0]);
    } else {
      expect(verdict).toMatchObject({ ok: true, programs: outcome === 'missing' ? [] : ['prog'] });
      expect(quotes(bytes)).toEqual([]);
    }
  });

  test('what rustc makes is refused as it is, and does what it says once it is linked', () => {
    expect(load(new Output(linkFixture(['redbpf/panics.o'], 'generic.ld')).bytes).ok).toBe(false);
    const { bytes } = new Output(linkFixture(['redbpf/panics.o'], 'redbpf.ld'));
    const filter = run(bytes, 'filter', packets);
    expect(filter.results.map(({ retval }) => retval)).toEqual([101, 201, 301, 401, 501, 0, 0, 0]);
  });

  test('a panic ends the whole program: nothing is counted then', () => {
    const { bytes } = new Output(linkFixture(['redbpf/panics.o'], 'redbpf.ld'));
    const { results, maps } = run(bytes, 'count', packets);
    expect(results.map(({ retval }) => retval)).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
    const counts = maps.find(({ maxEntries }) => maxEntries === 8)!;
    const values = [0, 1, 2, 3, 4, 5, 6, 7].map((key) => elementOf(counts, `0${key}000000`));
    const expected = [101, 201, 301, 401, 501, 0, 0, 0].map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes.toString('hex');
    });
    expect(values).toEqual(expected);
  });
}, ['redbpf-load']);
