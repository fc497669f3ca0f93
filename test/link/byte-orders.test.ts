import { expect, test } from 'vitest';
import { fixtureObjects, hasFixture, linkFixture, Output } from '../support/link.ts';

/** The links that the fixtures are made for; each of the other objects is linked alone. */
const pairs: Readonly<Record<string, readonly string[]>> = {
  'rich/main.o': ['rich/main.o', 'rich/lib.o'],
  'common/a.o': ['common/a.o', 'common/b.o'],
  'clash-static/program.o': ['clash-static/program.o', 'clash-static/helper.o'],
  'comdat/program.o': ['comdat/program.o', 'comdat/library.o'],
  'founding-rust-two-crates/program.o': [
    'founding-rust-two-crates/program.o',
    'founding-rust-two-crates/library.o',
  ],
  'gcc/calls.o': ['gcc/calls.o', 'gcc/other.o'],
  'merge-strings/a.o': ['merge-strings/a.o', 'merge-strings/b.o'],
  'weak-losers/first.o': ['weak-losers/first.o', 'weak-losers/second.o'],
};

const big = (path: string): string => path.replace(/\.o$/, '.be.o');
const both = fixtureObjects().filter((path) => hasFixture(big(path)));
const links = both.map((path) => pairs[path] ?? [path]);
const scripts = ['generic.ld', 'tc.ld'] as const;

/** What two links must agree in: everything but the bytes. */
function shape(paths: readonly string[]): unknown {
  const { elf } = new Output(linkFixture(paths, 'generic.ld'));
  return {
    sections: elf.sections.map(({ bytes, ...header }) => header),
    symbols: elf.symbols,
    relocations: [...elf.relocations],
  };
}

/** Code that builds a constant depends on its bytes' order, so offsets in lowered code may differ. */
function order(paths: readonly string[]): unknown {
  const result = linkFixture(paths, 'tc.ld');
  if (result.output === undefined) return result.diagnostics.map(({ code }) => code);
  const output = new Output(result);
  return {
    sections: output.elf.sections.map(({ name, type, flags, align }) => [name, type, flags, align]),
    symbols: output.elf.symbols.map(({ name, binding, type, section }) => [
      name,
      binding,
      type,
      section,
    ]),
    relocations: output.sectionNames.map((name) =>
      output.relocations(name).map((one) => one.replace(/^\d+ /, '')),
    ),
  };
}

test('there are fixtures in both byte orders', () => {
  expect(both.length).toBeGreaterThan(20);
});

test.each(links.map((paths) => [paths]))('generic.ld: big-endian, the same layout: %j', (paths) => {
  expect(shape(paths.map(big))).toEqual(shape(paths));
});

test.each(links.map((paths) => [paths]))('tc.ld: big-endian, the same things: %j', (paths) => {
  expect(order(paths.map(big))).toEqual(order(paths));
});

test.each(scripts.flatMap((script) => links.map((paths) => [script, paths] as const)))(
  '%s: the same link twice gives the same bytes: %j',
  (script, paths) => {
    const first = linkFixture(paths, script);
    const second = linkFixture(paths, script);
    expect(second.diagnostics).toEqual(first.diagnostics);
    expect(second.output).toEqual(first.output);
  },
);
