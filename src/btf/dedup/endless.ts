/**
 * Types that lead to themselves through no name, such as a struct without a name that has a pointer to it.
 *
 * Compilers write none. A shape that is made from the leaves up would not end, so their references are cut
 * as those to named structs are. To lead to such a circle is enough to be endless: what is equal to an
 * endless type is endless then, however far its own circle is unrolled.
 */
import type { Btf } from '../types.ts';
import { reversed } from './edges.ts';
import { eachId } from './entries.ts';

/** The endless types; `known` are the types that need not be looked at, by id. */
export function endlessTypes(btf: Btf, known: Uint32Array): number[] {
  const { words, starts, typeCount } = btf;
  /** References to types that may be endless. */
  const open = new Uint32Array(typeCount + 1);
  const users = reversed(typeCount + 1, (edge) => {
    open.fill(0);
    for (let id = 1; id <= typeCount; id++) {
      if (known[id] !== 0) continue;
      eachId(words, starts[id]!, starts[id + 1]!, (place) => {
        const to = words[place]!;
        if (to === 0 || known[to] !== 0) return;
        open[id]!++;
        edge(id, to);
      });
    }
  });
  const endless: number[] = [];
  const ending: number[] = [];
  for (let id = 1; id <= typeCount; id++) if (known[id] === 0 && open[id] === 0) ending.push(id);
  for (let id = ending.pop(); id !== undefined; id = ending.pop()) {
    for (let i = users.start[id]!; i < users.start[id + 1]!; i++) {
      const user = users.list[i]!;
      if (--open[user]! === 0) ending.push(user);
    }
  }
  for (let id = 1; id <= typeCount; id++) if (open[id]! > 0) endless.push(id);
  return endless;
}
