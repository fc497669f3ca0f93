/**
 * A string section in the making, with one copy of each text.
 *
 * Strings arrive as offsets into the tables of many objects, mostly the same ones over and over. So they are
 * compared as bytes, found by a hash of them, and decoded by nobody; an importer remembers what it saw last.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import { StringTable } from './strings.ts';

export class StringPool {
  #bytes = new Uint8Array(1024);
  #length = 1;
  #count = 0;
  /** Of the string that was scanned last. */
  #hash = 0;
  /** Offsets of the strings at their hash or after it; 0 where there is none. */
  #slots = new Uint32Array(256);
  /** By slot. */
  #hashes = new Uint32Array(256);

  /** The offset of `text`, which ends before its first NUL if it has one; final when it is given. */
  intern(text: string): number {
    const bytes = encodeUtf8(text);
    return this.#intern(bytes, 0, this.#scan(bytes, 0));
  }

  /** Takes offsets in `table` and gives the offsets here; those outside of the table stand for ''. */
  importer({ bytes }: StringTable): (offset: number) => number {
    // What was asked for last; at first '', which is 0 anywhere.
    let asked = 0;
    let answer = 0;
    return (offset) => {
      if (offset !== asked) {
        asked = offset;
        answer = this.internAt(bytes, offset);
      }
      return answer;
    };
  }

  /** The offset here of the string at `offset` in the bytes of a table; what has no end stands for ''. */
  internAt(bytes: Uint8Array, offset: number): number {
    const end = this.#scan(bytes, offset);
    return end < bytes.length ? this.#intern(bytes, offset, end) : 0;
  }

  /** Where the string that begins at `start` ends; leaves its hash for `#intern`. */
  #scan(bytes: Uint8Array, start: number): number {
    let hash = 0x811c9dc5;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === 0) break;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    this.#hash = (hash ^ (hash >>> 15)) >>> 0;
    return at;
  }

  /** All strings so far; a view that the next one may leave behind. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy. */
  toTable(): StringTable {
    return new StringTable(this.bytes.slice());
  }

  /** The string that was scanned last. */
  #intern(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const hash = this.#hash;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let offset = this.#slots[slot]!; offset !== 0; offset = this.#slots[slot]!) {
      if (this.#hashes[slot] === hash && this.#equals(offset, bytes, start, end)) return offset;
      slot = (slot + 1) & mask;
    }
    const offset = this.#append(bytes, start, end);
    this.#slots[slot] = offset;
    this.#hashes[slot] = hash;
    if (++this.#count * 2 > mask) this.#spread();
    return offset;
  }

  #equals(offset: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes;
    for (let i = start, at = offset; i < end; i++, at++) if (own[at] !== bytes[i]) return false;
    return own[offset + end - start] === 0;
  }

  #append(bytes: Uint8Array, start: number, end: number): number {
    const offset = this.#length;
    const needed = offset + end - start + 1;
    if (needed > this.#bytes.length) {
      const wider = new Uint8Array(2 * needed);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes.set(bytes.subarray(start, end), offset);
    this.#length = needed;
    return offset;
  }

  #spread(): void {
    const size = this.#slots.length * 2;
    const slots = new Uint32Array(size);
    const hashes = new Uint32Array(size);
    for (let from = 0; from < this.#slots.length; from++) {
      const offset = this.#slots[from]!;
      if (offset === 0) continue;
      const hash = this.#hashes[from]!;
      let slot = hash & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = offset;
      hashes[slot] = hash;
    }
    this.#slots = slots;
    this.#hashes = hashes;
  }
}
