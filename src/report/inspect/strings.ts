/** Strings in the data of an object. */
import { decodeUtf8 } from '../../base/bytes.ts';

/** A string that is longer is cut. */
const SHOWN_TEXT = 60;

/** The text in quotes that stands at `offset`, if it is printable and ends in NUL. */
export function stringAt(
  bytes: Uint8Array,
  offset: number,
  limit: number = SHOWN_TEXT,
): string | undefined {
  const end = bytes.indexOf(0, offset);
  return end < 0 ? undefined : textOf(bytes.subarray(offset, end), limit);
}

/** Printable bytes as text in quotes, of which `...` stands for what is behind `limit` characters. */
export function textOf(bytes: Uint8Array, limit: number): string | undefined {
  // A character has four bytes at most, and the last one may be cut.
  const head = decodeUtf8(bytes.subarray(0, 4 * (limit + 1)));
  const cut = head.length > limit;
  const text = cut ? head.slice(0, limit) : head;
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} \n\t\r]+$/u.test(text) || text.includes('\ufffd')) {
    return undefined;
  }
  return `${quote(text)}${cut ? '...' : ''}`;
}

/**
 * A value in C, cut where it is long: `{.port = 80, .hosts = {1, 2, ...}}`. A string keeps its quotes:
 * `"too lo"...`.
 */
export function shorten(value: string, limit: number = SHOWN_TEXT): string {
  if (value.length <= limit) return value;
  // Where it can be cut: behind a comma or a brace, or between characters of a string.
  let end = value.startsWith('{') ? 1 : limit;
  let [depth, open, inString, openString] = [0, 0, false, false];
  let at = 0;
  while (at < limit) {
    const [token] = /^(\\x..|\\.|, |.)/su.exec(value.slice(at, at + 4)) as RegExpExecArray;
    at += token.length;
    if (token === '"') inString = !inString;
    else if (!inString && token === '{') depth++;
    else if (!inString && token === '}') depth--;
    if (at > limit || !(inString || /["{]|, /.test(token))) continue;
    [end, open, openString] = [at, depth, inString];
  }
  return `${value.slice(0, end)}${openString ? '"' : ''}...${'}'.repeat(open)}`;
}

function quote(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\n\t\r]/g, (one) => escapes[one]!)}"`;
}
