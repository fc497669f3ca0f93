/** Whole tables with each type once. How: src/btf/merge.ts. */
import { TypeMerger } from './merge.ts';
import { StringPool } from './string-pool.ts';
import { Btf } from './types.ts';

/** The table with each type once, in the order of first appearance; VARs and DATASECs all remain. */
export function dedupBtf(btf: Btf): Btf {
  return mergeBtf([btf]);
}

/**
 * The types of valid tables as one table with each type once. Nothing is linked: a VAR or DATASEC that two
 * tables have is there twice.
 */
export function mergeBtf(tables: readonly Btf[]): Btf {
  const merger = new TypeMerger({ declarations: true });
  for (const table of tables) merger.add(table);
  const pool = new StringPool();
  const { words, starts } = merger.finish(pool).btf;
  return new Btf(words, starts, pool.toTable());
}
