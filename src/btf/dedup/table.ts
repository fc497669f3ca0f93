/** Makes a table out of some types of others. */
import type { StringPool } from '../string-pool.ts';
import type { Btf } from '../types.ts';
import { eachId, eachName } from './entries.ts';

/** The types of a table whose strings are in a pool; as in `Btf`. */
export interface TypeRows {
  readonly words: Uint32Array;
  readonly starts: Uint32Array;
}

/** Types of one table, in order of their ids. */
export interface Selection {
  readonly btf: Btf;
  readonly ids: readonly number[];
  /** The id in the new table of a type that one of these refers to. */
  readonly mapId: (id: number) => number;
}

/** The selected types, one behind the other. */
export function selectTypes(selections: readonly Selection[], pool: StringPool): TypeRows {
  let count = 0;
  let length = 0;
  for (const { btf, ids } of selections) {
    count += ids.length;
    for (const id of ids) length += btf.starts[id + 1]! - btf.starts[id]!;
  }
  const words = new Uint32Array(length);
  const starts = new Uint32Array(count + 2);
  let at = 0;
  let next = 1;
  for (const { btf, ids, mapId } of selections) {
    if (ids.length === 0) continue;
    const { bytes } = btf.strings;
    const setName = (place: number): void => {
      words[place] = pool.internAt(bytes, words[place]!);
    };
    const setId = (place: number): void => {
      words[place] = mapId(words[place]!);
    };
    for (const id of ids) {
      const from = btf.starts[id]!;
      const end = at + btf.starts[id + 1]! - from;
      starts[next++] = at;
      for (let i = at, source = from; i < end; i++, source++) words[i] = btf.words[source]!;
      eachName(words, at, end, setName);
      eachId(words, at, end, setId);
      at = end;
    }
  }
  starts[next] = at;
  return { words, starts };
}
