/**
 * Sets of targets: what an address may be derived from. A target is a small number that the caller of the
 * analysis gives to a symbol, section or map; 0 is this function's own stack frame.
 *
 * Sets are interned, so that equal sets are the same object and joins are mostly pointer comparisons.
 * Beyond 64 members a set becomes the set of all targets of the analysis, and so does a new combination
 * after very many different ones, which keeps sets true and their number bounded.
 */

/** This function's stack frame. Offsets are relative to r10, so they are negative. */
export const STACK_TARGET = 0;

const LARGEST = 64;
const MOST_COMBINATIONS = 2 ** 16;
const MOST_REMEMBERED = 2 ** 18;

export interface TargetSet {
  /** Ascending. */
  readonly ids: readonly number[];
  /** For the table that made the set. */
  readonly serial: number;
}

export function hasTarget(set: TargetSet, id: number): boolean {
  const { ids } = set;
  let low = 0;
  let high = ids.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ids[middle]! <= id) low = middle;
    else high = middle;
  }
  return ids[low] === id;
}

export class TargetTable {
  /** Every target that the analysis can meet; at least the stack. */
  readonly all: TargetSet;
  readonly #sets = new Map<string, TargetSet>();
  readonly #unions = new Map<number, TargetSet>();
  #combinations = 0;

  constructor(targets: Iterable<number>) {
    const ids = [...new Set([STACK_TARGET, ...targets])].sort((a, b) => a - b);
    this.all = { ids, serial: 0 };
    this.#sets.set(ids.join(), this.all);
  }

  /** `ids` ascending and distinct. */
  of(ids: readonly number[]): TargetSet {
    if (ids.length > LARGEST) return this.all;
    const key = ids.join();
    let set = this.#sets.get(key);
    if (set === undefined) {
      if (ids.length > 1 && ++this.#combinations > MOST_COMBINATIONS) return this.all;
      set = { ids, serial: this.#sets.size };
      this.#sets.set(key, set);
    }
    return set;
  }

  single(id: number): TargetSet {
    return this.of([id]);
  }

  union(a: TargetSet, b: TargetSet): TargetSet {
    if (a === b || b === this.all) return b;
    if (a === this.all) return a;
    const [low, high] = a.serial < b.serial ? [a, b] : [b, a];
    const key = low.serial * 2 ** 26 + high.serial;
    let union = this.#unions.get(key);
    if (union === undefined) {
      union = this.of([...new Set([...a.ids, ...b.ids])].sort((x, y) => x - y));
      if (this.#unions.size >= MOST_REMEMBERED) this.#unions.clear();
      this.#unions.set(key, union);
    }
    return union;
  }
}
