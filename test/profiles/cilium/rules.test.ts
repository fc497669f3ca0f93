/** The rules of cilium/ebpf on objects that break them. What it says itself is in test/loaders/cilium-rules.test.ts. */
import { expect, test } from 'vitest';
import { check as checkFile } from '../../../src/check.ts';
import { renderDiagnostic } from '../../../src/diag/render.ts';
import type { Version } from '../../../src/model/rule.ts';
import { brokenObjects, fineObjects } from './cases.ts';
import { check, fixtureBytes, objectNamed } from './check.ts';

const versions: Readonly<Record<string, Version>> = {
  newest: [0, 22],
  '0.20': [0, 20],
  '0.13': [0, 13],
};

const named = brokenObjects.map((broken) => [broken.rule, broken.object, broken] as const);

test.each(named)('%s: %s', (rule, object, { severity, message, version }) => {
  const found = check(objectNamed(object), versions[version]).filter(({ code }) => code === rule);
  expect(found.map((diagnostic) => diagnostic.message).join('\n')).toContain(message);
  const meant = found.find((diagnostic) => diagnostic.message.includes(message));
  expect(meant!.severity).toBe(severity);
});

test.each(fineObjects)('%s obeys', (name) => {
  expect(check(objectNamed(name))).toEqual([]);
});

const later = brokenObjects.filter(({ version }) => version !== 'newest');

test.each(later.map(({ rule, object, message }) => [rule, object, message] as const))(
  '%s: %s: newer versions do without the rule',
  (rule, object, message) => {
    const found = check(objectNamed(object)).filter(({ code }) => code === rule);
    expect(found.filter((diagnostic) => diagnostic.message.includes(message))).toEqual([]);
  },
);

const sourced: readonly [code: string, object: string, place: RegExp, remedy: string][] = [
  ['CILIUM-006', 'cilium-rules/callback.o', /programs\.c:\d+:\d+ \(program\)/, '--profile cilium'],
  ['CILIUM-008', 'cilium-rules/weak-map.o', /data\.c:\d+/, 'remove `__weak`'],
  ['CILIUM-011', 'cilium-rules/hidden.o', /programs\.c:\d+/, '--profile cilium'],
  ['CILIUM-015', 'cilium-rules/weak-setting.o', /externs\.c:\d+/, 'remove `__weak`'],
];

test.each(sourced)('%s of %s names the place and the remedy', (code, path, place, remedy) => {
  const [found] = check(fixtureBytes(path)).filter((diagnostic) => diagnostic.code === code);
  const text = renderDiagnostic(found!);
  expect(text).toMatch(place);
  expect(text.trim().split('\n').at(-1)).toContain(remedy);
});

test('CILIUM-017: the byte order is that of the machine, where there is one to load the object', () => {
  const path = 'verdicts/45-big-endian/plain.be.o';
  const { diagnostics } = checkFile({
    file: { path, bytes: fixtureBytes(path) },
    profile: 'cilium',
  });
  expect(diagnostics.map(({ code }) => code)).toEqual(['CILIUM-017']);
  expect(check(fixtureBytes(path))).toEqual([]);
});
