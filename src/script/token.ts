/**
 * What the lexer makes of the text at one offset depends on where the parser is, as in GNU ld:
 *
 * - `expression`: `a/b` is a division, `16K` a number, `a*b` a product;
 * - `name` (commands and output sections): `maps/foo` and `1/0` are names, `:` stands alone;
 * - `pattern` (input sections, files): `tc/*`, `lib.a:b.o` and `[a-z]?` are one word each.
 */
export type LexMode = 'expression' | 'name' | 'pattern';

/** Offsets into the text, in UTF-16 units; `end` is exclusive. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

export type Token = Extent &
  (
    | {
        /** A bare word. */
        readonly kind: 'name';
        readonly text: string;
      }
    | {
        /** A quoted word; `text` is without the quotes. It is never a keyword. */
        readonly kind: 'string';
        readonly text: string;
      }
    | {
        readonly kind: 'number';
        readonly text: string;
        readonly value: bigint;
      }
    | {
        /** An operator, a bracket or another mark. */
        readonly kind: 'mark';
        readonly text: string;
      }
    | {
        /** Something that cannot be a token; the lexer has a diagnostic for it. */
        readonly kind: 'bad';
        readonly text: string;
        readonly fault: LexicalFault;
      }
    | { readonly kind: 'end'; readonly text: '' }
  );

export type LexicalFault =
  | { readonly kind: 'unterminated'; readonly what: 'comment' | 'string' }
  | { readonly kind: 'character' }
  | { readonly kind: 'comment-end' }
  | { readonly kind: 'number'; readonly reason: string };

/** The token as an error message names it. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'the end of the script';
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}...` : token.text;
  return token.kind === 'string' ? `"${text}"` : `'${text}'`;
}
