/** What bpfld knows of a loader, as data. A new loader is a new file beside this one. */
import { forbiddenReference, functionAddress } from '../diag/catalogue/lowering.ts';
import { severalPrograms } from '../diag/catalogue/tc.ts';
import type { Diagnostic, Location } from '../diag/diagnostic.ts';
import type { Rule, Version } from '../model/rule.ts';

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

/** What passes and lowerings ask of a profile. */
export interface Traits {
  /** The only output sections that the loader resolves references of code to; undefined: it takes all. */
  readonly permittedTargets: readonly string[] | undefined;
  /** Undefined references stay in the output, for a later link or the loader. */
  readonly keepUndefined: boolean;
  /**
   * Code refers to functions and data by the symbol of their section and an offset, and to a map by the map's own
   * symbol: the form that loaders agree on. Otherwise as the inputs do.
   */
  readonly referencesBySection: boolean;
  /** The loader does not make hidden functions static for the verifier, so their BTF has to say that they are. */
  readonly hiddenIsStatic: boolean;
  /** Weak definitions of maps are a mistake to the loader. */
  readonly weakMapsAreGlobal: boolean;
  /** Functions go by their names alone, static ones of two files too, so that those of one name get others. */
  readonly functionNamesAreUnique: boolean;
  /** The loader knows configuration of the kernel by types that are no typedefs. */
  readonly plainConfiguration: boolean;
  /** Maps are put into the form of tc's loader: one stride, one GLOBAL symbol each. */
  readonly legacyMaps: boolean;
  /** The loader knows sections without bytes, as .bss is; otherwise their zeros stand in the file. */
  readonly readsBss: boolean;
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
}

export interface Profile extends Traits {
  readonly name: string;
  /** What people call the loader. */
  readonly title: string;
  /** The versions that its rules tell apart; the newest is meant where none is named. */
  readonly versions: { readonly oldest: Version; readonly newest: Version };
  /** The shipped script that `--profile` alone means. */
  readonly script: string;
  readonly rules: readonly Rule[];
}

/** Those of a loader that takes whatever a compiler emits. Profiles say where theirs differs. */
export const takesAll: Traits = {
  permittedTargets: undefined,
  keepUndefined: true,
  referencesBySection: false,
  hiddenIsStatic: false,
  weakMapsAreGlobal: false,
  functionNamesAreUnique: false,
  plainConfiguration: false,
  legacyMaps: false,
  readsBss: true,
  keepBtf: true,
  oneProgramPerSection: false,
  refuse: {
    reference: ({ section, object, why, at }) => forbiddenReference(section, object, why, at),
    functionAddress,
    severalPrograms,
  },
};
