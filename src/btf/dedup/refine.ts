/**
 * Tells types apart whose shapes are equal while a name in them means different things.
 *
 *     a.o: struct event { int pid; };    struct queue { struct event *head; };
 *     b.o: struct event { char *name; }; struct queue { struct event *head; };
 *
 * "struct event" is ambiguous, so the two pointers to it differ, and then the two queues, whose shapes are
 * equal. All types that may be concerned are divided into sets, at first by how references see them. In each
 * round those with a reference to a type that has changed sets are looked at again, and a set is divided
 * where its members now refer to different sets; that ends with the coarsest division where equal types
 * refer to equal types. The largest part stays the set that it was (Hopcroft), so that a type is looked at
 * again only when what it refers to has moved to a set of at most half the size.
 *
 * A forward declaration stays with the type of its name as long as there is one; when that is divided it
 * gets a set of its own, for src/btf/dedup/forwards.ts.
 */
import type { Btf } from '../types.ts';
import { reversed, spread } from './edges.ts';
import { eachId } from './entries.ts';
import { Partition } from './partition.ts';
import { isForward, type Shapes } from './shapes.ts';
import { WordTable } from './word-table.ts';

/** A file's types are the nodes `base + id`. */
export interface FileNodes {
  readonly btf: Btf;
  readonly base: number;
  /** By id. */
  readonly shapes: Uint32Array;
}

/** Of forward declarations; other labels are shapes or rows, which begin at 1. */
const FORWARD = 0;

/** A number for each node such that equal types, and no others, have equal numbers; and a bound of them. */
export function refine(
  files: readonly FileNodes[],
  nodes: number,
  shapes: Shapes,
): { sets: Uint32Array; count: number } {
  const sets = new Uint32Array(nodes);
  const { seenAs } = shapes;
  for (const { base, shapes: own } of files) {
    for (let id = 1; id < own.length; id++) sets[base + id] = seenAs[own[id]!]!;
  }
  if (shapes.ambiguous.size === 0) return { sets, count: shapes.table.count };
  const concerned = new Concerned(files, sets, findDoubtful(shapes));
  const partition = divide(concerned, sets, shapes);
  for (let i = 0; i < concerned.nodes.length; i++) sets[concerned.nodes[i]!] = partition.setOf[i]!;
  return { sets, count: partition.count };
}

/** Marks the shapes and names that lead to an ambiguous name. */
function findDoubtful({ table, seenAs, ambiguous }: Shapes): Uint8Array {
  const users = reversed(table.count, (edge) => {
    for (let row = 1; row < table.count; row++) {
      const start = table.starts[row]!;
      const end = table.starts[row + 1]!;
      if (end - start < 3) continue;
      eachId(table.words, start, end, (place) => edge(row, table.words[place]!));
      if (seenAs[row] !== row) edge(seenAs[row]!, row);
    }
  });
  const doubtful = new Uint8Array(table.count);
  for (const name of ambiguous) doubtful[name] = 1;
  spread(users, doubtful);
  return doubtful;
}

/** The types that may have to be told apart, numbered from 0. */
class Concerned {
  /** The node of each. */
  readonly nodes: Uint32Array;
  /** By node: one more than its number here; 0 for the others. */
  readonly #numbers: Uint32Array;
  readonly #files: readonly FileNodes[];
  /** Of each, the file. */
  readonly #fileOf: Uint32Array;

  constructor(files: readonly FileNodes[], sets: Uint32Array, doubtful: Uint8Array) {
    this.#files = files;
    this.#numbers = new Uint32Array(sets.length);
    let count = 0;
    for (let node = 0; node < sets.length; node++) {
      if (doubtful[sets[node]!] === 1) this.#numbers[node] = ++count;
    }
    this.nodes = new Uint32Array(count);
    this.#fileOf = new Uint32Array(count);
    files.forEach(({ base, shapes }, file) => {
      for (let node = base + 1; node < base + shapes.length; node++) {
        const number = this.#numbers[node]!;
        if (number === 0) continue;
        this.nodes[number - 1] = node;
        this.#fileOf[number - 1] = file;
      }
    });
  }

  shape(element: number): number {
    const { base, shapes } = this.#file(element);
    return shapes[this.nodes[element]! - base]!;
  }

  isForward(element: number): boolean {
    const { btf, base } = this.#file(element);
    return isForward(btf, this.nodes[element]! - base);
  }

  /** Calls `visit` with the node of each type that the element refers to; 0 for void. */
  eachReference(element: number, visit: (node: number) => void): void {
    const { btf, base } = this.#file(element);
    const id = this.nodes[element]! - base;
    const { words, starts } = btf;
    eachId(words, starts[id]!, starts[id + 1]!, (place) => {
      const to = words[place]!;
      visit(to === 0 || to > btf.typeCount ? 0 : base + to);
    });
  }

  /** The number of the node here, or -1. */
  number(node: number): number {
    return this.#numbers[node]! - 1;
  }

  #file(element: number): FileNodes {
    return this.#files[this.#fileOf[element]!]!;
  }
}

function divide(concerned: Concerned, sets: Uint32Array, shapes: Shapes): Partition {
  const count = concerned.nodes.length;
  const partition = new Partition(
    concerned.nodes.map((node) => sets[node]!),
    shapes.table.count,
  );
  const users = reversed(count, (edge) => {
    for (let element = 0; element < count; element++) {
      concerned.eachReference(element, (node) => {
        const to = concerned.number(node);
        if (to >= 0) edge(element, to);
      });
    }
  });
  /** Of each name that is not divided yet: its forward declarations. */
  const forwards = new Map<number, number[]>();
  const labels = new Uint32Array(count);
  let dirty: number[] = [];
  for (let element = 0; element < count; element++) {
    const set = partition.setOf[element]!;
    if (concerned.isForward(element)) {
      const list = forwards.get(set);
      if (list === undefined) forwards.set(set, [element]);
      else list.push(element);
    } else if (shapes.ambiguous.has(set)) {
      labels[element] = concerned.shape(element);
      dirty.push(element);
    }
  }

  const rows = new WordTable();
  const seen = new Uint32Array(count);
  for (let round = 1; dirty.length > 0; round++) {
    const next: number[] = [];
    for (const set of divideSets(partition, dirty, labels, forwards)) {
      for (const element of partition.members(set, false)) {
        for (let i = users.start[element]!; i < users.start[element + 1]!; i++) {
          const user = users.list[i]!;
          if (seen[user] === round) continue;
          seen[user] = round;
          next.push(user);
        }
      }
    }
    dirty = next;
    for (const element of dirty) {
      labels[element] = label(rows, concerned, element, partition, sets);
    }
  }
  return partition;
}

/** Divides the sets of the elements by their labels; gives the new sets. */
function divideSets(
  partition: Partition,
  dirty: readonly number[],
  labels: Uint32Array,
  forwards: Map<number, number[]>,
): number[] {
  const touched: number[] = [];
  for (const element of dirty) {
    const set = partition.setOf[element]!;
    if (partition.markedIn(set) === 0) touched.push(set);
    partition.mark(element);
  }
  const added: number[] = [];
  for (const set of touched) {
    const announced = forwards.get(set) ?? [];
    const marked = partition.members(set, true);
    const label = labels[marked[0]!]!;
    const together = marked.length === partition.size(set) - announced.length;
    if (together && marked.every((element) => labels[element] === label)) {
      partition.unmark(set);
      continue;
    }
    forwards.delete(set);
    for (const element of announced) {
      labels[element] = FORWARD;
      partition.mark(element);
    }
    for (const part of partition.divide(set, labels)) added.push(part);
  }
  return added;
}

/** Equal for elements of one set that refer to equal sets. */
function label(
  rows: WordTable,
  concerned: Concerned,
  element: number,
  partition: Partition,
  sets: Uint32Array,
): number {
  let length = 0;
  concerned.eachReference(element, () => {
    length++;
  });
  rows.reserve(length + 1);
  const { words, top } = rows;
  let at = top;
  words[at++] = partition.setOf[element]!;
  concerned.eachReference(element, (node) => {
    const number = concerned.number(node);
    words[at++] = number < 0 ? sets[node]! : partition.setOf[number]!;
  });
  return rows.commit(length + 1);
}
