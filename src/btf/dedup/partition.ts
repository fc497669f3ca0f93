/**
 * Elements divided into sets, for dividing them further (Valmari and Lehtinen's refinable partition).
 *
 * The elements of a set stand side by side in one array, those that are marked in front, so that a set is
 * divided in the time of its marked elements.
 */
export class Partition {
  /** By element. */
  readonly setOf: Uint32Array;
  /** Sets are numbered from 0, and empty ones are possible. */
  count: number;
  readonly #elements: Uint32Array;
  readonly #places: Uint32Array;
  readonly #first: Uint32Array;
  readonly #end: Uint32Array;
  readonly #marked: Uint32Array;

  /** `setOf` says in which of the `count` sets an element is at first; the array is taken over. */
  constructor(setOf: Uint32Array, count: number) {
    const elements = setOf.length;
    this.setOf = setOf;
    this.count = count;
    this.#elements = new Uint32Array(elements);
    this.#places = new Uint32Array(elements);
    this.#first = new Uint32Array(count + elements);
    this.#end = new Uint32Array(count + elements);
    this.#marked = new Uint32Array(count + elements);
    for (const set of setOf) this.#first[set]!++;
    let total = 0;
    for (let set = 0; set < count; set++) {
      total += this.#first[set]!;
      this.#first[set] = total;
      this.#end[set] = total;
    }
    for (let element = elements - 1; element >= 0; element--) {
      const place = --this.#first[setOf[element]!]!;
      this.#elements[place] = element;
      this.#places[element] = place;
    }
  }

  size(set: number): number {
    return this.#end[set]! - this.#first[set]!;
  }

  markedIn(set: number): number {
    return this.#marked[set]!;
  }

  mark(element: number): void {
    const set = this.setOf[element]!;
    const place = this.#places[element]!;
    const target = this.#first[set]! + this.#marked[set]!;
    if (place < target) return;
    this.#marked[set]!++;
    this.#swap(place, target);
  }

  unmark(set: number): void {
    this.#marked[set] = 0;
  }

  /** The elements of a set, or those that are marked; a view until the next change. */
  members(set: number, onlyMarked: boolean): Uint32Array {
    const first = this.#first[set]!;
    return this.#elements.subarray(
      first,
      onlyMarked ? first + this.#marked[set]! : this.#end[set]!,
    );
  }

  /**
   * Divides a set by the labels of its marked elements; those that are not marked stay together. The largest
   * part keeps the number; gives the numbers of the others.
   */
  divide(set: number, labels: Uint32Array): number[] {
    const bounds = this.#group(set, labels);
    this.#marked[set] = 0;
    let largest = 0;
    for (let part = 1; part < bounds.length - 1; part++) {
      const size = bounds[part + 1]! - bounds[part]!;
      if (size > bounds[largest + 1]! - bounds[largest]!) largest = part;
    }
    const added: number[] = [];
    for (let part = 0; part < bounds.length - 1; part++) {
      const number = part === largest ? set : this.count++;
      this.#first[number] = bounds[part]!;
      this.#end[number] = bounds[part + 1]!;
      if (part === largest) continue;
      added.push(number);
      for (const element of this.members(number, false)) this.setOf[element] = number;
    }
    return added;
  }

  /** Puts marked elements of equal labels side by side; gives where the parts of the set begin, and its end. */
  #group(set: number, labels: Uint32Array): number[] {
    const marked = this.members(set, true).slice();
    const groups = new Map<number, number>();
    const bounds: number[] = [];
    for (const element of marked) {
      const group = groups.get(labels[element]!);
      if (group !== undefined) bounds[group]!++;
      else groups.set(labels[element]!, bounds.push(1) - 1);
    }
    let place = this.#first[set]!;
    const next = bounds.map((size, group) => {
      bounds[group] = place;
      place += size;
      return bounds[group];
    });
    if (place < this.#end[set]!) bounds.push(place);
    bounds.push(this.#end[set]!);
    for (const element of marked) {
      const target = next[groups.get(labels[element]!)!]!++;
      this.#elements[target] = element;
      this.#places[element] = target;
    }
    return bounds;
  }

  #swap(a: number, b: number): void {
    const elements = this.#elements;
    const left = elements[a]!;
    const right = elements[b]!;
    elements[a] = right;
    elements[b] = left;
    this.#places[right] = a;
    this.#places[left] = b;
  }
}
