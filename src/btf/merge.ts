/**
 * Merges the types of many files into one table with each type once.
 *
 * Two types are equal if nothing tells them apart however far their references are followed. That is not
 * found by comparing pairs, whose number grows with the square of the input, but by giving equal types equal
 * numbers (hash consing):
 *
 * 1. `Shapes` numbers what types look like up to the names of the structs, unions and enums that they refer
 *    to, which cuts all cycles. For most names there is one thing that they can mean, and that is all.
 * 2. `refine` tells apart the types that lead to a name with several meanings.
 * 3. A forward declaration is the type of its name, if there is one. If there are several and the struct
 *    that leads to it is like another, which says more, `aliasForwards` takes it for that one; as libbpf
 *    does. A forward declaration that nothing decides stays.
 *
 *     a.o: struct list *p;  struct list { struct list *next; int n; };
 *     b.o: struct list *p;  struct list;                               -> the types of a.o
 *
 * Merged types stand in the order in which they first appear, so that a table that was merged stays as it
 * is. Names of function parameters are part of a prototype, as are the kind flag and the offsets of members.
 *
 * Not attempted: the smallest table that there is where forward declarations could be taken for several
 * types. To find that is exponential; a few ways to choose are tried.
 */
import { aliasForwards } from './dedup/forwards.ts';
import { type FileNodes, refine } from './dedup/refine.ts';
import { Shapes } from './dedup/shapes.ts';
import { selectTypes, type TypeRows } from './dedup/table.ts';
import { StringPool } from './string-pool.ts';
import { Btf } from './types.ts';

export interface MergedRows {
  /** With strings in the pool. */
  readonly btf: TypeRows;
  /** By the number that `add` tells: the id in the table; 0 for types that were left out. */
  readonly final: Uint32Array;
}

export class TypeMerger {
  readonly #shapes: Shapes;
  readonly #files: FileNodes[] = [];
  #nodes = 1;

  /**
   * Without declarations, FUNCs, VARs, DATASECs and the tags of those are left out. With them, equal FUNCs
   * are merged; VARs and DATASECs never are.
   */
  constructor(options: { readonly declarations?: boolean } = {}) {
    this.#shapes = new Shapes(options.declarations ?? false);
  }

  /** Takes the types of a valid table; gives their first number but one: a type's is that and its id. */
  add(btf: Btf): number {
    const base = this.#nodes - 1;
    const shapes = this.#shapes.add(btf);
    this.#files.push({ btf, base, shapes });
    this.#nodes += btf.typeCount;
    return base;
  }

  /** Puts the strings of the types that remain into the pool. To be called once. */
  finish(pool: StringPool): MergedRows {
    const { final, ids, undecided } = this.#number();
    if (!undecided) return { btf: this.#select(ids, final, pool), final };
    const btf = toBtf((strings) => this.#select(ids, final, strings));
    const decided = decideForwards({ btf, final, undecided });
    const { typeCount } = decided.btf;
    const all = Array.from({ length: typeCount }, (_, index) => index + 1);
    const rows = selectTypes([{ btf: decided.btf, ids: all, mapId: (id) => id }], pool);
    return { btf: rows, final: decided.final };
  }

  /** The id of each node, and the types that stand for all that are equal, by file. */
  #number(): { final: Uint32Array; ids: number[][]; undecided: boolean } {
    const shapes = this.#shapes;
    const forwards = shapes.forwards();
    const { sets: final, count } = refine(this.#files, this.#nodes, shapes);
    const defined = new Uint8Array(count);
    for (const { base, shapes: own } of this.#files) {
      for (let id = 1; id < own.length; id++) {
        if (forwards[own[id]!] === 0) defined[final[base + id]!] = 1;
      }
    }
    const idOf = new Uint32Array(count);
    let next = 1;
    let undecided = false;
    const ids = this.#files.map(({ base, shapes: own }) => {
      const first: number[] = [];
      for (let id = 1; id < own.length; id++) {
        const set = final[base + id]!;
        if (set === 0 || idOf[set] !== 0) continue;
        const isForward = forwards[own[id]!] === 1;
        if (isForward && defined[set] === 1) continue;
        idOf[set] = next++;
        first.push(id);
        undecided ||= isForward && shapes.body[shapes.seenAs[own[id]!]!] !== 0;
      }
      return first;
    });
    for (let node = 0; node < final.length; node++) final[node] = idOf[final[node]!]!;
    return { final, ids, undecided };
  }

  #select(ids: readonly (readonly number[])[], final: Uint32Array, pool: StringPool): TypeRows {
    return selectTypes(
      this.#files.map(({ btf, base }, file) => ({
        btf,
        ids: ids[file]!,
        mapId: (id) => (id === 0 || id > btf.typeCount ? 0 : final[base + id]!),
      })),
      pool,
    );
  }

  /** The table with aliases replaced by what they stand for; `final` is by the ids of the table given. */
  static replace(table: Btf, alias: Uint32Array): Merged {
    const ids: number[] = [];
    const place = new Uint32Array(alias.length);
    for (let id = 1; id < alias.length; id++) if (alias[id] === id) place[id] = ids.push(id);
    const mapId = (id: number): number => place[alias[id]!]!;
    const merger = new TypeMerger({ declarations: true });
    merger.add(toBtf((strings) => selectTypes([{ btf: table, ids, mapId }], strings)));
    const { final, ids: remaining, undecided } = merger.#number();
    const btf = toBtf((strings) => merger.#select(remaining, final, strings));
    return { btf, final: alias.map((_, id) => final[mapId(id)]!), undecided };
  }
}

interface Merged {
  readonly btf: Btf;
  /** The ids in the table by what they were before. */
  readonly final: Uint32Array;
  /** Whether there are forward declarations of names that are defined. */
  readonly undecided: boolean;
}

/** Decides them as long as there is something to decide, each time in the way that leaves fewest types. */
function decideForwards(merged: Merged): Merged {
  while (merged.undecided) {
    const { btf, final } = merged;
    let best: Merged | undefined;
    for (const alias of aliasForwards(btf)) {
      const next = TypeMerger.replace(btf, alias);
      if (best === undefined || next.btf.typeCount < best.btf.typeCount) best = next;
    }
    if (best === undefined) break;
    const { final: ids } = best;
    merged = { ...best, final: final.map((id) => ids[id]!) };
  }
  return merged;
}

function toBtf(select: (strings: StringPool) => TypeRows): Btf {
  const strings = new StringPool();
  const { words, starts } = select(strings);
  return new Btf(words, starts, strings.toTable());
}
