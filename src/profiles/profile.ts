/** What bpfld knows of a loader, as data. A new loader is a new file beside this one. */
import type { Diagnostic, Location } from '../diag/diagnostic.ts';
import type { Rule } from '../model/rule.ts';

/** A reference that the loader cannot resolve and no lowering has taken away. */
export interface ForbiddenReference {
  /** The output section that it leads to. */
  readonly section: string;
  /** The object that it leads to, e.g. `constant "\x01"`. */
  readonly object: string;
  /** Why it was not lowered. */
  readonly why: string;
  readonly at: readonly Location[];
}

export interface Profile {
  readonly name: string;
  /** The shipped script that `--profile` alone means. */
  readonly script: string;
  /** The only output sections that the loader resolves references of code to; undefined: it takes all. */
  readonly permittedTargets: readonly string[] | undefined;
  /** Undefined references stay in the output, for a later link or the loader. */
  readonly keepUndefined: boolean;
  /** Maps are put into the form of tc's loader: one stride, one GLOBAL symbol each. */
  readonly legacyMaps: boolean;
  /** The loader reads BTF, so that of the inputs is merged; otherwise it is left out. */
  readonly keepBtf: boolean;
  /** The loader takes each program section for one program. */
  readonly oneProgramPerSection: boolean;
  /** Its refusals, by the id of its own rule. */
  readonly refuse: {
    readonly reference: (reference: ForbiddenReference) => Diagnostic;
    readonly functionAddress: (name: string, at: readonly Location[]) => Diagnostic;
    readonly severalPrograms: (
      section: string,
      programs: readonly string[],
      at: readonly Location[],
    ) => Diagnostic;
  };
  readonly rules: readonly Rule[];
}
