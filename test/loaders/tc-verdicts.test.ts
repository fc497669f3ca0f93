/**
 * tc's rules, one by one: what the real loader makes of an object that breaks one is what bpfld says of it, in tc's
 * or the kernel's own words where they have any. Objects that break none load.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { type TcCase, tcCases } from '../profiles/tc/cases.ts';
import { checkTc } from '../profiles/tc/check.ts';
import { obedient } from '../profiles/tc/obedient.ts';
import type { Outcome } from '../profiles/tc/objects.ts';
import { withDirectory } from './support/bpfld.ts';
import { describeLoaders } from './support/environment.ts';
import { type LegacyTcResult, legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

const SIGFPE = 128 + 8;

function load(bytes: Uint8Array): LegacyTcResult {
  return withDirectory((directory) => {
    const path = join(directory, 'object.o');
    writeFileSync(path, bytes);
    return legacyTc(path, { packets: [plainPacket({})] });
  });
}

function outcomeOf(result: LegacyTcResult, expected: Outcome): Outcome {
  if (!result.loaded) return { kind: result.status === SIGFPE ? 'crashes' : 'refused' };
  const { maps, results } = result.run;
  if (expected.kind === 'map') return { kind: 'map', valueSize: maps[0]?.valueSize ?? 0 };
  return { kind: 'loaded', returns: results[0]!.retval };
}

/** A diagnostic of the rule whose words are among those of the loader. */
function isSaid({ says }: Diagnostic, stderr: string): boolean {
  return says === undefined || stderr.includes(says.text);
}

const cases = tcCases.map((one): [string, string, TcCase] => [one.rule, one.what, one]);

describeLoaders('verdicts of tc', () => {
  test.each(cases)('%s: %s', (rule, _, { bytes, outcome, message }) => {
    const object = bytes();
    const result = load(object);
    expect(outcomeOf(result, outcome), result.loaded ? '' : result.stderr).toEqual(outcome);
    if (result.loaded) return;
    const found = checkTc(object).filter(({ code }) => code === rule);
    const words = found.map(({ message, says }) => `${message}: ${says?.text}`);
    expect(
      found.some((diagnostic) => isSaid(diagnostic, result.stderr)),
      `${message}\n${words.join('\n')}\n${result.stderr}`,
    ).toBe(true);
  });

  test.each(obedient)('%s: loaded', (_, bytes, returns) => {
    const result = load(bytes());
    expect(outcomeOf(result, { kind: 'loaded', returns }), result.stderr).toEqual({
      kind: 'loaded',
      returns,
    });
  });
});
