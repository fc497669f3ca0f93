/** Links of one object for a loader, and the same without the loader's rules. */
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { link } from '../../../src/link.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { profiles } from '../../../src/profiles/index.ts';
import { bytesOf, type CorpusObject } from '../parity/corpus.ts';

export interface Answer {
  /** Undefined where the link is refused. */
  readonly bytes: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function linkFor(profile: string, object: CorpusObject): Answer {
  const { output, diagnostics } = link({
    inputs: [{ path: object.name, bytes: bytesOf(object) }],
    profile,
  });
  return { bytes: output, diagnostics };
}

/** What would come out if bpfld knew no rules of the loader, to be shown to the loader. */
export function linkWithoutRules(profile: string, object: CorpusObject): Answer {
  const known = profiles[profile.replace(/@.*/, '')] as { rules: readonly Rule[] };
  const { rules } = known;
  known.rules = [];
  try {
    return linkFor(profile, object);
  } finally {
    known.rules = rules;
  }
}

export function errorsOf({ diagnostics }: Answer): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error');
}
