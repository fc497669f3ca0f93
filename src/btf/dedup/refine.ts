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
import type { Shapes } from './shapes.ts';
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
  /** By element. */
  readonly nodes: Uint32Array;
  readonly shapes: Uint32Array;
  /** What an element refers to: an element, or `-1 - set` of a type that is not concerned. */
  readonly references: Int32Array;
  /** By element, with the end of the last after it. */
  readonly starts: Uint32Array;

  constructor(files: readonly FileNodes[], sets: Uint32Array, doubtful: Uint8Array) {
    /** By node: one more than the element; 0 for the others. */
    const numbers = new Uint32Array(sets.length);
    let count = 0;
    let most = 0;
    for (const { btf, base } of files) {
      for (let id = 1; id <= btf.typeCount; id++) {
        if (doubtful[sets[base + id]!] === 0) continue;
        numbers[base + id] = ++count;
        most += btf.starts[id + 1]! - btf.starts[id]!;
      }
    }
    this.nodes = new Uint32Array(count);
    this.shapes = new Uint32Array(count);
    this.starts = new Uint32Array(count + 1);
    const references = new Int32Array(most);
    let end = 0;
    for (const { btf, base, shapes } of files) {
      const { words, starts, typeCount } = btf;
      const add = (place: number): void => {
        const id = words[place]!;
        const node = id === 0 || id > typeCount ? 0 : base + id;
        references[end++] = numbers[node] === 0 ? -1 - sets[node]! : numbers[node]! - 1;
      };
      for (let id = 1; id <= typeCount; id++) {
        const element = numbers[base + id]! - 1;
        if (element < 0) continue;
        this.nodes[element] = base + id;
        this.shapes[element] = shapes[id]!;
        eachId(words, starts[id]!, starts[id + 1]!, add);
        this.starts[element + 1] = end;
      }
    }
    this.references = references.slice(0, end);
  }
}

function divide(concerned: Concerned, sets: Uint32Array, shapes: Shapes): Partition {
  const { nodes, references, starts } = concerned;
  const count = nodes.length;
  const partition = new Partition(
    nodes.map((node) => sets[node]!),
    shapes.table.count,
  );
  const users = reversed(count, (edge) => {
    for (let element = 0; element < count; element++) {
      for (let i = starts[element]!; i < starts[element + 1]!; i++) {
        if (references[i]! >= 0) edge(element, references[i]!);
      }
    }
  });
  /** Of each name that is not divided yet: its forward declarations. */
  const forwards = new Map<number, number[]>();
  const isForward = shapes.forwards();
  const labels = new Uint32Array(count);
  let dirty: number[] = [];
  for (let element = 0; element < count; element++) {
    const set = partition.setOf[element]!;
    if (isForward[concerned.shapes[element]!] === 1) {
      const list = forwards.get(set);
      if (list === undefined) forwards.set(set, [element]);
      else list.push(element);
    } else if (shapes.ambiguous.has(set)) {
      labels[element] = concerned.shapes[element]!;
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
    for (const element of dirty) labels[element] = label(rows, concerned, element, partition.setOf);
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
  { references, starts }: Concerned,
  element: number,
  setOf: Uint32Array,
): number {
  const from = starts[element]!;
  const length = starts[element + 1]! - from + 1;
  rows.reserve(length);
  const { words, top } = rows;
  words[top] = setOf[element]!;
  for (let i = 1; i < length; i++) {
    const to = references[from + i - 1]!;
    words[top + i] = to < 0 ? -1 - to : setOf[to]!;
  }
  return rows.commit(length);
}
