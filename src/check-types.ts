import type { Diagnostic } from './diag/diagnostic.ts';

export interface CheckOptions {
  /** An ELF object; `path` is how diagnostics call it. */
  readonly file: { readonly path: string; readonly bytes: Uint8Array };
  /** A loader, `aya`, or one of its versions, `aya@0.3`; without one the newest that bpfld knows. */
  readonly profile: string;
}

/** What a link with the loader's profile would do about the errors. */
export type Mend =
  | {
      readonly possible: true;
      /** Codes of the findings that the linked object no longer has. */
      readonly codes: readonly string[];
    }
  | {
      readonly possible: false;
      /** The errors of the link. */
      readonly diagnostics: readonly Diagnostic[];
    };

export interface CheckResult {
  /** Undefined where there is no such profile: a diagnostic says so. */
  readonly loader:
    | {
        /** The profile's name. */
        readonly name: string;
        /** What people call the loader. */
        readonly title: string;
        /** `0.3` */
        readonly version: string;
      }
    | undefined;
  /** Errors first, otherwise in the order in which the loader would find them; none twice. */
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined where there is nothing to mend, or the file is no object that can be read. */
  readonly mend: Mend | undefined;
}
