/**
 * libbpf creates maps in the order of their places in `.maps`, and fills the slots of a map of maps as soon as it
 * is there; so what stands in the slots has to stand in front (LIBBPF-019). Where the link makes the order, it
 * makes one that holds:
 *
 *     a.o  .maps: outer = { &inner }        .maps of the output:  inner  b.o
 *     b.o  .maps: inner                                           outer  a.o
 *
 * What stands right already stays as it is. Within one input section the order is the compiler's, and kept.
 */
import type { InputSection } from '../../model/input.ts';
import { inputsOf, type Plan } from '../../model/plan.ts';
import type { LinkState } from '../../model/state.ts';

/** Puts input sections of the output's `.maps` behind those that their slots lead to. */
export function putInnerMapsFirst(state: LinkState, plan: Plan): void {
  const output = plan.sections.find(({ name }) => name === '.maps');
  if (output === undefined) return;
  const inputs = inputsOf(output);
  const here = new Set(inputs);
  const ordered = innersFirst(inputs, ({ relocations }) =>
    relocations.flatMap((relocation) => {
      const target = state.targetOf(relocation);
      return target.kind === 'place' && here.has(target.section) ? [target.section] : [];
    }),
  );
  let next = 0;
  plan.rebuild(output, () => [ordered[next++] as InputSection]);
}

/** Each behind its inners, otherwise in the given order; where two are inside of each other one has to stand first. */
export function innersFirst<Item>(
  items: readonly Item[],
  innersOf: (item: Item) => Iterable<Item>,
): Item[] {
  const ordered = new Set<Item>();
  const begun = new Set<Item>();
  for (const first of items) {
    // Not by recursion: chains may be as long as there are files.
    const open = [first];
    for (let item = open.at(-1); item !== undefined; item = open.at(-1)) {
      if (begun.has(item)) {
        open.pop();
        ordered.add(item);
        continue;
      }
      begun.add(item);
      const inners = [...innersOf(item)].filter((inner) => !begun.has(inner));
      open.push(...inners.reverse());
    }
  }
  return [...ordered];
}
