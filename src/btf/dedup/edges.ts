/** Graphs over numbers from 0, as a list of neighbours for each. */

export interface Edges {
  /** By node, with the end of the last after it: where its neighbours are in `list`. */
  readonly start: Uint32Array;
  readonly list: Uint32Array;
}

/** The edges that `each` tells of, turned round. It is called twice and must say the same both times. */
export function reversed(
  nodes: number,
  each: (edge: (from: number, to: number) => void) => void,
): Edges {
  const start = new Uint32Array(nodes + 1);
  each((_, to) => {
    start[to]!++;
  });
  let total = 0;
  for (let node = 0; node <= nodes; node++) {
    total += start[node]!;
    start[node] = total;
  }
  const list = new Uint32Array(total);
  each((from, to) => {
    list[--start[to]!] = from;
  });
  return { start, list };
}

/** Marks with 1 what can be reached from the marked nodes. */
export function spread(edges: Edges, marked: Uint8Array): void {
  const queue: number[] = [];
  for (let node = 0; node < marked.length; node++) if (marked[node] === 1) queue.push(node);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (let i = edges.start[node]!; i < edges.start[node + 1]!; i++) {
      const next = edges.list[i]!;
      if (marked[next] === 1) continue;
      marked[next] = 1;
      queue.push(next);
    }
  }
}
