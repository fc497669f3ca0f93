/**
 * Every object of fixtures/ and of the corpus of tc and XDP programs: the real tc refuses one of its programs where
 * bpfld reports an error, in the words that bpfld quotes, and loads them all where it reports none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readElf } from '../../src/elf/read.ts';
import { loadableSections } from '../../src/profiles/rules/tc/sections.ts';
import { checkTc } from '../profiles/tc/check.ts';
import { fixtureObjects } from '../support/link.ts';
import { cache, describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';

/** Loaded, to another effect than is meant. */
const silent = new Set(['TC-003', 'TC-006', 'TC-012', 'TC-016']);

function realObjects(): string[] {
  const corpus = ['tc', 'xdp', 'xdp-tools'].map((name) => join(cache, 'corpus', name));
  return [
    ...fixtureObjects().map(fixture),
    ...corpus.filter(existsSync).flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.o'))
        .map((name) => join(folder, name)),
    ),
  ];
}

/** What the verifier finds in code that tc has prepared as it should is not foreseen. */
const byVerifier = /processed [1-9]\d* insns/;

/** What tc says where it refuses the section; undefined where it loads it. */
function refusal(path: string, section: string): string | undefined {
  const type = section.startsWith('xdp') ? 'xdp' : 'classifier';
  const result = legacyTc(path, { section, type });
  return result.loaded ? undefined : result.stderr;
}

function disagreement(path: string): string | undefined {
  const bytes = new Uint8Array(readFileSync(path));
  const { object } = readElf(bytes, path);
  if (object === undefined) return undefined;
  const sections = [...new Set(loadableSections(object).map(({ name }) => name))];
  if (sections.length === 0) return undefined;
  const found = checkTc(bytes);
  // A warning where it depends on the kernel.
  const errors = found.filter(({ severity, code }) => severity === 'error' || code === 'TC-008');
  const refusals = sections.flatMap((section) => refusal(path, section) ?? []);
  if (refusals.length === 0) {
    const loud = errors.find(({ code, severity }) => severity === 'error' && !silent.has(code));
    return loud && `${path}: loaded, though ${loud.code}: ${loud.message}`;
  }
  if (refusals.every((text) => byVerifier.test(text))) return undefined;
  if (errors.length === 0) return `${path}: no error, though ${lastOf(refusals[0]!)}`;
  const said = errors.some(
    ({ says }) => says === undefined || refusals.some((text) => text.includes(says.text)),
  );
  return said
    ? undefined
    : `${path}: ${errors[0]!.code}, and not in the words of ${lastOf(refusals[0]!)}`;
}

/** The end of it, without what was loaded before. */
function lastOf(stderr: string): string {
  return stderr.split('\n').slice(-12).join('\n');
}

describeLoaders('tc and what bpfld says of it', () => {
  test('agree on all objects', { timeout: 600_000 }, () => {
    const objects = realObjects();
    expect(objects.length).toBeGreaterThan(400);
    expect(objects.flatMap((path) => disagreement(path) ?? [])).toEqual([]);
  });
});
