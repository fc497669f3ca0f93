import type { Diagnostic, Location } from '../diag/diagnostic.ts';
import type { Span, TextSource } from './source.ts';

/** A value as the user wrote it, before the symbol's type says what it means. */
export type ConfigValue = { readonly span: Span } & (
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `'a'`: one byte, 0 to 255. */
  | { readonly kind: 'character'; readonly value: number }
  /** A bare word, which can only be an enumerator. */
  | { readonly kind: 'word'; readonly text: string }
  /** `"text"` on the command line; without the NUL. */
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  /** A JSON string: text, an enumerator or an integer, as the type says. */
  | { readonly kind: 'text'; readonly text: string }
  /** `hex:0011`. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'array'; readonly elements: readonly ConfigValue[] }
  | { readonly kind: 'struct'; readonly members: readonly MemberValue[] }
);

export interface MemberValue {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: ConfigValue;
}

/** One step into a symbol: `.name` or `[index]`. */
export type PathStep = { readonly span: Span } & (
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: bigint }
);

export interface Setting {
  /** As written: `cfg.ports[2]`. Which part of it is the symbol is for `bindSetting` to say. */
  readonly name: string;
  /** The name up to its first step. */
  readonly head: string;
  readonly steps: readonly PathStep[];
  readonly value: ConfigValue;
  readonly source: TextSource;
  /** Where the name stands. */
  readonly origin: Location;
}

/** Values may not nest deeper than this, so that no parser exhausts the stack. */
export const maxDepth = 64;

/** Tells why something could not be read (`parseSetting`) from what was read. */
export function isDiagnostic(result: object): result is Diagnostic {
  return 'severity' in result;
}
