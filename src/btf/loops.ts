/**
 * Finds references that go round without end:
 * - a circle that no struct or union is on: typedefs, pointers, arrays, prototypes of each other;
 * - a struct that contains itself by value, for it has no size.
 *
 * Depth first, on a stack of its own since chains may be as long as the table.
 */
import { KIND } from './format.ts';
import { type Btf, FIELD, HEADER_WORDS } from './types.ts';

/** The ids that a type of a kind leads to: `fixed` of them, and one for each entry if `entries` is 1. */
interface Edges {
  /** In words from the type's start; the others follow each `stride` words. */
  readonly first: number;
  readonly stride: number;
  readonly fixed: number;
  readonly entries: 0 | 1;
}

/** By kind. */
type Graph = readonly (Edges | undefined)[];

const TARGET: Edges = { first: 2, stride: 1, fixed: 1, entries: 0 };
const ELEMENT: Edges = { first: FIELD.arrayElement, stride: 1, fixed: 1, entries: 0 };
const ELEMENT_AND_INDEX: Edges = { ...ELEMENT, fixed: 2 };
/** The result and the parameters, before each of which is its name. */
const PROTOTYPE: Edges = { first: 2, stride: 2, fixed: 1, entries: 1 };
const MEMBERS: Edges = { first: HEADER_WORDS + 1, stride: 3, fixed: 0, entries: 1 };

function graph(entries: Readonly<Record<number, Edges>>): Graph {
  const aliases = [KIND.TYPEDEF, KIND.VOLATILE, KIND.CONST, KIND.RESTRICT, KIND.TYPE_TAG];
  const byKind = Array.from({ length: 128 }, (_, kind) => entries[kind]);
  for (const kind of aliases) byKind[kind] = TARGET;
  return byKind;
}

/** References with no struct or union between. */
const REFERENCES = graph({
  [KIND.PTR]: TARGET,
  [KIND.ARRAY]: ELEMENT_AND_INDEX,
  [KIND.FUNC_PROTO]: PROTOTYPE,
});

/** What a value of the type consists of. */
const PARTS = graph({ [KIND.ARRAY]: ELEMENT, [KIND.STRUCT]: MEMBERS, [KIND.UNION]: MEMBERS });

/**
 * A type that leads back to itself by way of one of `roots`. A circle has an edge to the same id or a lower
 * one, so the types with such edges are roots enough. All ids in the table must exist.
 */
export function findLoop(btf: Btf, roots: readonly number[]): number | undefined {
  if (roots.length === 0) return undefined;
  const state = new Uint8Array(btf.typeCount + 1);
  const loop = findLoopIn(REFERENCES, btf, roots, state);
  return loop ?? findLoopIn(PARTS, btf, roots, state.fill(UNSEEN));
}

const UNSEEN = 0;
/** On the path from the root to where the search is. */
const OPEN = 1;
const DONE = 2;

/** `state` is by id. */
function findLoopIn(
  graph: Graph,
  { words, starts }: Btf,
  roots: readonly number[],
  state: Uint8Array,
): number | undefined {
  const edgesOf = (id: number): Edges | undefined => graph[(words[starts[id]! + 1]! >>> 24) & 0x7f];
  const stack: number[] = [];
  for (const root of roots) {
    if (edgesOf(root) !== undefined) stack.push(root);
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      if (state[id] !== UNSEEN) {
        // All that it leads to is done; or it was put here twice, and is done already.
        state[id] = DONE;
        stack.pop();
        continue;
      }
      state[id] = OPEN;
      const { first, stride, fixed, entries } = edgesOf(id)!;
      const start = starts[id]!;
      const count = fixed + entries * (words[start + 1]! & 0xffffff);
      const end = start + first + count * stride;
      for (let at = start + first; at < end; at += stride) {
        const next = words[at]!;
        if (state[next] === OPEN) return next;
        if (state[next] === UNSEEN && next !== 0 && edgesOf(next) !== undefined) stack.push(next);
      }
    }
  }
  return undefined;
}
