/** tc's rules beyond libbpf's. What tc itself makes of each object is in test/loaders/tc-libbpf-rules.test.ts. */
import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../../src/diag/render.ts';
import { chooseProfile } from '../../../src/profiles/index.ts';
import { takenByTc, tcLibbpfCases } from './cases.ts';
import { checkTcLibbpf } from './check.ts';

test.each(tcLibbpfCases.map((one) => [one.rule, one.what, one] as const))(
  '%s: %s',
  (rule, _, { object, message, severity }) => {
    const found = checkTcLibbpf(object).filter(({ code }) => code === rule);
    const text = found.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
    expect(text).toContain(message);
    expect(found[0]!.severity).toBe(severity);
  },
);

test.each(takenByTc)('%s: no rule is broken', (object) => {
  expect(checkTcLibbpf(object)).toEqual([]);
});

test('its version is that of libbpf, which took legacy maps before 1.0', () => {
  const codes = (version: readonly [number, number]): string[] =>
    checkTcLibbpf('tail-calls/tail.o', version).map(({ code }) => code);
  expect(codes([1, 0])).toContain('LIBBPF-009');
  expect(codes([0, 8])).not.toContain('LIBBPF-009');
});

test('TCL-003: ring buffers are made large enough since 1.0', () => {
  const [found] = checkTcLibbpf('tc-libbpf-rules/ring.o', [0, 8]);
  expect(found?.code).toBe('TCL-003');
});

test('tc@libbpf means it', () => {
  expect(chooseProfile('tc@libbpf')?.profile.name).toBe('tc-libbpf');
});
