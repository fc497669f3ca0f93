/**
 * aya's rules, one by one: what aya-obj 0.3 and 0.6, their debug assertions on, aya and the kernel make of an object
 * that breaks one, and that they say what bpfld says they do. Objects that break none load.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programSections } from '../../src/bpf/program-sections.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { isProgramSection } from '../../src/profiles/rules/aya/section-names.ts';
import { make, pass, program } from '../profiles/aya/build.ts';
import type { Outcome } from '../profiles/aya/cases/row.ts';
import { brokenObjects, cleanObjects } from '../profiles/aya/cases.ts';
import { check } from '../profiles/aya/check.ts';
import { fixtureObjects } from '../support/link.ts';
import { type AyaVersion, ayaLoad, ayaObject } from './support/aya.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { quotationPattern } from './support/quotation.ts';

const versions: readonly (readonly [AyaVersion, readonly [number, number]])[] = [
  ['0.3', [0, 3]],
  ['0.6', [0, 6]],
];

/** What became of the object, and all that was said. */
function outcomeOf(bytes: Uint8Array, version: AyaVersion): { outcome: Outcome; said: string } {
  const user = ayaObject(bytes, version);
  if (!user.ok) return { outcome: user.panic ? 'panics' : 'refuses', said: user.error };
  const loaded = ayaLoad(bytes, version);
  if (!loaded.ok) return { outcome: 'object', said: loaded.error };
  const refused = loaded.programs.filter(({ ok }) => !ok);
  if (refused.length === 0) return { outcome: 'silent', said: '' };
  return {
    outcome: 'program',
    said: refused.map(({ error, log }) => `${error}\n${log}`).join('\n'),
  };
}

function found(bytes: Uint8Array, version: readonly [number, number], rule: string): Diagnostic[] {
  return check(bytes, version).filter(({ code }) => code === rule);
}

describeLoaders("aya's rules", () => {
  for (const [name, version] of versions) {
    test.each(brokenObjects.map((broken) => [broken.rule, broken.name, broken] as const))(
      `aya-obj ${name}: %s: %s`,
      (rule, _, { object, outcome: { [name]: predicted } }) => {
        const bytes = object();
        const { outcome, said } = outcomeOf(bytes, name);
        expect([outcome, said]).toEqual([predicted === 'fine' ? 'silent' : predicted, said]);
        const [told] = found(bytes, version, rule);
        if (predicted === 'fine') expect(told).toBeUndefined();
        else if (outcome !== 'silent' && told?.says !== undefined) {
          expect(said).toMatch(quotationPattern(told.says.text));
        }
      },
    );

    test.each(cleanObjects)(`aya-obj ${name} takes a good object: %s`, (_, object) => {
      expect(outcomeOf(object(), name)).toEqual({ outcome: 'silent', said: '' });
    });
  }
}, ['aya-load']);

/** libbpf's names, which people write, and what may be taken for one of aya's. */
function sectionNames(): string[] {
  const known = programSections().flatMap(({ pattern: name }) =>
    name.endsWith('+') ? [name.slice(0, -1), name.replace('+', '/extra')] : [name, `${name}/extra`],
  );
  const others = [
    'xdp/',
    'xdp.frags/cpumap/more',
    'sk_reuseport/migrate',
    'cgroup',
    'sk_skb',
    '?xdp',
  ];
  return [...new Set([...known, ...others, 'classifier', 'socket', 'lsm_cgroup/x', 'cgroup/sock'])];
}

/** What aya refuses before it has looked at references. */
const refusing = new Set(
  ['003', '004', '005', '010', '011', '017', '019', '030', '031', '033', '038'].map(
    (number) => `AYA-${number}`,
  ),
);

describeLoaders('aya and bpfld', () => {
  test.each(versions)('AYA-005: know the same names of sections (%s)', (name, version) => {
    const loader = { name: 'aya', version };
    const all = sectionNames();
    expect(all.length).toBeGreaterThan(150);
    for (const section of all) {
      const { ok } = ayaObject(make(program(pass, [], section)), name);
      expect([section, ok]).toEqual([section, isProgramSection(section, loader)]);
    }
  });

  test.each(versions)('agree about what compilers write (%s)', (name, version) => {
    const wrong: string[] = [];
    for (const path of fixtureObjects()) {
      const result = ayaObject(fixture(path), name);
      // What the kernel of this machine has is not in the object.
      if (!result.ok && ['CO-RE', 'externs'].includes(result.stage)) continue;
      const errors = check(new Uint8Array(readFileSync(fixture(path))), version).filter(
        ({ severity }) => severity === 'error',
      );
      const refusal = errors.find(({ code }) => refusing.has(code));
      if (result.ok && refusal !== undefined) wrong.push(`${path}: taken: ${refusal.message}`);
      if (!result.ok && errors.length === 0) wrong.push(`${path}: ${result.error}`);
    }
    expect(wrong).toEqual([]);
  });
}, ['aya-load']);
