/** What is linked again stays as it is, and an object that is linked alone stays what it was. */
import { expect, test } from 'vitest';
import { STT } from '../../../src/elf/constants.ts';
import { readElf } from '../../../src/elf/read.ts';
import { fixture, fixtureObjects, hasFixture, type ShippedScript } from '../../support/link.ts';
import { parityLink } from './support.ts';

/** Objects that are one program, and each of the others alone. */
const pairs: readonly (readonly string[])[] = [
  ['linked-functions/one.o', 'linked-functions/two.o'],
  ['linked-variables/one.o', 'linked-variables/two.o'],
  ['linked-maps/one.o', 'linked-maps/two.o'],
  ['static-data/one.o', 'static-data/two.o'],
  ['data-pointers/one.o', 'data-pointers/two.o'],
  ['data-pointers/static-one.o', 'data-pointers/static-two.o'],
  ['struct-ops/one.o', 'struct-ops/two.o'],
  ['types/one.o', 'types/two.o', 'types/three.o'],
  ['type-ids/one.o', 'type-ids/two.o'],
  ['weak-records/one.o', 'weak-records/two.o'],
  ['kernel-functions/one.o', 'kernel-functions/two.o'],
  ['arena/user.o', 'arena/owner.o'],
  ['jump-tables/one.o', 'jump-tables/two.o'],
  ['no-types/program.o', 'no-types/library.o', 'no-types/externs.o'],
  ['gcc-types/one.o', 'gcc-types/two.o'],
  ['alignment/one.o', 'alignment/eight.o'],
  ['comdat-types/one.o', 'comdat-types/two.o'],
  ['bindings/user.o', 'bindings/weak.o', 'bindings/strong.o'],
  ['rich/main.o', 'rich/lib.o'],
  ['common/a.o', 'common/b.o'],
  ['clash-static/program.o', 'clash-static/helper.o'],
  ['comdat/program.o', 'comdat/library.o'],
  ['founding-rust-two-crates/program.o', 'founding-rust-two-crates/library.o'],
  ['gcc/calls.o', 'gcc/other.o'],
  ['merge-strings/a.o', 'merge-strings/b.o'],
  ['weak-losers/first.o', 'weak-losers/second.o'],
];

const inPairs = new Set(pairs.flat());
const alone = fixtureObjects().filter((path) => !inPairs.has(path));
const links = [...pairs, ...alone.map((path) => [path])];
const big = (path: string): string => path.replace(/\.o$/, '.be.o');
const bigLinks = pairs.map((paths) => paths.map(big)).filter((paths) => paths.every(hasFixture));

function relinked(bytes: Uint8Array, script: ShippedScript): Uint8Array {
  const { output, diagnostics } = parityLink([{ path: 'out.o', bytes }], script);
  if (output === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 1));
  return output;
}

/** Functions without types are declared last; a later link finds their declarations among the others. */
const completed =
  /^(no-types\/program|libbpf-rules\/assembly-subprogram|verdicts\/34-subprogram-without-records\/program)\./;

function expectStable(paths: readonly string[], script: ShippedScript): boolean {
  const { output: first } = parityLink(paths, script);
  if (first === undefined) return false;
  const second = relinked(first, script);
  expect(relinked(second, script)).toEqual(second);
  if (!completed.test(paths[0]!)) expect(second).toEqual(first);
  return true;
}

test.each([...links, ...bigLinks].map((paths) => [paths]))(
  'linked again and again: the same bytes: %j',
  (paths) => {
    expect(expectStable(paths, 'generic.ld')).toBe(true);
  },
);

test.each([...pairs, ...bigLinks].map((paths) => [paths]))(
  'for libbpf, where its rules allow it: the same bytes: %j',
  (paths) => {
    const { diagnostics } = parityLink(paths, 'libbpf.ld');
    const refused = diagnostics.filter(({ severity }) => severity === 'error');
    expect(expectStable(paths, 'libbpf.ld')).toBe(refused.length === 0);
    expect(refused.filter(({ code }) => !code.startsWith('LIBBPF-'))).toEqual([]);
  },
);

/** What a loader sees of an object: its programs and data with their names, not in which order. */
function seen(bytes: Uint8Array): unknown {
  const { object } = readElf(bytes, 'seen.o');
  const { sections, symbols, relocations } = object!;
  const kept = sections.filter(
    ({ name, flags }) => (flags & 2) !== 0 && !name.startsWith('.rodata.'),
  );
  return kept
    .map(({ index, name, type, size, align }) => ({
      name,
      type,
      size,
      align,
      symbols: symbols
        .filter(
          (symbol) =>
            symbol.section === index && symbol.type !== STT.SECTION && symbol.binding !== 0,
        )
        .map(
          (symbol) =>
            `${symbol.name} ${symbol.value} ${symbol.size} ${symbol.binding} ${symbol.visibility}`,
        )
        .sort(),
      relocations: (relocations.get(index) ?? []).map(({ offset, type }) => `${offset} ${type}`),
    }))
    .filter(({ name, size }) => name !== '.text' || size > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const single = links
  .flat()
  .filter((path) =>
    /^(linked|static|data|struct|kernel|weak-records|types|arena|bindings)/.test(path),
  );

test.each(single)('linked alone, an object has what it had: %s', (path) => {
  const { output } = parityLink([path]);
  expect(seen(output!)).toEqual(seen(fixture(path).bytes));
});
