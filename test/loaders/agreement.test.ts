/**
 * Loaders and `bpfld check` agree: an error if and only if the real loader, or the kernel on what the loader gives it,
 * refuses the object or computes something else. The table of all this is docs/agreement.md.
 */
import { describe, expect, test } from 'vitest';
import { describeLoaders, inRepository } from './support/environment.ts';
import { quotationPattern } from './support/quotation.ts';
import type { VerdictCase } from './support/verdict-case.ts';
import { verdictCases } from './support/verdict-cases.ts';
import { type RealLoader, realLoaders } from './support/verdict-loaders.ts';
import {
  agreementPage,
  isBad,
  isFor,
  mendedVerdict,
  predicted,
  rules,
  sign,
  testsOf,
  verdictOf,
} from './support/verdict-table.ts';

const tools = ['bpf-run-newest', 'cilium-load', 'cilium-load-0.20', 'cilium-load-0.13', 'aya-load'];

const letters = { T: 'tc', B: 'libbpf@1.7', C: 'cilium@0.22' } as const;

/** Each verdict that a fixture is there to show. */
const known = verdictCases.flatMap((one) =>
  one.known
    .split(' ')
    .map((word) => [one.object, letters[word[0] as 'T' | 'B' | 'C'], word[1], one] as const),
);

/** What no rule sees, or only warns of. */
const unmended: ReadonlySet<string> = new Set([
  // TC-025, a warning: the kernel empties a program array that is not pinned.
  '44-slot-in-another-section/program tc',
]);

/** Refused for several reasons: the loader tells another one first than those that `check` has words for. */
const otherWords: readonly RegExp[] = [
  // iproute2 looks at `maps` before libbpf does.
  /^(13-local-map|14-weak-map|15-aliased-map|17-legacy-map-sizes|18-number-of-maps)\b.* tc with libbpf/,
  // In the order of a hash table: now one, now the other.
  /^24-inner-maps\b.* cilium/,
];

/** Of several errors the loader tells the first only; some have no words of the loader, or it has none. */
function quotesTheLoader(one: VerdictCase, loader: RealLoader): boolean {
  const verdict = verdictOf(one, loader);
  if (verdict.kind !== 'refused') return true;
  const quotations = predicted(one, loader).flatMap(({ says }) => says?.text ?? []);
  if (quotations.length === 0) return true;
  return quotations.some((text) => quotationPattern(text).test(verdict.says));
}

function loaderOf(profile: string) {
  return realLoaders.find((loader) => loader.profile === profile)!;
}

describeLoaders(
  'verdicts of real loaders',
  () => {
    test.each(known)('%s under %s: %s', (_, profile, expected, one) => {
      expect(sign(verdictOf(one, loaderOf(profile)))).toBe(expected);
    });

    test('an undefined function, a relocated .text and no maps: tc crashes', () => {
      const one = verdictCases.find(({ object }) => object === '05-undefined-function/program')!;
      expect(verdictOf(one, loaderOf('tc'))).toEqual({ kind: 'refused', says: 'signal 8' });
    });
  },
  tools,
);

describeLoaders(
  'check says beforehand what the real loader does',
  () => {
    describe.each(realLoaders.map((loader) => [loader.title, loader] as const))(
      '%s',
      (_, loader) => {
        const cases = verdictCases.filter((one) => isFor(one, loader));

        test.each(cases.map((one) => [one.object, one] as const))('%s', (__, one) => {
          const verdict = verdictOf(one, loader);
          const found = predicted(one, loader);
          if (one.exception !== undefined) {
            expect(found.map(({ code }) => code)).toEqual(one.exception.codes);
            return;
          }
          const messages = found.map(({ code, message }) => `${code}: ${message}`);
          expect({ ...verdict, messages }).toEqual({
            ...verdict,
            messages: isBad(verdict) ? expect.arrayContaining([expect.any(String)]) : [],
          });
        });
      },
    );

    test.each(realLoaders.map((loader) => [loader.title, loader] as const))(
      '%s: what a link mends, the loader takes',
      (_, loader) => {
        const wrong = verdictCases
          .filter((one) => isFor(one, loader) && one.exception === undefined)
          .filter(({ object }) => !unmended.has(`${object} ${loader.profile}`))
          .map((one) => ({ object: one.object, verdict: mendedVerdict(one, loader) }))
          .filter(({ verdict }) => verdict !== undefined && verdict.kind !== 'right');
        expect(wrong).toEqual([]);
      },
    );

    test('and what it quotes of the loader is what the loader says', () => {
      const wrong = realLoaders.flatMap((loader) =>
        verdictCases
          .filter((one) => isFor(one, loader) && one.exception === undefined)
          .filter((one) => !quotesTheLoader(one, loader))
          .map((one) => `${one.object} ${loader.title}`)
          .filter((name) => !otherWords.some((pattern) => pattern.test(name))),
      );
      expect(wrong).toEqual([]);
    });

    test.each(rules().map(({ code }) => code))('%s is broken by a test', (code) => {
      expect(testsOf(code)).not.toEqual([]);
    });

    test('docs/agreement.md is what was measured', async () => {
      await expect(agreementPage()).toMatchFileSnapshot(inRepository('docs/agreement.md'));
    });
  },
  tools,
);
