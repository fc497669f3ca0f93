/**
 * Strict JSON (RFC 8259) to values with positions. `JSON.parse` gives none, and rounds integers beyond
 * 2^53, which program data is full of: here every integer is exact.
 */
import {
  duplicateMember,
  malformedJson,
  malformedValue,
  unsupportedJson,
} from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { parseHex } from './hex.ts';
import { parseInteger } from './integer.ts';
import { locate, type Span, type TextSource } from './source.ts';
import { type ConfigValue, isDiagnostic, type MemberValue, maxDepth } from './value.ts';

/** Punctuation, or a run of other characters: a number, a literal, or rubbish. Strings are read by hand. */
const token = /[{}[\],:]|[^\s{}[\],:"]+|[\s\S]/y;

interface Token {
  readonly text: string;
  readonly span: Span;
}

class Tokens {
  readonly source: TextSource;
  current: Token;
  #at: number;

  constructor(source: TextSource) {
    this.source = source;
    this.#at = source.text.startsWith('\ufeff') ? 1 : 0;
    this.current = this.#read();
  }

  is(text: string): boolean {
    return this.current.text === text;
  }

  /** The current token, and goes to the next. */
  take(): Token {
    const taken = this.current;
    this.current = this.#read();
    return taken;
  }

  #read(): Token {
    const { text } = this.source;
    let start = this.#at;
    while (start < text.length && ' \t\r\n'.includes(text[start]!)) start++;
    let end = start;
    if (text[start] === '"') {
      end = stringEnd(text, start);
    } else if (start < text.length) {
      token.lastIndex = start;
      token.test(text);
      end = token.lastIndex;
    }
    this.#at = end;
    return { text: text.slice(start, end), span: { start, end } };
  }

  unexpected(expected: string): Diagnostic {
    const { text, span } = this.current;
    const found = text === '' ? 'the end of the file' : `'${text.slice(0, 40)}'`;
    return malformedJson(`expected ${expected}, found ${found}`, locate(this.source, span));
  }
}

/** Behind the closing quote; where that is missing, the line's end. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\n') return at;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

/** The members of the file's object. */
export function parseJsonObject(source: TextSource): readonly MemberValue[] | Diagnostic {
  const tokens = new Tokens(source);
  if (!tokens.is('{')) return tokens.unexpected("'{'");
  const value = readObject(tokens, 0);
  if (isDiagnostic(value)) return value;
  return tokens.is('') ? value.members : tokens.unexpected('nothing after the object');
}

function readValue(tokens: Tokens, depth: number): ConfigValue | Diagnostic {
  const { text, span } = tokens.current;
  if (depth > maxDepth) {
    return malformedJson('values are nested too deep', locate(tokens.source, span));
  }
  if (text === '{') return readObject(tokens, depth);
  if (text === '[') return readArray(tokens, depth);
  if (text.startsWith('"')) return readText(tokens);
  if (text === 'true' || text === 'false') {
    tokens.take();
    return { kind: 'boolean', value: text === 'true', span };
  }
  if (/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)) return readNumber(tokens);
  if (text === 'null') {
    return unsupportedJson('null', locate(tokens.source, span), 'leave the member out');
  }
  return tokens.unexpected('a value');
}

function readNumber(tokens: Tokens): ConfigValue | Diagnostic {
  const { text, span } = tokens.take();
  const value = parseInteger(text);
  if (value !== undefined) return { kind: 'integer', value, span };
  return unsupportedJson(
    `the number ${text.slice(0, 40)}`,
    locate(tokens.source, span),
    'give an integer of at most 64 bits, without fraction or exponent',
  );
}

function readText(tokens: Tokens): ConfigValue | Diagnostic {
  const { span } = tokens.current;
  const text = readString(tokens);
  if (typeof text !== 'string') return text;
  if (!text.startsWith('hex:')) return { kind: 'text', text, span };
  const bytes = parseHex(text.slice('hex:'.length));
  if (bytes !== undefined) return { kind: 'bytes', bytes, span };
  return malformedValue(
    'hex: takes pairs of hexadecimal digits',
    locate(tokens.source, span),
    'write "hex:0011" or "hex:00:11"; a text that begins with hex: is given by its own bytes',
  );
}

function readString(tokens: Tokens): string | Diagnostic {
  const { text, span } = tokens.current;
  if (text.length < 2 || !text.endsWith('"')) {
    const place = { start: span.start, end: span.start + 1 };
    return malformedJson('the closing quote is missing', locate(tokens.source, place));
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'string') {
      if (/\p{Surrogate}/u.test(parsed)) {
        const problem = 'the string has one half of a surrogate pair, which is no character';
        return malformedJson(problem, locate(tokens.source, span));
      }
      tokens.take();
      return parsed;
    }
  } catch {
    // An escape that JSON does not know, or a control character written as itself.
  }
  return malformedJson(
    'the string has an unknown escape or a control character',
    locate(tokens.source, span),
  );
}

function readArray(tokens: Tokens, depth: number): ConfigValue | Diagnostic {
  const elements: ConfigValue[] = [];
  const span = readList(tokens, ']', () => {
    const value = readValue(tokens, depth + 1);
    if (isDiagnostic(value)) return value;
    elements.push(value);
    return undefined;
  });
  return isDiagnostic(span) ? span : { kind: 'array', elements, span };
}

type StructValue = Extract<ConfigValue, { kind: 'struct' }>;

function readObject(tokens: Tokens, depth: number): StructValue | Diagnostic {
  const members: MemberValue[] = [];
  const seen = new Set<string>();
  const span = readList(tokens, '}', () => {
    if (!tokens.current.text.startsWith('"')) return tokens.unexpected('a name in double quotes');
    // The span leaves the quotes out, so that positions inside the name are exact.
    const { start, end } = tokens.current.span;
    const nameSpan = { start: start + 1, end: end - 1 };
    const name = readString(tokens);
    if (typeof name !== 'string') return name;
    if (seen.has(name)) return duplicateMember(name, locate(tokens.source, nameSpan));
    seen.add(name);
    if (!tokens.is(':')) return tokens.unexpected("':'");
    tokens.take();
    const value = readValue(tokens, depth + 1);
    if (isDiagnostic(value)) return value;
    members.push({ name, nameSpan, value });
    return undefined;
  });
  return isDiagnostic(span) ? span : { kind: 'struct', members, span };
}

function readList(
  tokens: Tokens,
  close: ']' | '}',
  readItem: () => Diagnostic | undefined,
): Span | Diagnostic {
  const { start } = tokens.take().span;
  if (!tokens.is(close)) {
    for (;;) {
      const problem = readItem();
      if (problem !== undefined) return problem;
      if (tokens.is(close)) break;
      if (!tokens.is(',')) return tokens.unexpected(`',' or '${close}'`);
      tokens.take();
    }
  }
  return { start, end: tokens.take().span.end };
}
