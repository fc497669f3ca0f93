/** aya's rules, one by one, on objects that break one each. The real aya's opinion is asked in test/loaders/. */
import { describe, expect, test } from 'vitest';
import { aya } from '../../../src/profiles/aya.ts';
import { brokenObjects, cleanObjects } from './cases.ts';
import { check } from './check.ts';

const versions = [
  ['0.3', [0, 3]],
  ['0.6', [0, 6]],
] as const;

describe.each(versions)("aya %s's rules", (name, version) => {
  test.each(brokenObjects.map((broken) => [broken.rule, broken.name, broken] as const))(
    '%s: %s',
    (rule, _, { object, message, severity, outcome }) => {
      const found = check(object(), version).filter(({ code }) => code === rule);
      if (outcome[name] === 'fine') expect(found).toEqual([]);
      else {
        const told = found.find((diagnostic) => diagnostic.message.includes(message));
        expect(told?.severity, JSON.stringify(found)).toBe(severity);
      }
    },
  );

  test.each(cleanObjects)('nothing is said to a good object: %s', (_, object) => {
    expect(check(object(), version)).toEqual([]);
  });
});

test('the newest aya is meant where no version is named', () => {
  expect(aya.versions).toEqual({ oldest: [0, 3], newest: [0, 6] });
});
