/**
 * bpfld against `bpftool gen object`, over objects that nobody here wrote: what the two write, and what libbpf
 * makes of it. Differences are allowed for the reasons of allowed-differences.ts only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readElf } from '../../../src/elf/read.ts';
import { describeLoaders } from '../support/environment.ts';
import { bytesOf, type CorpusObject, corpora, corpusNames, objectsOf } from './corpus.ts';
import {
  compatible,
  type LinkSet,
  neighbours,
  referenceSets,
  setOf,
  strangers,
} from './link-sets.ts';
import { linkWithBpfld, linkWithReference, parityTools } from './linkers.ts';
import { type Group, tableText } from './report.ts';
import { type RunOptions, runSets, unexplainedLines } from './run.ts';

const minutes = 60_000;

describeLoaders(
  'parity with bpftool gen object',
  () => {
    const groups: Group[] = [];
    afterAll(() => console.log(tableText(groups)));

    async function expectParity(
      name: string,
      sets: readonly LinkSet[],
      options: RunOptions = {},
    ): Promise<void> {
      const outcomes = await runSets(sets, options);
      groups.push({ name, outcomes });
      expect(unexplainedLines(outcomes)).toEqual([]);
    }

    test.each(Object.entries(corpora))('there is a corpus %s of at least %i', (corpus, least) => {
      expect(objectsOf(corpus as keyof typeof corpora).length).toBeGreaterThanOrEqual(least);
    });

    describe('each object alone', () => {
      test.each(corpusNames)('%s', { timeout: 5 * minutes }, async (corpus) => {
        await expectParity(
          corpus,
          objectsOf(corpus)
            .filter(hasMapsOfToday)
            .map((object) => setOf([object])),
        );
      });
    });

    describe('sets', () => {
      const distinct = [
        ...objectsOf('selftests'),
        ...objectsOf('xdp-tools'),
        ...objectsOf('libbpf-tools'),
      ];

      test("the kernel's own", async () => {
        await expectParity("kernel's own sets", referenceSets(), { again: true });
      });

      test('pairs of neighbours', { timeout: 5 * minutes }, async () => {
        await expectParity('pairs', neighbours(distinct), { whole: true });
      });

      test('triples of strangers', { timeout: 5 * minutes }, async () => {
        await expectParity('triples', strangers(corpusNames.flatMap(objectsOf)));
      });

      test('all tools that link', { timeout: 5 * minutes }, async () => {
        const tools = corpusNames.filter((name) => name !== 'selftests').flatMap(objectsOf);
        await expectParity('all tools', [setOf(accepted(tools))], { whole: true });
      });

      test('all objects that link', { timeout: 5 * minutes }, async () => {
        const objects = accepted(corpusNames.flatMap(objectsOf));
        expect(objects.length).toBeGreaterThanOrEqual(200);
        await expectParity('all objects', [setOf(objects)], { whole: true });
      });
    });
  },
  parityTools,
);

/** The reference keeps structures of `maps`, which libbpf refuses; bpfld describes them (test/loaders/maps.test.ts). */
function hasMapsOfToday(object: CorpusObject): boolean {
  const { object: elf } = readElf(bytesOf(object), object.name);
  return elf?.sections.every(({ name }) => name !== 'maps') ?? true;
}

/**
 * As many objects as both link at once, without those that either refuses: for the reference that shows in the
 * company of others only, and each object alone is a test above.
 */
function accepted(objects: readonly CorpusObject[]): CorpusObject[] {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-parity-'));
  try {
    const today = objects.filter(hasMapsOfToday);
    let rest = compatible(today.filter((object) => linkWithBpfld([object]).bytes !== undefined));
    for (;;) {
      const answer = linkWithReference(rest, join(directory, 'out.o'));
      if (answer.bytes !== undefined) return rest;
      const refused = /failed to link '([^']*)'/.exec(answer.why)?.[1];
      const without = rest.filter(({ path }) => path !== refused);
      if (without.length === rest.length) throw new Error(answer.why);
      rest = without;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
