/** What src/btf/dedup/forwards.ts has to know of a table that has forward declarations to decide. */
import type { Btf } from '../types.ts';
import { type Edges, reversed, spread } from './edges.ts';
import { eachId } from './entries.ts';
import { isForward, Shapes } from './shapes.ts';

export class OpenTable {
  readonly btf: Btf;
  readonly shape: Uint32Array;
  /** Those forward declarations. */
  readonly open: Uint8Array;
  /** Types that lead to such a one, and these. */
  readonly leads: Uint8Array;
  /** The types of each shape that leads to a forward declaration, those first that do not. */
  readonly alike: Map<number, number[]> = new Map();
  readonly users: Edges;
  readonly #seenAs: Uint32Array;

  constructor(btf: Btf) {
    this.btf = btf;
    const shapes = new Shapes(true);
    this.shape = shapes.add(btf);
    this.#seenAs = shapes.seenAs;
    const count = btf.typeCount + 1;
    this.open = new Uint8Array(count);
    for (let id = 1; id < count; id++) {
      if (isForward(btf, id) && shapes.body[this.name(id)] !== 0) this.open[id] = 1;
    }
    this.leads = this.open.slice();
    this.users = usersOf(btf);
    spread(this.users, this.leads);
    this.#collect();
  }

  /** How references see the type. */
  name(id: number): number {
    return this.#seenAs[this.shape[id]!]!;
  }

  #collect(): void {
    const { open, leads, shape, alike } = this;
    for (let id = 1; id < shape.length; id++) {
      if (leads[id] === 1 && open[id] === 0) alike.set(shape[id]!, []);
    }
    for (const leading of [0, 1]) {
      for (let id = 1; id < shape.length; id++) {
        if (leads[id] === leading && open[id] === 0) alike.get(shape[id]!)?.push(id);
      }
    }
  }
}

/** All types, each before those that it refers to; in a cycle some one is first. */
export function usersFirst({ words, starts, typeCount }: Btf): number[] {
  const UNSEEN = 0;
  const OPEN = 1;
  const DONE = 2;
  const state = new Uint8Array(typeCount + 1);
  const order: number[] = [];
  const stack: number[] = [];
  for (let root = typeCount; root > 0; root--) {
    stack.push(root);
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      if (state[id] !== UNSEEN) {
        stack.pop();
        if (state[id] === OPEN) order.push(id);
        state[id] = DONE;
        continue;
      }
      state[id] = OPEN;
      eachId(words, starts[id]!, starts[id + 1]!, (place) => {
        const to = words[place]!;
        if (to !== 0 && state[to] === UNSEEN) stack.push(to);
      });
    }
  }
  return order.reverse();
}

function usersOf({ words, starts, typeCount }: Btf): Edges {
  return reversed(typeCount + 1, (edge) => {
    for (let id = 1; id <= typeCount; id++) {
      eachId(words, starts[id]!, starts[id + 1]!, (place) => {
        if (words[place]! <= typeCount) edge(id, words[place]!);
      });
    }
  });
}
