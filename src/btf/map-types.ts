/**
 * Makes types for maps as `.maps` has them; map-definition.ts reads them:
 *
 *     { type: 1, key: a type, value_size: 8 }     struct { int (*type)[1]; KEY *key; int (*value_size)[8]; }
 */
import type { BtfAppender } from './append.ts';
import { INT_SIGNED } from './format.ts';

export interface NewMap {
  /** Numbers by attribute, in order; those that are 0 are left out. */
  readonly numbers: readonly (readonly [attribute: string, value: number])[];
  /** The types of keys and values, where they are known. */
  readonly key?: number;
  readonly value?: number;
  /** What slots point to: the struct of an inner map or a prototype. */
  readonly slots?: number;
}

/** More elements of 4 bytes than the kernel takes for an array. */
const MOST_INTS = 2 ** 30;

export class MapTypes {
  readonly #types: BtfAppender;
  readonly #made = new Map<string, number>();

  constructor(types: BtfAppender) {
    this.#types = types;
  }

  /** The struct, and the bytes of its members before `values`. */
  struct({ numbers, key, value, slots }: NewMap): { readonly type: number; readonly size: number } {
    const given = numbers.filter(([, number]) => number !== 0);
    const members = given.map(
      ([name, number]) => ({ name, type: this.#number(number), size: 8 }) as const,
    );
    const sides = [['key', key] as const, ['value', value] as const].flatMap(([name, type]) =>
      type === undefined ? [] : [{ name, type: this.#types.pointer(type), size: 8 } as const],
    );
    const fixed = [...members, ...sides];
    const values =
      slots === undefined
        ? []
        : [{ name: 'values', type: this.#array(this.#types.pointer(slots), 0), size: 0 } as const];
    return { type: this.#types.struct([...fixed, ...values]), size: fixed.length * 8 };
  }

  /** `int (void *)` */
  program(): number {
    return this.#types.prototype(this.#int(), [this.#types.pointer(0)]);
  }

  #number(value: number): number {
    const element = value < MOST_INTS ? this.#int() : this.#byte();
    return this.#types.pointer(this.#array(element, value));
  }

  #array(element: number, count: number): number {
    const index = this.#once('__ARRAY_SIZE_TYPE__', () =>
      this.#types.int('__ARRAY_SIZE_TYPE__', 4, 0),
    );
    return this.#types.array(element, index, count);
  }

  #int(): number {
    return this.#once('int', () => this.#types.int('int', 4, INT_SIGNED));
  }

  #byte(): number {
    return this.#once('char', () => this.#types.int('char', 1, INT_SIGNED));
  }

  #once(name: string, make: () => number): number {
    const id = this.#made.get(name) ?? make();
    this.#made.set(name, id);
    return id;
  }
}
