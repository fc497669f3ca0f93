/**
 * Which words of a type are ids of other types, and which are names.
 *
 * Besides the name in word 0, and for some kinds an id in word 2, ids and names stand at equal distances in
 * what the kind adds: in a struct the first member's name in word 3 and its type in word 4, the next three
 * words on.
 */
import { KIND } from '../format.ts';

/** Word of the first, words from one to the next; a distance of 0 means that there are none. */
interface Column {
  readonly first: Uint8Array;
  readonly distance: Uint8Array;
}

function column(
  ...rows: readonly (readonly [kind: number, first: number, distance: number])[]
): Column {
  const first = new Uint8Array(128);
  const distance = new Uint8Array(128);
  for (const [kind, word, words] of rows) {
    first[kind] = word;
    distance[kind] = words;
  }
  return { first, distance };
}

/** By kind. An array has two ids, of its elements and of its index, and then their number. */
export const IDS: Column = column(
  [KIND.ARRAY, 3, 1],
  [KIND.STRUCT, 4, 3],
  [KIND.UNION, 4, 3],
  [KIND.FUNC_PROTO, 4, 2],
  [KIND.DATASEC, 3, 3],
);

/** By kind. */
export const NAMES: Column = column(
  [KIND.STRUCT, 3, 3],
  [KIND.UNION, 3, 3],
  [KIND.ENUM, 3, 2],
  [KIND.ENUM64, 3, 3],
  [KIND.FUNC_PROTO, 3, 2],
);

/** Whether word 2 is an id, by kind. */
export const HAS_TARGET: Uint8Array = Uint8Array.from({ length: 128 }, (_, kind) => {
  switch (kind) {
    case KIND.PTR:
    case KIND.TYPEDEF:
    case KIND.VOLATILE:
    case KIND.CONST:
    case KIND.RESTRICT:
    case KIND.FUNC:
    case KIND.FUNC_PROTO:
    case KIND.VAR:
    case KIND.DECL_TAG:
    case KIND.TYPE_TAG:
      return 1;
    default:
      return 0;
  }
});

/** Where the ids of a type of the kind end, when the type ends at `end`. */
export function idsEnd(kind: number, end: number): number {
  return kind === KIND.ARRAY ? end - 1 : end;
}

/** Calls `visit` with the place of each id in the type that is `words[at]` to `words[end - 1]`. */
export function eachId(
  words: Uint32Array,
  at: number,
  end: number,
  visit: (place: number) => void,
): void {
  const kind = (words[at + 1]! >>> 24) & 0x7f;
  if (HAS_TARGET[kind] === 1) visit(at + 2);
  const distance = IDS.distance[kind]!;
  if (distance === 0) return;
  const last = idsEnd(kind, end);
  for (let place = at + IDS.first[kind]!; place < last; place += distance) visit(place);
}

/** Calls `visit` with the place of each name in the type that is `words[at]` to `words[end - 1]`. */
export function eachName(
  words: Uint32Array,
  at: number,
  end: number,
  visit: (place: number) => void,
): void {
  const kind = (words[at + 1]! >>> 24) & 0x7f;
  visit(at);
  const distance = NAMES.distance[kind]!;
  if (distance === 0) return;
  for (let place = at + NAMES.first[kind]!; place < end; place += distance) visit(place);
}
