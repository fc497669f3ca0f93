/** The types of the output, and where each type of an input is among them. */
import type { BtfBuilder } from '../btf/builder.ts';
import type { StringPool } from '../btf/string-pool.ts';
import type { InputSymbol } from './input.ts';
import type { Declaration, FileTypes } from './types.ts';

export class MergedTypes {
  /** Holds the merged types; the pass that knows what is in the output adds its declarations. */
  readonly builder: BtfBuilder;
  readonly pool: StringPool;
  /** The FUNC or VAR of each declaration of an input; 0 where it is not in the output. */
  readonly declared: Map<Declaration, number> = new Map();
  /** The same by name, of global ones. */
  readonly globals: Map<string, number> = new Map();
  /** The FUNC of each function of an input that has one of its own. */
  readonly functionOf: Map<InputSymbol, number> = new Map();
  readonly #bases: ReadonlyMap<FileTypes, number>;
  readonly #final: Uint32Array;

  /** `final` holds the ids of the merged types: that of a file's type at the file's base and the type's id. */
  constructor(
    builder: BtfBuilder,
    pool: StringPool,
    bases: ReadonlyMap<FileTypes, number>,
    final: Uint32Array,
  ) {
    this.builder = builder;
    this.pool = pool;
    this.#bases = bases;
    this.#final = final;
  }

  /** 0 for void, and for declarations, which are not merged by what they are. */
  idOf(types: FileTypes, id: number): number {
    const base = this.#bases.get(types);
    return base === undefined || id === 0 ? 0 : this.#final[base + id]!;
  }
}
