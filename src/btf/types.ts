/**
 * A table of BTF types (kernel documentation, bpf/btf.rst).
 *
 * A type is a row of 32-bit words: name, info, size-or-type, then what its kind adds (a struct three words
 * a member, a function prototype two a parameter). So the whole type section is one `Uint32Array`, in
 * numbers of this machine whatever the file's byte order, and a type is where its words begin:
 *
 *     id 2: struct foo { int a; }      words[starts[2]...]: name  info  4 | name  1  0
 *
 * Ids begin at 1; 0 is void. A table is never changed; `BtfBuilder` makes new ones.
 */
import { KIND } from './format.ts';
import { StringTable } from './strings.ts';

/** Words before what a kind adds. */
export const HEADER_WORDS = 3;

/** Places of the fields that a kind adds, in words from the start of its type. */
export const FIELD = {
  sizeOrType: 2,
  /** INT: encoding, bit offset and bits; VAR: linkage; DECL_TAG: component index. */
  first: 3,
  arrayElement: 3,
  arrayIndex: 4,
  arrayCount: 5,
} as const;

export interface Member {
  readonly name: string;
  readonly type: number;
  /** From the start of the struct. */
  readonly offsetBits: number;
  /** Of a bit-field; 0 for an ordinary member. */
  readonly sizeBits: number;
}

export interface Parameter {
  readonly name: string;
  /** 0 in the last place means "..." where the name is empty too. */
  readonly type: number;
}

export interface Enumerator {
  readonly name: string;
  readonly value: bigint;
}

/** A variable in a DATASEC; bytes. */
export interface SectionVariable {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

export class Btf {
  readonly words: Uint32Array;
  /** By id, with the end of the last type after it; entry 0 is unused. */
  readonly starts: Uint32Array;
  readonly strings: StringTable;
  #byKind: IdsByKind | undefined;

  constructor(words: Uint32Array, starts: Uint32Array, strings: StringTable) {
    this.words = words;
    this.starts = starts;
    this.strings = strings;
  }

  static readonly empty: Btf = new Btf(
    new Uint32Array(0),
    new Uint32Array(2),
    new StringTable(new Uint8Array(1)),
  );

  get typeCount(): number {
    return this.starts.length - 2;
  }

  /** 0 (void) for void and for ids outside the table. */
  kind(id: number): number {
    return this.#has(id) ? (this.words[this.starts[id]! + 1]! >>> 24) & 0x7f : 0;
  }

  /** The ids of the types of a kind, in order. All kinds are looked for at once, when one is first asked for. */
  idsOf(kind: number): Uint32Array {
    this.#byKind ??= idsByKind(this);
    const { ids, first } = this.#byKind;
    return ids.subarray(first[kind]!, first[kind + 1]!);
  }

  /** How many members, parameters, enumerators or variables the type has. */
  vlen(id: number): number {
    return this.words[this.starts[id]! + 1]! & 0xffffff;
  }

  /** The kind flag: bit-fields in a struct, signedness of an enum, union for a forward declaration. */
  flag(id: number): boolean {
    return this.words[this.starts[id]! + 1]! >>> 31 === 1;
  }

  nameOffset(id: number): number {
    return this.words[this.starts[id]!]!;
  }

  name(id: number): string {
    return this.#has(id) ? this.strings.at(this.nameOffset(id)) : '';
  }

  /** Bytes, of the kinds that have a size. */
  size(id: number): number {
    return this.words[this.starts[id]! + 2]!;
  }

  /** The type that a pointer, typedef, qualifier, tag, VAR, FUNC or FUNC_PROTO (its result) refers to. */
  target(id: number): number {
    return this.words[this.starts[id]! + 2]!;
  }

  /** The word at `field` (see `FIELD`) of the type. */
  field(id: number, field: number): number {
    return this.words[this.starts[id]! + field]!;
  }

  member(id: number, index: number): Member {
    const at = this.starts[id]! + HEADER_WORDS + 3 * index;
    const place = this.words[at + 2]!;
    const bitFields = this.flag(id);
    return {
      name: this.strings.at(this.words[at]!),
      type: this.words[at + 1]!,
      offsetBits: bitFields ? place & 0xffffff : place,
      sizeBits: bitFields ? place >>> 24 : 0,
    };
  }

  members(id: number): Member[] {
    return Array.from({ length: this.vlen(id) }, (_, index) => this.member(id, index));
  }

  parameters(id: number): Parameter[] {
    const start = this.starts[id]! + HEADER_WORDS;
    return Array.from({ length: this.vlen(id) }, (_, index) => ({
      name: this.strings.at(this.words[start + 2 * index]!),
      type: this.words[start + 2 * index + 1]!,
    }));
  }

  /** Of an ENUM or ENUM64. */
  enumerators(id: number): Enumerator[] {
    const wide = this.kind(id) === KIND.ENUM64;
    const signed = this.flag(id);
    return Array.from({ length: this.vlen(id) }, (_, index) => {
      const at = this.starts[id]! + HEADER_WORDS + (wide ? 3 : 2) * index;
      const low = BigInt(this.words[at + 1]!);
      const bits = wide ? (BigInt(this.words[at + 2]!) << 32n) | low : low;
      return {
        name: this.strings.at(this.words[at]!),
        value: signed ? BigInt.asIntN(wide ? 64 : 32, bits) : bits,
      };
    });
  }

  /** Of a DATASEC. */
  variables(id: number): SectionVariable[] {
    const start = this.starts[id]! + HEADER_WORDS;
    return Array.from({ length: this.vlen(id) }, (_, index) => ({
      type: this.words[start + 3 * index]!,
      offset: this.words[start + 3 * index + 1]!,
      size: this.words[start + 3 * index + 2]!,
    }));
  }

  #has(id: number): boolean {
    return id > 0 && id < this.starts.length - 1;
  }
}

interface IdsByKind {
  readonly ids: Uint32Array;
  /** By kind, where its ids begin; they end where the next kind's begin. */
  readonly first: readonly number[];
}

const KINDS = KIND.ENUM64 + 1;

function idsByKind({ words, starts, typeCount }: Btf): IdsByKind {
  const kindAt = (id: number): number => (words[starts[id]! + 1]! >>> 24) & 0x7f;
  const first = new Array<number>(KINDS + 1).fill(0);
  for (let id = 1; id <= typeCount; id++) first[kindAt(id)]!++;
  let end = 0;
  for (let kind = 0; kind <= KINDS; kind++) {
    end += first[kind]!;
    first[kind] = end;
  }
  // Each kind is filled from its end.
  const ids = new Uint32Array(typeCount);
  for (let id = typeCount; id > 0; id--) ids[--first[kindAt(id)]!] = id;
  return { ids, first };
}
