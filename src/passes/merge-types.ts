/** Puts the types of all inputs into one table, each once. What equal means: src/btf/merge.ts. */
import { BtfBuilder } from '../btf/builder.ts';
import { TypeMerger } from '../btf/merge.ts';
import { StringPool } from '../btf/string-pool.ts';
import { MergedTypes } from '../model/merged-types.ts';
import type { FileTypes, InputTypes } from '../model/types.ts';

export function mergeTypes(inputs: InputTypes): MergedTypes {
  const merger = new TypeMerger();
  const bases = new Map<FileTypes, number>();
  for (const types of inputs.all()) bases.set(types, merger.add(types.btf));
  const pool = new StringPool();
  const { btf, final } = merger.finish(pool);
  return new MergedTypes(new BtfBuilder(btf, pool), pool, bases, final);
}
