/** Verdicts as plain data for JSON; docs/check.md describes it. */
import type { Diagnostic } from '../../diag/diagnostic.ts';
import { mendCommand } from './mend.ts';
import { type CheckReport, errorsOf, isMended, type Verdict } from './types.ts';

/** Goes up when a field changes its meaning or goes away; new fields may come at any time. */
const format = 1;

export function jsonReport({ files }: CheckReport, version: string): object {
  return {
    format,
    bpfld: version,
    files: files.map(({ path, fault, verdicts }) => ({
      path,
      ...(fault === undefined ? {} : { fault }),
      verdicts: verdicts.map((verdict) => jsonVerdict(path, verdict)),
    })),
  };
}

function jsonVerdict(path: string, verdict: Verdict): object {
  const { profile, name, title, version, findings } = verdict;
  const errors = errorsOf(verdict).length;
  return {
    profile,
    loader: { name, title, version },
    loads: errors === 0,
    errors,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    mend: jsonMend(path, verdict),
    findings: findings.map((finding) => withMended(verdict, finding)),
  };
}

/** null where there is nothing to mend. */
function jsonMend(path: string, verdict: Verdict): object | null {
  const { mend } = verdict;
  if (mend === undefined || errorsOf(verdict).length === 0) return null;
  if (mend.possible) return { possible: true, command: mendCommand(path, verdict) };
  return { possible: false, diagnostics: mend.diagnostics };
}

function withMended(verdict: Verdict, finding: Diagnostic): object {
  return verdict.mend === undefined ? finding : { ...finding, mended: isMended(verdict, finding) };
}
