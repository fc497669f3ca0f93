/** Which name the tag of a struct, union or enum has in C, where one name may be of several types. */
import { KIND } from '../format.ts';
import type { Btf } from '../types.ts';
import { identifier, Scope } from './names.ts';

/** `struct`, `union` or `enum`. */
export function keyword(btf: Btf, id: number): 'struct' | 'union' | 'enum' {
  switch (btf.kind(id)) {
    case KIND.STRUCT:
      return 'struct';
    case KIND.UNION:
      return 'union';
    case KIND.FWD:
      return btf.flag(id) ? 'union' : 'struct';
    default:
      return 'enum';
  }
}

/** Whether the type is a name only: a forward declaration, or an enum without enumerators. */
export function isForward(btf: Btf, id: number): boolean {
  return btf.kind(id) === KIND.FWD || (keyword(btf, id) === 'enum' && btf.vlen(id) === 0);
}

interface Tag {
  readonly text: string;
  /** Whether a definition has it: the next one of the name needs another. */
  defined: boolean;
}

export class Tags {
  readonly #btf: Btf;
  readonly #scope = new Scope();
  readonly #byId = new Map<number, string>();
  /** By keyword and name in BTF; the first one, which forward declarations mean. */
  readonly #first = new Map<string, Tag>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** `struct foo`, `union foo___2`. */
  of(id: number): string {
    let text = this.#byId.get(id);
    if (text === undefined) {
      text = this.#choose(id);
      this.#byId.set(id, text);
    }
    return text;
  }

  #choose(id: number): string {
    const word = keyword(this.#btf, id);
    const name = identifier(this.#btf.name(id));
    const key = `${word} ${name}`;
    const first = this.#first.get(key);
    const definition = !isForward(this.#btf, id);
    if (first !== undefined && !(definition && first.defined)) {
      if (definition) first.defined = true;
      return first.text;
    }
    const text = `${word} ${this.#scope.claim(name)}`;
    if (first === undefined) this.#first.set(key, { text, defined: definition });
    return text;
  }
}
