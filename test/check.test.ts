import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exit, movImm } from '../src/bpf/index.ts';
import { check, chooseLoader } from '../src/check.ts';
import type { CheckResult } from '../src/check-types.ts';
import { SHT, STT } from '../src/elf/constants.ts';
import { loaders } from '../src/profiles/index.ts';
import { codes, fixture } from './support/link.ts';
import { CODE, DATA, object, type SectionSpec } from './support/object.ts';

const checked = (path: string, profile: string): CheckResult =>
  check({ file: fixture(path), profile });

const made = (sections: readonly SectionSpec[], profile: string): CheckResult =>
  check({ file: { path: 'made.o', bytes: object({ sections }) }, profile });

const license: SectionSpec = { name: 'license', flags: DATA, content: 'GPL\0' };
const program: SectionSpec = { name: 'xdp', flags: CODE, code: [movImm(0, 2), exit()] };

test('finds what the loader trips over, at the place in the file', () => {
  const { diagnostics } = checked('founding-c/founding.o', 'tc');
  expect(diagnostics).toMatchObject([
    {
      code: 'TC-013',
      at: [{ file: 'founding-c/founding.o', section: 'classifier', offset: 0x30 }],
    },
  ]);
});

test('tells the loader, and the version that was meant', () => {
  expect(made([program], 'libbpf@0.8.1').loader).toEqual({
    name: 'libbpf',
    title: 'libbpf',
    version: '0.8',
  });
  expect(made([program], 'tc@libbpf').loader?.name).toBe('tc-libbpf');
});

test('what a link mends, and what it does not', () => {
  const mended = checked('founding-c/founding.o', 'tc').mend;
  expect(mended).toEqual({ possible: true, codes: ['TC-013'] });
  const { mend } = checked('rich/main.o', 'tc');
  expect(mend).toMatchObject({ possible: false });
  expect(codes(mend?.possible === false ? mend.diagnostics : [])).toContain('SYM-002');
});

test('a warning that the linked object has too is not mended', () => {
  // A map of tc's with a local symbol, which a link makes global; but no license.
  const fields = [2, 4, 4, 1, 0, 0, 0, 0, 0];
  const content = fields.flatMap((field) => [field, 0, 0, 0]);
  const bytes = object({
    sections: [program, { name: 'maps', flags: DATA, content }],
    symbols: [
      { name: 'map', binding: 'local', type: STT.OBJECT, in: 'maps', value: 0, size: 36 },
      { name: 'main', type: STT.FUNC, in: 'xdp', value: 0, size: 16 },
    ],
  });
  const { diagnostics, mend } = check({ file: { path: 'made.o', bytes }, profile: 'tc' });
  expect(codes(diagnostics)).toEqual(['TC-005', 'TC-004']);
  expect(mend).toEqual({ possible: true, codes: ['TC-005'] });
});

test('without errors there is nothing to mend', () => {
  expect(made([program, license], 'tc')).toMatchObject({ diagnostics: [], mend: undefined });
  expect(made([program], 'tc')).toMatchObject({ diagnostics: [{ code: 'TC-004' }] });
});

test('errors come first', () => {
  const severities = checked('types/one.o', 'redbpf').diagnostics.map(({ severity }) => severity);
  expect(severities).toEqual([...severities].sort());
  expect(new Set(severities).size).toBe(2);
});

test('every diagnostic has a place, the file if nothing else', () => {
  expect(made([program], 'tc').diagnostics[0]?.at).toEqual([{ kind: 'object', file: 'made.o' }]);
});

test('a file that is no object is what the diagnostic says', () => {
  const file = { path: 'cut.o', bytes: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46) };
  const { diagnostics, mend } = check({ file, profile: 'aya' });
  expect(codes(diagnostics)).toEqual(['ELF-003']);
  expect(mend).toBeUndefined();
});

test.each([
  ['tcc', "unknown profile 'tcc' (did you mean 'tc'?); known: tc, "],
  ['generic', "unknown profile 'generic'; known: "],
  ['libbpf@0.1', "profile 'libbpf' has no version '0.1'; known: 0.4 to "],
  ['libbpf@new', "profile 'libbpf' has no version 'new'"],
  ['constructor', "unknown profile 'constructor'"],
])('%s is no loader', (profile, message) => {
  const { loader, diagnostics } = made([program], profile);
  expect(loader).toBeUndefined();
  expect(codes(diagnostics)).toEqual([profile.includes('@') ? 'CLI-022' : 'CLI-010']);
  expect(diagnostics[0]?.message).toContain(message);
});

test('every loader of the table is a profile', () => {
  for (const name of loaders) expect(chooseLoader(name)).toMatchObject({ loader: { name } });
});

test.each(loaders)('%s: a section of maps without bytes', (profile) => {
  const bytes = object({
    sections: [{ name: 'maps', flags: DATA, type: SHT.NOBITS, size: 36 }, license],
    symbols: [{ name: 'map', type: STT.OBJECT, in: 'maps', value: 0, size: 36 }],
  });
  expect(() => check({ file: { path: 'made.o', bytes }, profile })).not.toThrow();
});

test('whatever the bytes are, there are diagnostics or none', () => {
  const paths = ['founding-c/founding.o', 'inspect/program.o', 'struct-ops/one.o'];
  const change = fc.tuple(fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.constantFrom(...loaders),
      fc.array(change, { maxLength: 6 }),
      (path, profile, changes) => {
        const bytes = fixture(path).bytes.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const { diagnostics } = check({ file: { path, bytes }, profile });
        expect(diagnostics.every(({ at }) => at.length > 0)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});
