import { expect, test } from 'vitest';
import { cannotRead } from '../../../src/diag/catalogue/command-line.ts';
import { jsonReport } from '../../../src/report/check/json.ts';
import { file, noLicense, refused, report, throughJson, verdict } from './reports.ts';

test('verdicts with their findings', () => {
  const mend = { possible: true, codes: ['TC-013'] } as const;
  const checked = file('prog.o', verdict('tc@6.1', [refused, noLicense], mend), verdict('aya'));
  expect(throughJson(jsonReport(report(checked), '1.2.3'))).toEqual({
    format: 1,
    bpfld: '1.2.3',
    files: [
      {
        path: 'prog.o',
        verdicts: [
          {
            profile: 'tc@6.1',
            loader: { name: 'tc', title: 'the loader tc', version: '6.1' },
            loads: false,
            errors: 1,
            warnings: 1,
            mend: {
              possible: true,
              command: ['bpfld', 'prog.o', '--profile', 'tc@6.1', '-o', 'prog.tc.o'],
            },
            findings: [
              { ...refused, mended: true },
              { ...noLicense, mended: false },
            ],
          },
          {
            profile: 'aya',
            loader: { name: 'aya', title: 'the loader aya', version: '1.0' },
            loads: true,
            errors: 0,
            warnings: 0,
            mend: null,
            findings: [],
          },
        ],
      },
    ],
  });
});

test('why an object cannot be mended, and why a file was not looked at', () => {
  const mend = { possible: false, diagnostics: [noLicense] } as const;
  const fault = cannotRead('input', 'b.o', 'it is a directory');
  const files = [file('a.o', verdict('tc', [refused], mend)), { path: 'b.o', fault, verdicts: [] }];
  expect(throughJson(jsonReport(report(...files), '1.2.3'))).toMatchObject({
    files: [
      { verdicts: [{ mend: { possible: false, diagnostics: [{ code: 'TC-004' }] } }] },
      { path: 'b.o', fault: { code: 'CLI-011' }, verdicts: [] },
    ],
  });
});
