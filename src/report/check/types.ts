import type { Mend } from '../../check-types.ts';
import type { Diagnostic } from '../../diag/diagnostic.ts';

/** What is told of one file. */
export interface CheckedFile {
  readonly path: string;
  /** Why it was not looked at; then there are no verdicts. */
  readonly fault: Diagnostic | undefined;
  readonly verdicts: readonly Verdict[];
}

/** What a loader does with a file. */
export interface Verdict {
  /** As the user asks for it: `aya@0.3`. */
  readonly profile: string;
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Errors first. */
  readonly findings: readonly Diagnostic[];
  readonly mend: Mend | undefined;
}

/** What is told of all files. */
export interface CheckReport {
  readonly files: readonly CheckedFile[];
}

export function errorsOf({ findings }: Verdict): readonly Diagnostic[] {
  return findings.filter(({ severity }) => severity === 'error');
}

/** `2 errors, 1 warning` */
export function countFindings({ findings }: Pick<Verdict, 'findings'>): string {
  return (['error', 'warning', 'note'] as const)
    .map(
      (severity) => [severity, findings.filter((one) => one.severity === severity).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

/** Whether the object that a link makes no longer has the finding. */
export function isMended({ mend }: Pick<Verdict, 'mend'>, { code }: Diagnostic): boolean {
  return mend?.possible === true && mend.codes.includes(code);
}
