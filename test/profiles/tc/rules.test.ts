/** tc's rules on objects that break them. What tc itself makes of each is in test/loaders/tc-rules.test.ts. */
import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../../src/diag/render.ts';
import { linkFixture, linkObjects, shippedScript } from '../../support/link.ts';
import { object } from '../../support/object.ts';
import { tcCases } from './cases.ts';
import { checkTc } from './check.ts';
import { obedient } from './obedient.ts';
import { array, fixtureBytes, maps, plus, usesMap } from './objects.ts';

test.each(tcCases.map((one) => [one.rule, one.what, one] as const))(
  '%s: %s',
  (rule, _, { bytes, severity, message }) => {
    const found = checkTc(bytes()).filter(({ code }) => code === rule);
    const text = found.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
    expect(text).toContain(message);
    expect(found.map((diagnostic) => diagnostic.severity)).toContain(severity);
  },
);

test.each(obedient)('%s: no rule is broken', (_, bytes) => {
  expect(checkTc(bytes())).toEqual([]);
});

test('TC-008: pinning in the namespace of the object depends on the kernel', () => {
  const [found] = checkTc(object(plus(maps([2, 4, 4, 1, 0, 0, 1]), usesMap('map0'))));
  expect([found?.code, found?.severity]).toEqual(['TC-008', 'warning']);
  expect(found?.says?.text).toBe('Missing kernel AF_ALG support for PIN_OBJECT_NS!');
});

test('TC-001: without a word on the machine any byte order is right', () => {
  expect(checkTc(fixtureBytes('plain/plain.be.o'), {})).toEqual([]);
});

const sourced: readonly [code: string, object: string, line: RegExp, remedy: string][] = [
  [
    'TC-010',
    'two-programs-one-section/two.o',
    /two\.o:\(classifier\+0x10\)/,
    'a section name of its own',
  ],
  ['TC-013', 'mutable-data/counter.o', /counter\.c:\d+/, 'keep it in a map'],
  ['TC-019', 'function-address/callback.o', /callback\.c:\d+/, 'use a bounded loop'],
  ['TC-005', 'tc-rules/long-struct.o', /long-struct\.o:\(maps\+0x0\)/, 'struct bpf_elf_map'],
];

test.each(sourced)('%s of %s names the place and the remedy', (code, path, line, remedy) => {
  const [found] = linkFixture([path], 'tc.ld').diagnostics;
  expect(found?.code).toBe(code);
  expect(renderDiagnostic(found!)).toMatch(line);
  expect(found!.notes.at(-1)).toContain(remedy);
});

const tcLd = shippedScript('tc.ld').text;

test('TC-006: a reference to the inside of a map', () => {
  const made = plus(maps(array, array), usesMap('map1', 4n));
  const { diagnostics } = linkObjects({ 'a.o': object(made) }, tcLd);
  expect(diagnostics.map(({ code }) => code)).toEqual(['TC-006']);
  expect(diagnostics[0]!.message).toContain("byte 4 of map 'map1'");
});

test('TC-005: bytes of `maps` that no symbol covers', () => {
  const { sections = [], symbols = [] } = plus(maps(array, array), usesMap('map1'));
  const { diagnostics } = linkObjects({ 'a.o': { sections, symbols: symbols.slice(1) } }, tcLd);
  expect(diagnostics.map(({ code }) => code)).toEqual(['TC-005']);
  expect(diagnostics[0]!.message).toContain('no symbol covers them');
});
