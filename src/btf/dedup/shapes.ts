/**
 * The first look at the types of all files: their *shapes*.
 *
 * A shape is a type's own words, where a named struct, union or enum that it refers to is replaced by its
 * name, and any other type by that type's shape. So shapes have no cycles, are made from the leaves up, and
 * equal types have equal shapes:
 *
 *     struct list { struct list *next; int n; };      shape 1: int
 *                                                     shape 2: the name "struct list"
 *                                                     shape 3: pointer to shape 2
 *                                                     shape 4: struct list { next: shape 3; n: shape 1 }
 *
 * Types of equal shapes are equal, unless a name in them stands for different types: `ambiguous` lists the
 * names that have bodies of more than one shape, for src/btf/dedup/refine.ts. Mostly there are few, and then
 * a type of a header that 2,000 files share has cost one hash of its words for each.
 *
 * A struct without a name may lead to itself too, though no compiler writes that: see endless.ts.
 */
import { KIND } from '../format.ts';
import { StringPool } from '../string-pool.ts';
import type { Btf } from '../types.ts';
import { endlessTypes } from './endless.ts';
import { HAS_TARGET, IDS, idsEnd, NAMES } from './entries.ts';
import { WordTable, widened } from './word-table.ts';

/** The type was left out. */
export const LEFT_OUT = 0;
/** Its references are being looked at. */
const OPEN = 0xffffffff;
/** What C calls the tag's kind: a struct, a union and an enum of one name are three types. */
const SORT = { struct: 1, union: 2, enum: 3, endless: 4 } as const;

export class Shapes {
  /** Shapes and names. A shape's row is like the type, with offsets into a pool of its own. */
  readonly table: WordTable = new WordTable();
  /** How references see a shape: its name if it has one, or itself. */
  seenAs: Uint32Array = new Uint32Array(256);
  /** Of a name: the first shape that defines it; 0 where there are forward declarations only. */
  body: Uint32Array = new Uint32Array(256);
  /** Names with bodies of more than one shape. */
  readonly ambiguous: Set<number> = new Set();
  readonly #strings = new StringPool();
  readonly #room = new Room();
  readonly #keepDeclarations: boolean;

  /** Without declarations, FUNCs, VARs, DATASECs and what tags them are left out. */
  constructor(keepDeclarations: boolean) {
    this.#keepDeclarations = keepDeclarations;
  }

  /** The shapes of the types, by id; `LEFT_OUT` for those that are not wanted. */
  add(btf: Btf): Uint32Array {
    const { typeCount } = btf;
    const file = new FileShapes(this, btf, this.#strings, this.#room);
    // Compilers write what a type refers to behind it.
    for (let id = typeCount; id > 0; id--) {
      if (file.shapes[id] === LEFT_OUT && this.#wants(btf, id)) file.visit(id);
    }
    return file.shapes;
  }

  #wants(btf: Btf, id: number): boolean {
    if (this.#keepDeclarations) return true;
    const kind = btf.kind(id);
    return !isDeclaration(kind === KIND.DECL_TAG ? btf.kind(btf.target(id)) : kind);
  }

  /** Whether a reference to a type of the kind is one that can have a shape. */
  canRefer(kind: number): boolean {
    return this.#keepDeclarations || !isDeclaration(kind);
  }

  /** The number of a named struct's, union's or enum's name. */
  nameOf(sort: number, name: number): number {
    const { table } = this;
    table.reserve(2);
    const { top, words } = table;
    words[top] = name;
    words[top + 1] = sort;
    const before = table.count;
    const row = table.commit(2);
    if (row === before) this.#note(row, row);
    return row;
  }

  /** The number of the shape of `length` words that was written at the table's top. */
  shapeOf(kind: number, length: number, name: number, isForward: boolean): number {
    const { table } = this;
    const before = table.count;
    const unique = kind === KIND.VAR || kind === KIND.DATASEC;
    const row = unique ? table.append(length) : table.commit(length);
    if (row !== before) return row;
    this.#note(row, name === 0 ? row : name);
    if (name !== 0 && !isForward) {
      if (this.body[name] === 0) this.body[name] = row;
      else this.ambiguous.add(name);
    }
    return row;
  }

  /** By shape, 1 for those of forward declarations. */
  forwards(): Uint8Array {
    const { table, seenAs } = this;
    const forwards = new Uint8Array(table.count);
    for (let row = 1; row < table.count; row++) {
      if (seenAs[row] === row) continue;
      const start = table.starts[row]!;
      if (announces(table.words[start + 1]!)) forwards[row] = 1;
    }
    return forwards;
  }

  #note(row: number, seenAs: number): void {
    if (row >= this.seenAs.length) {
      this.seenAs = widened(this.seenAs, 2 * row);
      this.body = widened(this.body, 2 * row);
    }
    this.seenAs[row] = seenAs;
  }
}

function isDeclaration(kind: number): boolean {
  return kind === KIND.FUNC || kind === KIND.VAR || kind === KIND.DATASEC;
}

/** Whether the type only announces a named struct, union or enum. An enum without enumerators does. */
export function isForward(btf: Btf, id: number): boolean {
  return btf.nameOffset(id) !== 0 && announces(btf.words[btf.starts[id]! + 1]!);
}

/** The same by the second word of a named type. */
function announces(info: number): boolean {
  const kind = (info >>> 24) & 0x7f;
  if (kind === KIND.FWD) return true;
  return (kind === KIND.ENUM || kind === KIND.ENUM64) && (info & 0xffffff) === 0;
}

function sortOf(kind: number, flag: boolean): number {
  switch (kind) {
    case KIND.STRUCT:
      return SORT.struct;
    case KIND.UNION:
      return SORT.union;
    case KIND.ENUM:
    case KIND.ENUM64:
      return SORT.enum;
    case KIND.FWD:
      return flag ? SORT.union : SORT.struct;
    default:
      return 0;
  }
}

/** Memory that one file leaves to the next. */
class Room {
  /** By offset in the file's strings: one more than the offset in the pool; 0 if not known. */
  names: Uint32Array = new Uint32Array(1 << 12);
  /** By id. */
  seenAs: Uint32Array = new Uint32Array(1 << 10);

  clear(strings: number, types: number): void {
    if (strings > this.names.length) this.names = new Uint32Array(2 * strings);
    else this.names.fill(0, 0, strings);
    if (types > this.seenAs.length) this.seenAs = new Uint32Array(2 * types);
    else this.seenAs.fill(0, 0, types);
  }
}

/** The work on one file. */
class FileShapes {
  readonly shapes: Uint32Array;
  readonly #all: Shapes;
  readonly #btf: Btf;
  readonly #strings: StringPool;
  readonly #names: Uint32Array;
  /** How references see each type; 0 where that is not known yet. */
  readonly #seenAs: Uint32Array;
  readonly #stack: number[] = [];

  constructor(all: Shapes, btf: Btf, strings: StringPool, room: Room) {
    this.#all = all;
    this.#btf = btf;
    this.#strings = strings;
    this.shapes = new Uint32Array(btf.typeCount + 1);
    room.clear(btf.strings.bytes.length, this.shapes.length);
    this.#names = room.names.subarray(0, btf.strings.bytes.length);
    this.#seenAs = room.seenAs.subarray(0, this.shapes.length);
  }

  /** The offset in the pool. */
  #name(offset: number): number {
    const known = this.#names[offset];
    return known !== undefined && known !== 0 ? known - 1 : this.#newName(offset);
  }

  #newName(offset: number): number {
    const { bytes } = this.#btf.strings;
    const name = this.#strings.internAt(bytes, offset);
    if (offset < bytes.length) this.#names[offset] = name + 1;
    return name;
  }

  /** Finds the shape of the type, and before it those of the types that it refers to. */
  visit(id: number): void {
    const stack = this.#stack;
    stack.push(id);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const shape = this.shapes[top]!;
      if (shape !== LEFT_OUT && shape !== OPEN) stack.pop();
      else if (this.#prepare(top)) {
        stack.pop();
        this.#close(top);
      }
    }
  }

  /** Looks at the references; puts the types that have to come first onto the stack and gives false. */
  #prepare(id: number): boolean {
    const { words, starts } = this.#btf;
    const seenAs = this.#seenAs;
    const at = starts[id]!;
    const kind = (words[at + 1]! >>> 24) & 0x7f;
    let ready = true;
    if (HAS_TARGET[kind] === 1) {
      const target = words[at + 2]!;
      if (seenAs[target] === 0 && !this.#see(target)) ready = false;
    }
    const distance = IDS.distance[kind]!;
    if (distance !== 0) {
      const end = idsEnd(kind, starts[id + 1]!);
      for (let i = at + IDS.first[kind]!; i < end; i += distance) {
        const target = words[i]!;
        if (seenAs[target] === 0 && !this.#see(target)) ready = false;
      }
    }
    if (!ready) this.shapes[id] = OPEN;
    return ready;
  }

  /** Gives false, and puts the type onto the stack, where it must have a shape first. */
  #see(id: number): boolean {
    if (id === 0 || id > this.#btf.typeCount) return true;
    const btf = this.#btf;
    const kind = btf.kind(id);
    const sort = sortOf(kind, btf.flag(id));
    const name = sort === 0 ? 0 : this.#name(btf.nameOffset(id));
    if (name !== 0) {
      this.#seenAs[id] = this.#all.nameOf(sort, name);
      return true;
    }
    if (!this.#all.canRefer(kind)) return true;
    if (this.shapes[id] === OPEN) {
      this.#cutEndless();
      return true;
    }
    this.#stack.push(id);
    return false;
  }

  /** All references are known. */
  #close(id: number): void {
    const btf = this.#btf;
    const { words, starts } = btf;
    const seenAs = this.#seenAs;
    const at = starts[id]!;
    const length = starts[id + 1]! - at;
    const kind = (words[at + 1]! >>> 24) & 0x7f;
    const sort = sortOf(kind, btf.flag(id));
    const name = this.#name(words[at]!);
    if (sort !== 0 && name !== 0 && seenAs[id] === 0) {
      seenAs[id] = this.#all.nameOf(sort, name);
    }
    const { table } = this.#all;
    table.reserve(length);
    const row = table.words;
    const { top } = table;
    const end = top + length;
    for (let i = 1; i < length; i++) row[top + i] = words[at + i]!;
    row[top] = name;
    if (HAS_TARGET[kind] === 1) row[top + 2] = seenAs[row[top + 2]!]!;
    const names = NAMES.distance[kind]!;
    if (names !== 0) {
      for (let i = top + NAMES.first[kind]!; i < end; i += names) row[i] = this.#name(row[i]!);
    }
    const ids = IDS.distance[kind]!;
    if (ids !== 0) {
      const last = idsEnd(kind, end);
      for (let i = top + IDS.first[kind]!; i < last; i += ids) row[i] = seenAs[row[i]!]!;
    }
    const isForward = name !== 0 && announces(words[at + 1]!);
    const shape = this.#all.shapeOf(kind, length, seenAs[id]!, isForward);
    this.shapes[id] = shape;
    if (seenAs[id] === 0) seenAs[id] = shape;
  }

  /** Gives all types without end a name, so that references to them need no shape. */
  #cutEndless(): void {
    const btf = this.#btf;
    for (let id = 1; id <= btf.typeCount; id++) {
      if (sortOf(btf.kind(id), btf.flag(id)) === 0) continue;
      if (this.#name(btf.nameOffset(id)) !== 0) this.#see(id);
    }
    for (const id of endlessTypes(btf, this.#seenAs)) {
      this.#seenAs[id] = this.#all.nameOf(
        SORT.endless + btf.kind(id),
        this.#name(btf.nameOffset(id)),
      );
    }
  }
}
