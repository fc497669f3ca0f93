/**
 * The order in which C needs types: what a definition contains by value before it, and typedefs before
 * their use. So a type is in one of two ways needed,
 *
 *     declared   `struct foo *p` needs a `struct foo`, of any content        its name
 *     complete   `struct foo x` needs to know its size                       its members, complete
 *
 * and these are the two nodes per type of a graph, walked depth first: a node comes after all that it
 * needs. C has no circles in it. (Rust has: `struct Foo { p: *const [Foo; 4] }` needs itself in C, where
 * the elements of arrays must be complete. An edge back is left out, and the declaration made weaker.)
 */
import { KIND } from '../format.ts';
import { isAnonymous } from '../query.ts';
import { type Btf, FIELD, HEADER_WORDS } from '../types.ts';

const UNSEEN = 0;
const OPEN = 1;
const DONE = 2;

/** Calls `visit` for the types that `roots` need, each after what it needs itself. */
export function inOrder(
  btf: Btf,
  roots: Iterable<number>,
  visit: (id: number, complete: boolean) => void,
): void {
  const state = new Uint8Array(2 * (btf.typeCount + 1));
  // Nodes: twice the id, and 1 more where it is to be complete.
  const stack: number[] = [];
  for (const root of roots) {
    stack.push(2 * root + 1);
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (state[node] !== UNSEEN) {
        stack.pop();
        if (state[node] === OPEN) visit(node >> 1, node % 2 === 1);
        state[node] = DONE;
        continue;
      }
      state[node] = OPEN;
      const from = stack.length;
      addNeeds(btf, node >> 1, node % 2 === 1, stack);
      // The first is to come out first.
      let kept = from;
      for (let i = from; i < stack.length; i++) {
        if (state[stack[i]!] === UNSEEN) stack[kept++] = stack[i]!;
      }
      stack.length = kept;
      reverseFrom(stack, from);
    }
  }
}

function reverseFrom(stack: number[], start: number): void {
  for (let i = start, j = stack.length - 1; i < j; i++, j--) {
    const kept = stack[i]!;
    stack[i] = stack[j]!;
    stack[j] = kept;
  }
}

function addNeeds(btf: Btf, id: number, complete: boolean, stack: number[]): void {
  switch (btf.kind(id)) {
    case KIND.PTR:
      stack.push(2 * btf.target(id));
      break;
    case KIND.CONST:
    case KIND.VOLATILE:
    case KIND.RESTRICT:
    case KIND.TYPE_TAG:
    case KIND.VAR:
    case KIND.FUNC:
      stack.push(2 * btf.target(id) + (complete ? 1 : 0));
      break;
    case KIND.TYPEDEF:
      if (complete) stack.push(2 * id, 2 * btf.target(id) + 1);
      else stack.push(2 * btf.target(id));
      break;
    case KIND.ARRAY:
      if (complete) stack.push(2 * btf.field(id, FIELD.arrayElement) + 1);
      else stack.push(2 * id + 1);
      break;
    case KIND.FUNC_PROTO: {
      stack.push(2 * btf.target(id));
      const start = btf.starts[id]! + HEADER_WORDS + 1;
      const end = start + 2 * btf.vlen(id);
      for (let at = start; at < end; at += 2) stack.push(2 * btf.words[at]!);
      break;
    }
    case KIND.STRUCT:
    case KIND.UNION: {
      if (complete) {
        const start = btf.starts[id]! + HEADER_WORDS + 1;
        const end = start + 3 * btf.vlen(id);
        for (let at = start; at < end; at += 3) stack.push(2 * btf.words[at]! + 1);
      } else if (isAnonymous(btf, id)) {
        // Its body is written where it is used.
        stack.push(2 * id + 1);
      }
      break;
    }
    case KIND.ENUM:
    case KIND.ENUM64:
      if (!complete) stack.push(2 * id + 1);
      break;
    case KIND.DATASEC:
      for (const { type } of btf.variables(id)) stack.push(2 * type + 1);
  }
}
