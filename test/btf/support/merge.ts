/** Merges declarations as the linker does, and says what came of them. */
import { describeType } from '../../../src/btf/describe.ts';
import { TypeMerger } from '../../../src/btf/merge.ts';
import { StringPool } from '../../../src/btf/string-pool.ts';
import { Btf } from '../../../src/btf/types.ts';
import { declare } from './declare.ts';

export interface Merged {
  readonly inputs: readonly Btf[];
  readonly btf: Btf;
  /** By input and id: the id in the output. */
  readonly ids: readonly Uint32Array[];
}

export function merge(inputs: readonly Btf[]): Merged {
  const merger = new TypeMerger();
  const bases = inputs.map((input) => merger.add(input));
  const pool = new StringPool();
  const { btf, final } = merger.finish(pool);
  return {
    inputs,
    btf: new Btf(btf.words, btf.starts, pool.toTable()),
    ids: inputs.map(({ typeCount }, input) =>
      Uint32Array.from({ length: typeCount + 1 }, (_, id) =>
        id === 0 ? 0 : final[bases[input]! + id]!,
      ),
    ),
  };
}

export function mergeTexts(...texts: readonly string[]): Merged {
  return merge(texts.map(declare));
}

/** What each type is: `struct 'list'`, `pointer`. */
export function titles(btf: Btf): string[] {
  return Array.from({ length: btf.typeCount }, (_, index) => {
    return describeType(btf, index + 1).replace(/^type \d+ \((.*)\)$/, '$1');
  });
}

/** The types that have names, besides the basic ones. */
export function namedTypes(btf: Btf): string[] {
  return titles(btf).filter((title) => title.includes("'") && !/^(int|float)/.test(title));
}
