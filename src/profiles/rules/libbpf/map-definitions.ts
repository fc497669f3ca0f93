/**
 * LIBBPF-010: map definitions, read as libbpf reads them (`parse_btf_map_def`), field by field:
 *
 *     __uint(type, 1)      int (*type)[1];            a number is the length of an array
 *     __type(key, __u32)   __u32 *key;                a type is what a pointer points to
 *     __array(values, T)   T *values[];               last; T is an inner map, or a prototype of programs
 */
import { KIND } from '../../../btf/format.ts';
import { MAP_NUMBERS } from '../../../btf/map-definition.ts';
import { peel, sizeOf } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';

export interface MapFields {
  /** Of numbers, by name; `__ulong` fields too. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly keySize: number | undefined;
  readonly valueSize: number | undefined;
}

/** What is wrong, in words that follow the map's name, and what libbpf says; it says nothing of some. */
export interface MapFault {
  readonly fault: string;
  readonly quoted: string | undefined;
  readonly remedy?: string;
}

export type ReadMap =
  | { readonly map: MapFields; readonly wrong?: undefined }
  | { readonly map?: undefined; readonly wrong: MapFault };

const NUMBERS: ReadonlySet<string> = new Set(MAP_NUMBERS);

const PROG_ARRAY = 3;
const MAPS_OF_MAPS: ReadonlySet<number> = new Set([12, 13]);
const PIN_BY_NAME = 1;

class Wrong extends Error {
  readonly fault: MapFault;

  constructor(fault: string, quoted: string | undefined, remedy?: string) {
    super(fault);
    this.fault = { fault, quoted, ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** Who reads. */
export interface Reading {
  readonly loader: Loader;
  /** Passes over fields that it does not know. */
  readonly relaxed: boolean;
}

/** `id` is a struct, or leads to one. */
export function readMapFields(btf: Btf, id: number, how: Reading): ReadMap {
  try {
    return { map: new Reader(btf, how, false).read(peel(btf, id)) };
  } catch (thrown) {
    if (thrown instanceof Wrong) return { wrong: thrown.fault };
    throw thrown;
  }
}

/** Of one definition; inner maps have a reader of their own. */
class Reader {
  readonly #btf: Btf;
  readonly #how: Reading;
  readonly #inner: boolean;
  readonly #numbers = new Map<string, number>();
  readonly #sizes = new Map<'key' | 'value', number>();

  constructor(btf: Btf, how: Reading, inner: boolean) {
    this.#btf = btf;
    this.#how = how;
    this.#inner = inner;
  }

  read(struct: number): MapFields {
    const members = this.#btf.members(struct);
    members.forEach(({ name, type }, i) => {
      if (name === 'key' || name === 'value') this.#size(name, this.#sizeOfTarget(name, type));
      else if (name === 'values') this.#values(type, i === members.length - 1);
      else if (this.#knows(name)) this.#number(name, type);
      else if (!this.#how.relaxed) {
        const numbers = [...NUMBERS].filter((one) => this.#knows(one));
        const known = [...numbers, 'key', 'value', 'values'].join(', ');
        throw new Wrong(
          `has the unknown field '${name}'`,
          `unknown field '${name}'.`,
          `the fields are ${known}`,
        );
      }
    });
    if (!this.#numbers.get('type')) {
      throw new Wrong(
        'has no type',
        "map type isn't specified.",
        'add __uint(type, BPF_MAP_TYPE_...)',
      );
    }
    const [keySize, valueSize] = [this.#sizes.get('key'), this.#sizes.get('value')];
    return { numbers: this.#numbers, keySize, valueSize };
  }

  #knows(name: string): boolean {
    return NUMBERS.has(name) && (name !== 'map_extra' || !isBefore(this.#how.loader, [0, 6]));
  }

  #number(name: string, type: number): void {
    const value = this.#value(name, type);
    if (name === 'key_size') this.#size('key', value);
    else if (name === 'value_size') this.#size('value', value);
    else if (name === 'pinning') this.#pinning(value);
    this.#numbers.set(name, value);
  }

  #value(name: string, type: number): number {
    const btf = this.#btf;
    const pointer = peel(btf, type);
    const isLong = name === 'map_extra' && !isBefore(this.#how.loader, [1, 4]);
    if (isLong && btf.kind(pointer) !== KIND.PTR) return this.#enumerator(pointer);
    const array = btf.kind(pointer) === KIND.PTR ? btf.target(pointer) : 0;
    if (btf.kind(array) !== KIND.ARRAY) {
      const expected = btf.kind(pointer) === KIND.PTR ? 'ARRAY' : 'PTR';
      throw new Wrong(
        `has a field '${name}' that is no number`,
        `attr '${name}': expected ${expected}, got ...`,
        `write __uint(${name}, NUMBER)`,
      );
    }
    return btf.field(array, FIELD.arrayCount);
  }

  /** `__ulong(map_extra, n)` is an enum of one value. */
  #enumerator(id: number): number {
    const btf = this.#btf;
    const kind = btf.kind(id);
    const isEnum = kind === KIND.ENUM || kind === KIND.ENUM64;
    const [only, ...more] = isEnum ? btf.enumerators(id) : [];
    if (only === undefined || more.length > 0) {
      const quoted = isEnum ? 'invalid __ulong' : 'expected ENUM or ENUM64, got ...';
      throw new Wrong(
        "has a field 'map_extra' that is no number",
        `attr 'map_extra': ${quoted}`,
        'write __ulong(map_extra, NUMBER)',
      );
    }
    return Number(only.value);
  }

  #sizeOfTarget(name: 'key' | 'value', type: number): number {
    const btf = this.#btf;
    if (btf.kind(type) !== KIND.PTR) {
      throw new Wrong(
        `has a ${name} that is no type`,
        `${name} spec is not PTR: ...`,
        `write __type(${name}, TYPE)`,
      );
    }
    const size = sizeOf(btf, btf.target(type));
    if (size === undefined) {
      throw new Wrong(
        `has a ${name} of an incomplete type`,
        `can't determine ${name} size for type [N]`,
        'include the header that defines the type',
      );
    }
    return size;
  }

  /** Twice is fine where both agree. */
  #size(which: 'key' | 'value', size: number): void {
    const known = this.#sizes.get(which) ?? 0;
    if (known !== 0 && known !== size) {
      throw new Wrong(
        `has two sizes of its ${which}, ${known} and ${size}`,
        `conflicting ${which} size ${known} != ${size}.`,
        `give either ${which} or ${which}_size`,
      );
    }
    this.#sizes.set(which, size);
  }

  #pinning(value: number): void {
    if (this.#inner) {
      throw new Wrong('pins its inner map', "inner def can't be pinned.", 'remove its pinning');
    }
    if (value > PIN_BY_NAME) {
      throw new Wrong(
        `asks for pinning ${value}`,
        `invalid pinning value ${value}.`,
        'libbpf knows LIBBPF_PIN_NONE (0) and LIBBPF_PIN_BY_NAME (1)',
      );
    }
  }

  #values(type: number, last: boolean): void {
    const btf = this.#btf;
    const of = this.#numbers.get('type') ?? 0;
    if (this.#inner) {
      throw new Wrong('has an inner map with inner maps', 'multi-level inner maps not supported.');
    }
    if (!last) {
      throw new Wrong(
        "has fields behind 'values'",
        "'values' member should be last.",
        'move it to the end',
      );
    }
    const holdsPrograms = of === PROG_ARRAY && !isBefore(this.#how.loader, [0, 6]);
    if (!MAPS_OF_MAPS.has(of) && !holdsPrograms) {
      throw new Wrong(
        "has 'values', which its type does not have",
        'should be map-in-map or prog-array.',
        'type goes before values, and is PROG_ARRAY, ARRAY_OF_MAPS or HASH_OF_MAPS',
      );
    }
    this.#size('value', 4);
    const slot = this.#slot(type, MAPS_OF_MAPS.has(of) ? 'map-in-map inner' : 'prog-array value');
    if (of === PROG_ARRAY) {
      if (btf.kind(slot) !== KIND.FUNC_PROTO) {
        throw new Wrong(
          "has 'values' that are no functions",
          'prog-array value def is of unexpected kind ...',
          'write __array(values, int (void *))',
        );
      }
    } else if (btf.kind(slot) !== KIND.STRUCT) {
      throw new Wrong(
        "has 'values' that are no maps",
        'map-in-map inner def is of unexpected kind ...',
        'write __array(values, struct INNER), where the struct is a map definition',
      );
    } else new Reader(btf, this.#how, true).read(slot);
  }

  /** What the pointers in `values` point to. */
  #slot(type: number, what: string): number {
    const btf = this.#btf;
    if (btf.kind(type) !== KIND.ARRAY || btf.field(type, FIELD.arrayCount) !== 0) {
      throw new Wrong(
        "has 'values' of a given length",
        `${what} spec is not a zero-sized array.`,
        'write __array(values, TYPE)',
      );
    }
    const pointer = peel(btf, btf.field(type, FIELD.arrayElement));
    if (btf.kind(pointer) !== KIND.PTR) {
      throw new Wrong("has 'values' that are no pointers", `${what} def is of unexpected kind ...`);
    }
    return peel(btf, btf.target(pointer));
  }
}
