/**
 * The lexer reads one token at an offset, in the mode that the parser asks for; it keeps no state, so the
 * parser may read the same place twice in two modes (`token.ts` says why it must).
 *
 * One trap is GNU ld's own and is kept: `/*` opens a comment only where a token begins. `tc/*` is a pattern
 * and `.text /* all *\/` a pattern and a comment, but `.text/* all *\/` is three patterns; the last of
 * them, a bare `*\/`, is refused with a hint, for no section can be meant by it.
 */

import { parseNumber } from './number.ts';
import type { LexMode, Token } from './token.ts';

// What ends white space, a name and a pattern. `sym+=1` and `sym/=2` end the name before the operator.
const afterSpace = /[^ \t\n\r\f\v\ufeff]/g;
const afterName = /[^A-Za-z0-9_.$~/\\+\-?*^!@#%[\]\u0080-\uffff]|[-+*/]=/g;
const afterPattern = /[^A-Za-z0-9_.$~/\\+\-?*^!@#%[\]:\u0080-\uffff]|[-+*/]=/g;
const expressionName = /[A-Za-z_.$\u0080-\uffff][A-Za-z0-9_.$\u0080-\uffff]*/y;
const expressionNumber = /[0-9][0-9A-Za-z_]*/y;

/** Those of several characters, longest first. */
const operators = '<<= >>= += -= *= /= &= |= << >> == != <= >= && ||'.split(' ');
const marks = '(){};,:=+-*/%<>&|^~!?';

/** Tokens in `text` at `offset`, after white space and comments. Always makes progress, except at the end. */
export function readToken(text: string, offset: number, mode: LexMode): Token {
  const start = skipSpace(text, offset);
  if (start >= text.length) return { kind: 'end', text: '', start, end: start };
  if (text.startsWith('/*', start)) {
    return bad(text, start, text.length, { kind: 'unterminated', what: 'comment' });
  }
  if (text[start] === '"') return readString(text, start);
  return mode === 'expression' ? readInExpression(text, start) : readWord(text, start, mode);
}

/** The offset behind white space and whole comments; an unclosed comment is not skipped. */
function skipSpace(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    at = find(afterSpace, text, at);
    if (!text.startsWith('/*', at)) return at;
    const end = text.indexOf('*/', at + 2);
    if (end < 0) return at;
    at = end + 2;
  }
}

/** The offset of the first match at `start` or behind it; the text's end if there is none. */
function find(expression: RegExp, text: string, start: number): number {
  expression.lastIndex = start;
  return expression.exec(text)?.index ?? text.length;
}

function readString(text: string, start: number): Token {
  let close = start + 1;
  while (close < text.length && text[close] !== '"' && text[close] !== '\n') close++;
  if (text[close] !== '"') {
    return bad(text, start, close, { kind: 'unterminated', what: 'string' });
  }
  const inner = text.slice(start + 1, close);
  const control = inner.search(controlCharacter);
  if (control >= 0) {
    return bad(text, start + 1 + control, close + 1, { kind: 'character' });
  }
  return { kind: 'string', text: inner, start, end: close + 1 };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\u0000-\u0008\u000e-\u001f\u007f]/;

function readInExpression(text: string, start: number): Token {
  // `= 0x90 /DISCARD/ :` is a fill value and a section, not a division.
  if (text.startsWith('/DISCARD/', start)) return word(text, start, start + '/DISCARD/'.length);
  expressionName.lastIndex = start;
  const name = expressionName.exec(text);
  if (name !== null) return word(text, start, start + name[0].length);
  expressionNumber.lastIndex = start;
  const digits = expressionNumber.exec(text);
  if (digits !== null) {
    const end = start + digits[0].length;
    const number = parseNumber(digits[0]);
    if ('reason' in number) return bad(text, start, end, { kind: 'number', reason: number.reason });
    return { kind: 'number', text: digits[0], value: number.value, start, end };
  }
  return readMark(text, start);
}

function readWord(text: string, start: number, mode: 'name' | 'pattern'): Token {
  const end = find(mode === 'name' ? afterName : afterPattern, text, start);
  if (end === start) return readMark(text, start);
  const found = text.slice(start, end);
  if (found === ':') return { kind: 'mark', text: ':', start, end };
  if (found === '*/') return bad(text, start, end, { kind: 'comment-end' });
  return { kind: 'name', text: found, start, end };
}

function readMark(text: string, start: number): Token {
  const long = operators.find((o) => text.startsWith(o, start));
  if (long !== undefined) {
    return { kind: 'mark', text: long, start, end: start + long.length };
  }
  const mark = text[start]!;
  if (marks.includes(mark)) return { kind: 'mark', text: mark, start, end: start + 1 };
  return bad(text, start, start + 1, { kind: 'character' });
}

function word(text: string, start: number, end: number): Token {
  return { kind: 'name', text: text.slice(start, end), start, end };
}

function bad(
  text: string,
  start: number,
  end: number,
  fault: Extract<Token, { kind: 'bad' }>['fault'],
): Token {
  return { kind: 'bad', text: text.slice(start, end), fault, start, end };
}
