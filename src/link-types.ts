import type { Setting } from './config/value.ts';
import type { Diagnostic } from './diag/diagnostic.ts';

export interface LinkInput {
  /** As diagnostics call it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface LinkOptions {
  readonly inputs: readonly LinkInput[];
  /** The script of `-T`. */
  readonly script?: { readonly name: string; readonly text: string };
  /** The text of an INCLUDEd script; undefined where there is none of that name. */
  readonly include?: (name: string) => { name: string; text: string } | undefined;
  readonly profile?: string;
  readonly orphanHandling?: 'place' | 'warn' | 'error' | 'discard';
  readonly settings?: readonly Setting[];
  readonly fetch?: readonly string[];
}

export interface LinkResult {
  /** Undefined where there are errors. */
  readonly output: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export type Linker = (options: LinkOptions) => LinkResult;
