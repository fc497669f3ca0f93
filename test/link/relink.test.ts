import { expect, test } from 'vitest';
import type { LinkResult } from '../../src/link-types.ts';
import { isExecutable } from '../../src/model/input.ts';
import { linkFixture, linkObjects, Output, shippedScript } from '../support/link.ts';

/** The code of each section. */
function code(result: LinkResult): Record<string, number[]> {
  const { elf } = new Output(result);
  const sections = elf.sections.filter(isExecutable);
  return Object.fromEntries(sections.map(({ name, bytes }) => [name, [...bytes]]));
}

test.each([
  [['merge-strings/a.o', 'merge-strings/b.o']],
  [['rich/main.o', 'rich/lib.o']],
  [['gcc/calls.o', 'gcc/other.o']],
  [['constants/tables-gcc.o']],
  [['constants/pointers-gcc-O1.o']],
  [['constants/sizes-v3.o']],
  [['founding-rust/founding.o']],
])('tc.ld makes the same code of what generic.ld has put together: %j', (paths) => {
  const { bytes } = new Output(linkFixture(paths, 'generic.ld'));
  const twice = linkObjects({ 'out.o': bytes }, shippedScript('tc.ld').text);
  expect(code(twice)).toEqual(code(linkFixture(paths, 'tc.ld')));
});
