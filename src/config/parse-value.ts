/**
 * The grammar of values on the command line:
 *
 *     42  -1  0x2a  0b101  0o17  1_000      integers
 *     true  false  TC_ACT_OK  'a'           booleans, enumerators, characters
 *     "text\n"                              strings with C's escapes
 *     hex:00112233  hex:00:11               bytes
 *     [1, 2, [3]]                           arrays
 *     {a: 1, b: 2}  {.a = 1, .b = 2}        structs and unions
 *
 * What a value means is decided later by the symbol's type; here only its form counts.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import { malformedValue } from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { parseHex } from './hex.ts';
import { parseInteger } from './integer.ts';
import { locate, type Span, type TextSource } from './source.ts';
import { type ConfigValue, isDiagnostic, type MemberValue, maxDepth } from './value.ts';

class Cursor {
  readonly source: TextSource;
  at: number;

  constructor(source: TextSource, at: number) {
    this.source = source;
    this.at = at;
  }

  get next(): string {
    return this.source.text[this.at] ?? '';
  }

  skipSpace(): void {
    this.take(/\s*/y);
  }

  /** Takes what the sticky `pattern` matches here; undefined where it does not match. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.source.text)?.[0];
    if (text !== undefined) this.at += text.length;
    return text;
  }

  from(start: number): Span {
    return { start, end: this.at };
  }

  fail(problem: string, remedy: string, span: Span = this.from(this.at)): Diagnostic {
    return malformedValue(problem, locate(this.source, span), remedy);
  }

  /** How what stands here is called in a message. */
  get found(): string {
    return this.next === '' ? 'the end' : `'${String.fromCodePoint(this.#codePoint)}'`;
  }

  get #codePoint(): number {
    return this.source.text.codePointAt(this.at) ?? 0;
  }
}

/** Reads one value that runs from `start` to the end of the text. */
export function parseValue(source: TextSource, start: number): ConfigValue | Diagnostic {
  const cursor = new Cursor(source, start);
  cursor.skipSpace();
  if (cursor.next === '') {
    return cursor.fail('the value is missing', 'for an empty string write NAME=\'""\'');
  }
  const value = readValue(cursor, 0);
  if (isDiagnostic(value)) return value;
  cursor.skipSpace();
  if (cursor.next !== '') {
    return cursor.fail(
      `${cursor.found} after the value`,
      value.kind === 'word'
        ? 'quote a text twice, for the shell too: --set \'NAME="some text"\''
        : 'give one value; several go into [brackets]',
    );
  }
  return value;
}

function readValue(cursor: Cursor, depth: number): ConfigValue | Diagnostic {
  if (depth > maxDepth) return cursor.fail('values are nested too deep', 'set the parts by name');
  const start = cursor.at;
  switch (cursor.next) {
    case '[':
      return readArray(cursor, depth);
    case '{':
      return readStruct(cursor, depth);
    case '"':
      return readString(cursor);
    case "'":
      return readCharacter(cursor);
  }
  if (cursor.take(/hex:/y) !== undefined) {
    const bytes = parseHex(cursor.take(/[0-9a-zA-Z:_]*/y) ?? '');
    const span = cursor.from(start);
    return bytes === undefined
      ? cursor.fail('hex: takes pairs of hexadecimal digits', 'write hex:0011 or hex:00:11', span)
      : { kind: 'bytes', bytes, span };
  }
  const pairs = cursor.take(/[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2})+(?![0-9A-Za-z_:])/y);
  if (pairs !== undefined) {
    return cursor.fail('bytes need hex: before them', `write hex:${pairs}`, cursor.from(start));
  }
  const fraction = cursor.take(/[+-]?[0-9][0-9_]*\.[0-9A-Za-z_.]*/y);
  if (fraction !== undefined) {
    return cursor.fail(
      `'${fraction}' is not an integer`,
      'there are no fractions in BPF: give an integer, or exact bytes as hex:...',
      cursor.from(start),
    );
  }
  const number = cursor.take(/[+-]?[0-9][0-9A-Za-z_]*/y);
  if (number !== undefined) return readInteger(cursor, start, number);
  const word = cursor.take(/[A-Za-z_][A-Za-z0-9_]*/y);
  if (word === undefined) {
    return cursor.fail(
      `expected a value, found ${cursor.found}`,
      'a value is an integer, true, false, an enumerator, \'c\', "text", hex:00, [array] or {struct}',
    );
  }
  const span = cursor.from(start);
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', span };
  return { kind: 'word', text: word, span };
}

function readInteger(cursor: Cursor, start: number, text: string): ConfigValue | Diagnostic {
  const value = parseInteger(text);
  const span = cursor.from(start);
  if (value !== undefined) return { kind: 'integer', value, span };
  const octal = /^[+-]?0[0-9_]+$/.test(text);
  return cursor.fail(
    octal ? `'${text}' has a leading zero` : 'this is not an integer',
    octal
      ? 'write 0o before an octal number, and a decimal one without leading zeros'
      : 'write decimal digits, or 0x, 0b or 0o and digits; _ may stand between digits',
    span,
  );
}

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 0x22,
  "'": 0x27,
  '\\': 0x5c,
  '?': 0x3f,
};

/** Bytes up to the closing quote, which is taken. */
function readQuoted(cursor: Cursor, quote: string): Uint8Array | Diagnostic {
  const start = cursor.at;
  const plain = quote === '"' ? /[^"\\]+/y : /[^'\\]+/y;
  const chunks: Uint8Array[] = [];
  cursor.at++;
  while (cursor.next !== quote) {
    const text = cursor.take(plain);
    if (text !== undefined) {
      chunks.push(encodeUtf8(text));
    } else if (cursor.next === '') {
      return cursor.fail('the closing quote is missing', `end with ${quote}`, {
        start,
        end: start + 1,
      });
    } else {
      const byte = readEscape(cursor);
      if (typeof byte !== 'number') return byte;
      chunks.push(Uint8Array.of(byte));
    }
  }
  cursor.at++;
  return concat(chunks);
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function readEscape(cursor: Cursor): number | Diagnostic {
  const start = cursor.at++;
  const digits = cursor.take(/[0-7]{1,3}|x[0-9a-fA-F]{1,2}/y);
  if (digits !== undefined) {
    const byte = digits.startsWith('x')
      ? Number.parseInt(digits.slice(1), 16)
      : Number.parseInt(digits, 8);
    if (byte <= 0xff) return byte;
  } else {
    const byte = Object.hasOwn(simpleEscapes, cursor.next) ? simpleEscapes[cursor.next] : undefined;
    if (byte !== undefined) {
      cursor.at++;
      return byte;
    }
    cursor.at = Math.min(cursor.at + 1, cursor.source.text.length);
  }
  return cursor.fail(
    'unknown escape',
    'the escapes are \\n \\t \\r \\a \\b \\f \\v \\\\ \\" \\\' \\? \\0 to \\377 and \\x00 to \\xff',
    cursor.from(start),
  );
}

function readString(cursor: Cursor): ConfigValue | Diagnostic {
  const start = cursor.at;
  const bytes = readQuoted(cursor, '"');
  return bytes instanceof Uint8Array ? { kind: 'string', bytes, span: cursor.from(start) } : bytes;
}

function readCharacter(cursor: Cursor): ConfigValue | Diagnostic {
  const start = cursor.at;
  const bytes = readQuoted(cursor, "'");
  if (!(bytes instanceof Uint8Array)) return bytes;
  const span = cursor.from(start);
  if (bytes.length !== 1) {
    return cursor.fail(
      'a character is one byte in single quotes',
      'for a text use double quotes',
      span,
    );
  }
  return { kind: 'character', value: bytes[0]!, span };
}

function readArray(cursor: Cursor, depth: number): ConfigValue | Diagnostic {
  const elements: ConfigValue[] = [];
  const span = readList(cursor, ']', () => {
    const value = readValue(cursor, depth + 1);
    if (isDiagnostic(value)) return value;
    elements.push(value);
    return undefined;
  });
  return isDiagnostic(span) ? span : { kind: 'array', elements, span };
}

function readStruct(cursor: Cursor, depth: number): ConfigValue | Diagnostic {
  const members: MemberValue[] = [];
  const span = readList(cursor, '}', () => {
    const start = cursor.at;
    cursor.take(/\./y);
    const nameStart = cursor.at;
    const name = cursor.take(/[A-Za-z_][A-Za-z0-9_]*/y);
    const nameSpan = cursor.from(nameStart);
    if (name === undefined) {
      return cursor.fail(
        `expected a member's name, found ${cursor.found}`,
        'write {a: 1, b: 2} or {.a = 1, .b = 2}',
      );
    }
    cursor.skipSpace();
    if (cursor.take(/[:=]/y) === undefined) {
      return cursor.fail(
        `expected ':' or '=' after '${name}', found ${cursor.found}`,
        `write ${cursor.source.text.slice(start, nameSpan.end)}: VALUE`,
      );
    }
    cursor.skipSpace();
    const value = readValue(cursor, depth + 1);
    if (isDiagnostic(value)) return value;
    members.push({ name, nameSpan, value });
    return undefined;
  });
  return isDiagnostic(span) ? span : { kind: 'struct', members, span };
}

/** Items between brackets, with commas between them; one after the last is allowed, as in C. */
function readList(
  cursor: Cursor,
  close: ']' | '}',
  readItem: () => Diagnostic | undefined,
): Span | Diagnostic {
  const start = cursor.at++;
  for (;;) {
    cursor.skipSpace();
    if (cursor.next === close) break;
    const problem = readItem();
    if (problem !== undefined) return problem;
    cursor.skipSpace();
    if (cursor.take(/,/y) === undefined && cursor.next !== close) {
      return cursor.fail(
        `expected ',' or '${close}', found ${cursor.found}`,
        `close the list with ${close}`,
      );
    }
  }
  cursor.at++;
  return cursor.from(start);
}
