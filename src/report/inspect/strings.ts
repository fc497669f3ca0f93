/** Strings in the data of an object. */
import { decodeUtf8 } from '../../base/bytes.ts';

/** A string that is longer is cut. */
const SHOWN_TEXT = 60;

/** The text in quotes that stands at `offset`, if it is printable and ends in NUL. */
export function stringAt(bytes: Uint8Array, offset: number): string | undefined {
  const end = bytes.indexOf(0, offset);
  if (end <= offset) return undefined;
  const shown = bytes.subarray(offset, Math.min(end, offset + 4 * SHOWN_TEXT));
  const text = decodeUtf8(shown);
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} \n\t\r]+$/u.test(text) || text.includes('\ufffd')) {
    return undefined;
  }
  const cut = text.length > SHOWN_TEXT;
  return `${quote(cut ? text.slice(0, SHOWN_TEXT) : text)}${cut ? '...' : ''}`;
}

function quote(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\n\t\r]/g, (one) => escapes[one]!)}"`;
}
