/** Puts declarations behind merged types: FUNCs, VARs, their tags, and DATASECs. */

import type { TypeRows } from './dedup/table.ts';
import { widened } from './dedup/word-table.ts';
import { KIND } from './format.ts';
import type { StringPool } from './string-pool.ts';
import { Btf, type SectionVariable } from './types.ts';

export class BtfBuilder {
  readonly #pool: StringPool;
  #words: Uint32Array;
  #length: number;
  #starts: Uint32Array;
  #count: number;
  /** FUNCs and tags by what they say. */
  readonly #known = new Map<string, number>();

  /** The types come first and keep their ids; their strings are in the pool. */
  constructor(types: TypeRows, pool: StringPool) {
    this.#pool = pool;
    this.#words = types.words;
    this.#length = types.words.length;
    this.#starts = types.starts;
    this.#count = types.starts.length - 2;
    for (let id = 1; id <= this.#count; id++) this.#note(id);
  }

  /** One for each name, prototype and linkage. */
  func(nameOffset: number, prototype: number, linkage: number): number {
    return this.#once([nameOffset, header(KIND.FUNC, linkage), prototype]);
  }

  /** One for each result and parameters, among those made here. */
  prototype(
    result: number,
    parameters: readonly (readonly [name: number, type: number])[],
  ): number {
    return this.#once([
      0,
      header(KIND.FUNC_PROTO, parameters.length),
      result,
      ...parameters.flat(),
    ]);
  }

  /** A new one each time. */
  variable(nameOffset: number, type: number, linkage: number): number {
    return this.#append([nameOffset, header(KIND.VAR, 0), type, linkage]);
  }

  /** One for each text, target, component (-1 for the whole) and kind flag. */
  tag(nameOffset: number, target: number, component: number, flag = false): number {
    return this.#once([nameOffset, header(KIND.DECL_TAG, 0, flag), target, component >>> 0]);
  }

  /** A new one each time; its entries are put in the order of their offsets. */
  datasec(nameOffset: number, size: number, entries: readonly SectionVariable[]): number {
    const words = [nameOffset, header(KIND.DATASEC, entries.length), size];
    const sorted = entries.toSorted((a, b) => a.offset - b.offset);
    for (const { type, offset, size: bytes } of sorted) words.push(type, offset, bytes);
    return this.#append(words);
  }

  /** The table so far; a copy. */
  build(): Btf {
    const starts = this.#starts.slice(0, this.#count + 2);
    return new Btf(this.#words.slice(0, this.#length), starts, this.#pool.toTable());
  }

  /** The known type of these words, or a new one. */
  #once(words: readonly number[]): number {
    const key = words.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const id = this.#append(words);
    this.#known.set(key, id);
    return id;
  }

  /** Remembers a FUNC or tag among the types given at first. */
  #note(id: number): void {
    const at = this.#starts[id]!;
    const kind = (this.#words[at + 1]! >>> 24) & 0x7f;
    if (kind !== KIND.FUNC && kind !== KIND.DECL_TAG) return;
    const key = this.#words.subarray(at, this.#starts[id + 1]!).join();
    if (!this.#known.has(key)) this.#known.set(key, id);
  }

  #append(words: readonly number[]): number {
    const end = this.#length + words.length;
    if (end > this.#words.length) this.#words = widened(this.#words, 2 * end);
    this.#words.set(words, this.#length);
    const id = ++this.#count;
    if (id + 2 > this.#starts.length) this.#starts = widened(this.#starts, 2 * (id + 2));
    this.#starts[id] = this.#length;
    this.#starts[id + 1] = end;
    this.#length = end;
    return id;
  }
}

function header(kind: number, vlen: number, flag = false): number {
  return (((flag ? 1 : 0) << 31) | (kind << 24) | vlen) >>> 0;
}
