import type { FileBytes } from './base/file-bytes.ts';
import type { Setting } from './config/value.ts';
import type { Diagnostic } from './diag/diagnostic.ts';

/** An ELF object. */
export interface LinkInput {
  /** As diagnostics call it. */
  readonly path: string;
  readonly bytes: FileBytes;
}

/** What the command line's options of the same names say; all but the inputs may be left out. */
export interface LinkOptions {
  /** In the order of the command line, which decides between weak definitions and orders the output. */
  readonly inputs: readonly LinkInput[];
  /** The script of `-T`; `name` is how diagnostics call it. By default the profile's, else `libbpf.ld`. */
  readonly script?: { readonly name: string; readonly text: string };
  /** The text of an INCLUDEd script; undefined where there is none of that name. */
  readonly include?: (name: string) => { name: string; text: string } | undefined;
  /** `libbpf`, `aya@0.3`, ... (src/profiles/index.ts). It goes before a PROFILE command of the script. */
  readonly profile?: string;
  /** For sections that the script does not name; `place` unless it says otherwise. */
  readonly orphanHandling?: 'place' | 'warn' | 'error' | 'discard';
  /** Initial values, from `parseSetting` or `parseSettingsFile`; a later one goes before an earlier one. */
  readonly settings?: readonly Setting[];
  /** Symbols and sections whose address stands for the value (the `(__u32)&x` idiom). */
  readonly fetch?: readonly string[];
  /** Patterns of functions whose calls become exits: `_ZN4core9panicking*`. */
  readonly trapSymbols?: readonly string[];
}

export interface LinkResult {
  /** The linked object; undefined where there are errors. */
  readonly output: Uint8Array | undefined;
  /** Errors, warnings and notes, in the order in which the passes found them. */
  readonly diagnostics: readonly Diagnostic[];
}

export type Linker = (options: LinkOptions) => LinkResult;
