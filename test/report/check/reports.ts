/** Reports for the tests of this folder. */
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { type Diagnostic, error, quote, warning } from '../../../src/diag/diagnostic.ts';
import type { CheckedFile, CheckReport, Verdict } from '../../../src/report/check/types.ts';
import { renderJson } from '../../../src/report/json.ts';

export const refused: Diagnostic = error('TC-013', "constant 'x' cannot be resolved", {
  at: [
    {
      kind: 'source',
      file: './src/prog.c',
      line: 12,
      column: 5,
      function: 'main',
      text: '    return x;',
    },
    { kind: 'object', file: 'prog.o', section: 'classifier', offset: 48, what: "constant 'x'" },
  ],
  notes: [quote('tc')('Compiler bug?!'), 'link the object'],
});

export const noLicense: Diagnostic = warning('TC-004', 'no license', {
  at: [{ kind: 'object', file: 'prog.o' }],
});

export function verdict(
  profile: string,
  findings: readonly Diagnostic[] = [],
  mend?: Verdict['mend'],
): Verdict {
  const [name = '', version = '1.0'] = profile.split('@');
  return { profile, name, title: `the loader ${name}`, version, findings, mend };
}

export function file(path: string, ...verdicts: readonly Verdict[]): CheckedFile {
  return { path, fault: undefined, verdicts };
}

export function report(...files: readonly CheckedFile[]): CheckReport {
  return { files };
}

/** What comes out of JSON again. */
export function throughJson(document: object): unknown {
  const text = [...renderJson(document)].join('');
  return JSON.parse(new TextDecoder().decode(encodeUtf8(text)));
}
