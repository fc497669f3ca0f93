/** Rows of 32-bit words, each row once: a row that is put in again has the number that it had. */

export class WordTable {
  /** A new row is written from `top` on, after `reserve`; rows in the table are never changed. */
  words: Uint32Array = new Uint32Array(1 << 12);
  /** By number, with the end of the last row after it. Numbers begin at 1. */
  starts: Uint32Array = new Uint32Array(1 << 8);
  /** One more than the highest number. */
  count = 1;
  /** By number; 0 of rows that are not to be found. */
  #hashes: Uint32Array = new Uint32Array(1 << 8);
  /** Numbers of the rows at their hash or after it; 0 where there is none. */
  #slots: Uint32Array = new Uint32Array(1 << 13);

  get top(): number {
    return this.starts[this.count]!;
  }

  /** Makes room for a row; `words` may be another array afterwards. */
  reserve(length: number): void {
    const needed = this.top + length;
    if (needed > this.words.length) this.words = widened(this.words, 2 * needed);
    if (this.count + 2 > this.starts.length) {
      this.starts = widened(this.starts, 2 * this.starts.length);
      this.#hashes = widened(this.#hashes, 2 * this.#hashes.length);
    }
  }

  /** The number of the row of `length` words that was written at `top`. */
  commit(length: number): number {
    const { words, starts } = this;
    const top = starts[this.count]!;
    let hash = length;
    for (let i = top; i < top + length; i++) {
      hash = Math.imul(hash ^ words[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    hash = (hash ^ (hash >>> 13)) >>> 0 || 1;
    const slots = this.#slots;
    const hashes = this.#hashes;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let row = slots[slot]!; row !== 0; row = slots[slot]!) {
      if (hashes[row] === hash) {
        const start = starts[row]!;
        if (starts[row + 1]! - start === length) {
          let i = 0;
          while (i < length && words[start + i] === words[top + i]) i++;
          if (i === length) return row;
        }
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = this.count;
    hashes[this.count] = hash;
    if (this.count * 2 > mask) this.#spread();
    return this.append(length);
  }

  /** As `commit`, for a row that no other is equal to, whatever its words. */
  append(length: number): number {
    const row = this.count++;
    this.starts[this.count] = this.starts[row]! + length;
    return row;
  }

  #spread(): void {
    const slots = new Uint32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    // The newest row has its hash already and is not counted yet.
    for (let row = 1; row <= this.count; row++) {
      if (this.#hashes[row] === 0) continue;
      let slot = this.#hashes[row]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row;
    }
    this.#slots = slots;
  }
}

export function widened(array: Uint32Array, length: number): Uint32Array {
  const wider = new Uint32Array(length);
  wider.set(array);
  return wider;
}
