import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { check } from '../../../src/check.ts';
import { cannotRead } from '../../../src/diag/catalogue/command-line.ts';
import type { Explanation } from '../../../src/diag/explanations.ts';
import { explanations } from '../../../src/diag/explanations.ts';
import { loaders } from '../../../src/profiles/index.ts';
import { sarifLog } from '../../../src/report/check/sarif.ts';
import type { CheckReport } from '../../../src/report/check/types.ts';
import { fixture } from '../../support/link.ts';
import { file, noLicense, refused, report, throughJson, verdict } from './reports.ts';

const { resolve } = createRequire(import.meta.url);
const path = resolve('@microsoft/jest-sarif').replace(
  /index\.js$/,
  'schemas/sarif-2.1.0-rtm.5.json',
);
// One of the schema's patterns is none where expressions are read strictly.
const ajv = new AjvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')));

/** What is wrong with a log, by the schema of SARIF 2.1.0. */
function faultsOf(log: unknown): readonly string[] {
  validate(log);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

function sarif(
  of: CheckReport,
  told: ReadonlyMap<string, Explanation> = explanations(),
): Record<string, unknown> {
  const log = throughJson(
    sarifLog(of, { version: '1.2.3', directory: '/project', explanations: told }),
  ) as { runs: [Record<string, unknown>] };
  expect(faultsOf(log)).toEqual([]);
  return log.runs[0];
}

test('the schema finds faults', () => {
  const log = sarifLog(report(), { version: '1', directory: '/', explanations: new Map() });
  expect(faultsOf(throughJson(log))).toEqual([]);
  expect(faultsOf({ ...log, version: '2.0.0' })).toHaveLength(1);
  expect(faultsOf({ ...log, runs: [{ tool: {} }] })).toHaveLength(1);
  expect(faultsOf({ ...log, $schema: 'no uri' })).toHaveLength(1);
});

test('a finding is a result at its source line', () => {
  const mend = { possible: true, codes: ['TC-013'] } as const;
  const { results } = sarif(report(file('prog.o', verdict('tc', [refused], mend))));
  expect(results).toEqual([
    {
      ruleId: 'TC-013',
      ruleIndex: 0,
      level: 'error',
      message: {
        text: [
          "constant 'x' cannot be resolved",
          'tc says: "Compiler bug?!"',
          'link the object',
          'bpfld prog.o --profile tc -o prog.tc.o makes an object that tc takes',
        ].join('\n'),
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'src/prog.c', uriBaseId: '%SRCROOT%' },
            region: { startLine: 12, startColumn: 5, snippet: { text: '    return x;' } },
          },
          logicalLocations: [{ name: 'main', kind: 'function' }],
        },
      ],
      relatedLocations: [
        {
          id: 1,
          physicalLocation: {
            artifactLocation: { uri: 'prog.o', uriBaseId: '%SRCROOT%' },
            region: { startLine: 1 },
          },
          logicalLocations: [
            { name: 'classifier', fullyQualifiedName: 'classifier+0x30', kind: 'section' },
          ],
          message: { text: "constant 'x'" },
        },
      ],
      partialFingerprints: { 'bpfldFinding/v1': expect.stringMatching(/^[0-9a-f]{16}:1$/) },
      properties: { object: 'prog.o', profiles: ['tc'], mended: ['tc'] },
    },
  ]);
});

test('codes are rules, with what is told of them', () => {
  const told = new Map([
    ['TC-013', { code: 'TC-013', title: 'a title', text: 'First.\n\nSecond.' }],
  ]);
  const { tool, results } = sarif(
    report(file('prog.o', verdict('tc', [refused, noLicense]))),
    told,
  );
  expect(tool).toMatchObject({
    driver: {
      name: 'bpfld',
      version: '1.2.3',
      rules: [
        {
          id: 'TC-004',
          shortDescription: { text: 'TC-004' },
          defaultConfiguration: { level: 'warning' },
        },
        {
          id: 'TC-013',
          shortDescription: { text: 'a title' },
          fullDescription: { text: 'First.' },
          help: { text: 'First.\n\nSecond.', markdown: 'First.\n\nSecond.' },
          defaultConfiguration: { level: 'error' },
        },
      ],
    },
  });
  expect(results).toMatchObject([{ ruleIndex: 1 }, { ruleIndex: 0 }]);
});

test('what several loaders find alike is one result', () => {
  const { results } = sarif(
    report(file('a.o', verdict('libbpf', [noLicense]), verdict('tc', [noLicense, refused]))),
  );
  expect(results).toMatchObject([
    { ruleId: 'TC-004', properties: { profiles: ['libbpf', 'tc'] } },
    { ruleId: 'TC-013', properties: { profiles: ['tc'] } },
  ]);
});

test('fingerprints outlive moved lines and are not given twice', () => {
  const prints = (...findings: (typeof refused)[]): unknown[] =>
    (
      sarif(report(file('a.o', verdict('tc', findings)))).results as {
        partialFingerprints: Record<string, string>;
      }[]
    ).map(({ partialFingerprints }) => partialFingerprints['bpfldFinding/v1']);
  const moved = { ...refused, at: refused.at.map((place) => ({ ...place, line: 99, offset: 8 })) };
  expect(prints(moved)).toEqual(prints(refused));
  expect(prints({ ...refused, message: 'other' })).not.toEqual(prints(refused));
  expect(new Set(prints(refused, moved, noLicense)).size).toBe(3);
});

test('a file that could not be read is told, and the run was no success', () => {
  const fault = cannotRead('input', 'b.o', 'it is a directory');
  const { invocations, results } = sarif(report({ path: 'b.o', fault, verdicts: [] }));
  expect(results).toEqual([]);
  expect(invocations).toMatchObject([
    {
      executionSuccessful: false,
      toolExecutionNotifications: [{ descriptor: { id: 'CLI-011' }, level: 'error' }],
    },
  ]);
});

test('odd places stay within the schema', () => {
  const at = [
    { kind: 'source', file: '', line: 0, column: 0 },
    { kind: 'source', file: '/usr/include/a b.h', line: 1, text: '\ud800' },
    { kind: 'source', file: '../\ud800:%.c', line: 2 ** 32 },
    { kind: 'text', file: 'C:\\x.ld', line: 1, column: 1, text: 'x', length: 1 },
  ] as const;
  const findings = at.map((place) => ({ ...refused, at: [place] }));
  const { results } = sarif(report(file('a.o', verdict('tc', findings))));
  expect(results).toHaveLength(4);
});

test.each(['founding-c/founding.o', 'rich/main.o', 'gcc-types/one.o'])(
  'what all loaders say of %s fits the schema',
  (name) => {
    const verdicts = loaders.map((profile) => {
      const { loader, diagnostics, mend } = check({ file: fixture(name), profile });
      return { profile, ...loader!, findings: diagnostics, mend };
    });
    const { results } = sarif(report(file(name, ...verdicts)));
    expect(results).not.toEqual([]);
  },
);
