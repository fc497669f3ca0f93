/** The blocks that are still to be worked on, earliest in a given order first: a binary heap of ranks. */
export class Worklist {
  readonly #order: Int32Array;
  readonly #rank: Int32Array;
  readonly #queued: Uint8Array;
  readonly #heap: number[] = [];

  /** `order` lists the blocks that may be added; `count` is one more than the highest of them. */
  constructor(order: Int32Array, count: number) {
    this.#order = order;
    this.#rank = new Int32Array(count);
    this.#queued = new Uint8Array(count);
    order.forEach((block, rank) => {
      this.#rank[block] = rank;
    });
  }

  /** Adding what is already there does nothing. */
  add(block: number): void {
    if (this.#queued[block] === 1) return;
    this.#queued[block] = 1;
    const heap = this.#heap;
    const rank = this.#rank[block]!;
    let at = heap.push(rank) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= rank) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = rank;
  }

  take(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    const block = this.#order[first]!;
    this.#queued[block] = 0;
    return block;
  }

  #sink(rank: number): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= rank) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = rank;
  }
}
