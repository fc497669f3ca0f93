/** Puts types behind those of a table, whose ids and strings stay where they are. */
import { KIND } from './format.ts';
import { StringAppender } from './strings.ts';
import { Btf } from './types.ts';

export class BtfAppender {
  readonly #btf: Btf;
  readonly #strings: StringAppender;
  readonly #words: number[] = [];
  /** Where the types begin in `#words`. */
  readonly #starts: number[] = [];

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#strings = new StringAppender(btf.strings);
  }

  /** `encoding`: `INT_SIGNED` and its like. */
  int(name: string, bytes: number, encoding: number): number {
    return this.#append([this.#name(name), head(KIND.INT), bytes, (encoding << 24) | (bytes * 8)]);
  }

  pointer(target: number): number {
    return this.#append([0, head(KIND.PTR), target]);
  }

  array(element: number, index: number, count: number): number {
    return this.#append([0, head(KIND.ARRAY), 0, element, index, count]);
  }

  /** Unnamed; members of 8 bytes, one behind the other, but for those of `size` 0. */
  struct(members: readonly { name: string; type: number; size: 0 | 8 }[]): number {
    let offset = 0;
    const words = members.flatMap(({ name, type, size }) => {
      const at = offset;
      offset += size;
      return [this.#name(name), type, at * 8];
    });
    return this.#append([0, head(KIND.STRUCT, members.length), offset, ...words]);
  }

  /** Its parameters have no names. */
  prototype(result: number, parameters: readonly number[]): number {
    const words = parameters.flatMap((type) => [0, type]);
    return this.#append([0, head(KIND.FUNC_PROTO, parameters.length), result, ...words]);
  }

  variable(name: string, type: number, linkage: number): number {
    return this.#append([this.#name(name), head(KIND.VAR), type, linkage]);
  }

  /** On the whole of `target`. */
  tag(text: string, target: number): number {
    return this.#append([this.#name(text), head(KIND.DECL_TAG), target, 0xffffffff]);
  }

  finish(): Btf {
    const { words, starts, typeCount } = this.#btf;
    const end = words.length;
    const all = new Uint32Array(end + this.#words.length);
    all.set(words);
    all.set(this.#words, end);
    const places = new Uint32Array(typeCount + this.#starts.length + 2);
    places.set(starts.subarray(0, typeCount + 1));
    this.#starts.forEach((start, i) => {
      places[typeCount + 1 + i] = end + start;
    });
    places[places.length - 1] = all.length;
    return new Btf(all, places, this.#strings.finish());
  }

  #name(text: string): number {
    return text === '' ? 0 : this.#strings.add(text);
  }

  #append(words: readonly number[]): number {
    this.#starts.push(this.#words.length);
    for (const word of words) this.#words.push(word >>> 0);
    return this.#btf.typeCount + this.#starts.length;
  }
}

function head(kind: number, vlen = 0): number {
  return (kind << 24) | vlen;
}
