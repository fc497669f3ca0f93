/**
 * A string table of an object. Names are ASCII nearly always, so the table is decoded once and cut: one by
 * one thousands of short strings take several times as long. A table too large or not ASCII is left alone,
 * and each name decoded when it is asked for.
 */
import { cString, decodeUtf8 } from '../base/bytes.ts';

/** More would keep too much in memory for the sake of a name. */
const MOST_DECODED = 2 ** 20;

export class Strings {
  readonly #bytes: Uint8Array;
  readonly #text: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const text = bytes.length <= MOST_DECODED ? decodeUtf8(bytes) : '';
    // What is not ASCII has fewer characters than bytes.
    this.#text = text.length === bytes.length ? text : undefined;
  }

  /** The NUL-terminated string at `offset`, or undefined where it does not end inside the table. */
  at(offset: number): string | undefined {
    if (this.#text === undefined) return cString(this.#bytes, offset);
    const end = offset < this.#text.length ? this.#text.indexOf('\0', offset) : -1;
    return end < 0 ? undefined : this.#text.slice(offset, end);
  }
}
