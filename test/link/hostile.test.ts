import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHDR_SIZE } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import { link } from '../../src/link.ts';
import type { LinkResult } from '../../src/link-types.ts';
import { codes, fixture, fixtureObjects, shippedScript } from '../support/link.ts';

const scripts = { 'tc.ld': shippedScript('tc.ld'), 'generic.ld': shippedScript('generic.ld') };
type ScriptName = keyof typeof scripts;
const scriptNames: readonly ScriptName[] = ['tc.ld', 'generic.ld'];

function linkBytes(name: ScriptName, ...objects: readonly Uint8Array[]): LinkResult {
  const inputs = objects.map((bytes, i) => ({ path: `${i}.o`, bytes }));
  return link({ inputs, script: scripts[name] });
}

/** There is either an output or an error, and never a warning's severity on nothing. */
function isAnswered({ output, diagnostics }: LinkResult): boolean {
  const errors = diagnostics.some(({ severity }) => severity === 'error');
  return (output === undefined) === errors;
}

const truncated = [
  'founding-c/founding.o',
  'config/config.o',
  'comdat/library.o',
  'gcc/calls.be.o',
];

test.each(truncated)('ELF-003: %s truncated at every 64th byte', (path) => {
  const { bytes } = fixture(path);
  for (let length = 0; length < bytes.length; length += 64) {
    const { output, diagnostics } = linkBytes('tc.ld', bytes.subarray(0, length));
    expect(output).toBeUndefined();
    expect(codes(diagnostics)).toEqual([length === 0 ? 'ELF-001' : 'ELF-003']);
    expect(diagnostics[0]!.message).toMatch(/^0\.o: /);
  }
});

test('any bytes are answered', () => {
  const header = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 247, 0];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, elf) => {
      const { diagnostics } = linkBytes('tc.ld', elf ? Uint8Array.of(...header, ...bytes) : bytes);
      expect(diagnostics.some(({ code }) => code.startsWith('ELF-'))).toBe(true);
    }),
  );
});

/** Bytes to change: most in what describes the rest, the section headers and the tables. */
const change = fc.record({
  where: fc.constantFrom('anywhere', 'headers', 'symbols', 'relocations', 'code'),
  at: fc.nat(1 << 20),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function damage(original: Uint8Array, changes: readonly Change[]): Uint8Array {
  const bytes = original.slice();
  for (const { where, at, value } of changes) {
    const [start, size] = rangeOf(original, where);
    bytes[start + (at % size)] = value;
  }
  return bytes;
}

const ranges = new Map<Uint8Array, Map<string, readonly [number, number]>>();

function rangeOf(bytes: Uint8Array, where: string): readonly [number, number] {
  let known = ranges.get(bytes);
  if (known === undefined) {
    known = findRanges(bytes);
    ranges.set(bytes, known);
  }
  return known.get(where) ?? [0, bytes.length];
}

function findRanges(bytes: Uint8Array): Map<string, readonly [number, number]> {
  const { object } = readElf(bytes, 'good.o');
  const found = new Map<string, readonly [number, number]>();
  const sections = object!.sections;
  const size = sections.length * SHDR_SIZE;
  found.set('headers', [bytes.length - size, size]);
  for (const section of sections) {
    const kind = { 1: 'code', 2: 'symbols', 9: 'relocations' }[section.type];
    if (kind === undefined || found.has(kind) || section.size === 0) continue;
    found.set(kind, [section.bytes.byteOffset - bytes.byteOffset, section.size]);
  }
  return found;
}

const groups = [
  ['rich/main.o', 'rich/lib.o'],
  ['config/config.be.o'],
  ['comdat/program.o', 'comdat/library.o'],
  ['gcc/calls.o', 'gcc/other.o'],
  ['merge-strings/a.o', 'merge-strings/b.o'],
  ['relative-lookup-table/table.o'],
  ['map-in-map/nested.o'],
  ['common/a.o', 'common/b.o'],
];

test.each(scriptNames.flatMap((script) => groups.map((paths) => [script, paths] as const)))(
  '%s: random damage to %j is answered',
  (script, paths) => {
    const objects = paths.map((path) => fixture(path).bytes);
    const damages = fc.array(fc.array(change, { maxLength: 4 }), {
      minLength: paths.length,
      maxLength: paths.length,
    });
    fc.assert(
      fc.property(damages, (all) => {
        const damaged = objects.map((bytes, i) => damage(bytes, all[i]!));
        expect(isAnswered(linkBytes(script, ...damaged))).toBe(true);
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
  },
  60_000,
);

test.each(scriptNames)('%s: every fixture is answered, alone and with any other', (script) => {
  const all = fixtureObjects().map(fixture);
  for (const [i, one] of all.entries()) {
    expect(isAnswered(linkBytes(script, one.bytes))).toBe(true);
    const other = all[(i * 7 + 3) % all.length]!;
    expect(isAnswered(linkBytes(script, one.bytes, other.bytes))).toBe(true);
  }
});
