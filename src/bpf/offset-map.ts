/**
 * Where the slots of some code went in an edit. All numbers are slots; `oldLength` itself may be asked
 * for, so that ends of ranges can be mapped too.
 */
export class OffsetMap {
  readonly oldLength: number;
  readonly newLength: number;
  readonly #columns: OffsetColumns | undefined;

  private constructor(oldLength: number, newLength: number, columns: OffsetColumns | undefined) {
    this.oldLength = oldLength;
    this.newLength = newLength;
    this.#columns = columns;
  }

  static identity(length: number): OffsetMap {
    return new OffsetMap(length, length, undefined);
  }

  static of(newLength: number, columns: OffsetColumns): OffsetMap {
    return new OffsetMap(columns.own.length - 1, newLength, columns);
  }

  get isIdentity(): boolean {
    return this.#columns === undefined;
  }

  /** Where the instruction itself is now; for a deleted one, the place where it would be. */
  toNew(oldSlot: number): number {
    return this.#columns === undefined ? oldSlot : this.#columns.own[oldSlot]!;
  }

  /** Where a branch to the old slot lands now: before or after what was inserted, as was asked. */
  branchTarget(oldSlot: number): number {
    return this.#columns === undefined ? oldSlot : this.#columns.label[oldSlot]!;
  }

  /** Where what was inserted before the old slot begins. */
  startOf(oldSlot: number): number {
    return this.#columns === undefined ? oldSlot : this.#columns.start[oldSlot]!;
  }

  /** Whether the old slot no longer exists (it was deleted, or merged into a replacement). */
  isDeleted(oldSlot: number): boolean {
    return this.#columns !== undefined && this.#columns.fate[oldSlot] !== Fate.KEPT;
  }
}

/** What became of an old slot; MERGED: it was part of a sequence replaced by one of another size. */
export const Fate = { KEPT: 0, DELETED: 1, MERGED: 2 } as const;

/** One entry for each old slot and one for the end. */
export interface OffsetColumns {
  readonly own: Int32Array;
  readonly label: Int32Array;
  readonly start: Int32Array;
  /** `Fate`. */
  readonly fate: Uint8Array;
}

export function blankColumns(oldLength: number): OffsetColumns {
  return {
    own: new Int32Array(oldLength + 1),
    label: new Int32Array(oldLength + 1),
    start: new Int32Array(oldLength + 1),
    fate: new Uint8Array(oldLength + 1),
  };
}
