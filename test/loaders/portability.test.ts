/**
 * Objects that libbpf takes, linked for aya and for cilium/ebpf: those loaders make the same programs of them, and the
 * kernel takes those and does the same with packets; or bpfld refuses to link them, and is shown to be right. The
 * same of programs of tc and XDP for tc.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ayaLoader } from './portability/aya-loader.ts';
import { ciliumLoader } from './portability/cilium-loader.ts';
import { type Group, tableText, wrongLines } from './portability/report.ts';
import { type Known, knownObjects, portObjects, withoutChance } from './portability/run.ts';
import { objectSets } from './portability/sets.ts';
import { portToTc, tcLoaders } from './portability/tc.ts';
import { describeLoaders } from './support/environment.ts';

const minutes = 60_000;

describeLoaders('portability', () => {
  const groups: Group[] = [];
  afterAll(() => console.log(tableText(groups)));

  describe.each(Object.keys(objectSets))('%s', (set) => {
    let known: readonly Known[] = [];
    beforeAll(async () => {
      known = await knownObjects(objectSets[set]!());
    }, 10 * minutes);

    test('is there', () => {
      expect(known.length).toBeGreaterThan(0);
    });

    test.each([ciliumLoader, ayaLoader])(
      'for $profile',
      { timeout: 15 * minutes },
      async (loader) => {
        const outcomes = await portObjects(known, loader);
        groups.push({ profile: loader.profile, set, outcomes });
        expect(wrongLines(outcomes)).toEqual([]);
      },
    );

    test.each(tcLoaders)('for $profile', { timeout: 15 * minutes }, async (loader) => {
      const outcomes = await withoutChance(known, portToTc(known, loader));
      groups.push({ profile: loader.profile, set, outcomes });
      expect(wrongLines(outcomes)).toEqual([]);
    });
  });
}, ['libbpf-code', 'aya-load', 'cilium-load']);
