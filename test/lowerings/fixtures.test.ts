/** What compilers made does the same before and after lowering. */
import { expect, test } from 'vitest';
import { fixture, fixtureObjects } from '../support/link.ts';
import { compareRuns } from './support/compare.ts';

/** Objects that are linked together. */
const together = [
  ['clash-static/program.o', 'clash-static/helper.o'],
  ['comdat/program.o', 'comdat/library.o'],
  ['common/a.o', 'common/b.o'],
  ['founding-rust-two-crates/program.o', 'founding-rust-two-crates/library.o'],
  ['gcc/calls.o', 'gcc/other.o'],
  ['merge-strings/a.o', 'merge-strings/b.o'],
  ['rich/main.o', 'rich/lib.o'],
  ['weak-losers/first.o', 'weak-losers/second.o'],
].map((paths) => [paths.join(' + '), paths] as const);

test.each(together)('%s', (_, paths) => {
  expect(compareRuns(paths.map(fixture), 7, 20)).toBeGreaterThan(0);
});

const alone = fixtureObjects().filter((path) => /^(constants|founding|config|gcc\/g)/.test(path));

test.each(alone)('%s', (path) => {
  // The objects of a pair are refused alone.
  const pair = together.some(([, paths]) => paths.includes(path));
  const ended = compareRuns([fixture(path)], 7, 10);
  if (pair) expect(ended).toBeUndefined();
  else expect(ended).toBeGreaterThan(0);
});

const bigEndian = [
  ['founding-c/founding.be.o'],
  ['founding-rust/founding.be.o'],
  ['rich/main.be.o', 'rich/lib.be.o'],
  ['stack-limit/table256.be.o'],
  ['config/config.be.o'],
  ['tail-calls/tail.be.o'],
].map((paths) => [paths.join(' + '), paths] as const);

test.each(bigEndian)('%s', (_, paths) => {
  expect(compareRuns(paths.map(fixture), 7, 20)).toBeGreaterThan(0);
});
