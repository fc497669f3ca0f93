/**
 * A definition of `.maps` as aya reads it: stricter than libbpf about how a field is written, blind to what it does
 * not know.
 *
 *     int (*type)[1]          a number: a pointer to an array, through no typedef
 *     __u32 *key              a type: a pointer
 *     struct inner *values[]  an inner map: an array of no length, of pointers to a struct
 */
import { KIND } from '../../../btf/format.ts';
import { peel, sizeOf } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';

export interface AyaMap {
  readonly type: number;
  readonly pinning: number;
  readonly hasInner: boolean;
  /** In bytes: what a key or value takes, and what aya 0.3 takes it for. */
  readonly sizes: readonly {
    readonly field: string;
    readonly size: number;
    readonly taken: number;
  }[];
}

export type MapFault =
  | { readonly is: 'type' | 'inner'; readonly what: string }
  | { readonly is: 'values' | 'pinned inner' | 'nested' };

export interface AyaMapResult {
  /** Undefined where aya refuses it. */
  readonly map: AyaMap | undefined;
  /** At most one: aya stops at the first. */
  readonly faults: readonly MapFault[];
}

const NUMBERS = [
  ...['type', 'key_size', 'value_size', 'max_entries', 'map_flags', 'map_extra', 'pinning'],
];

/** Of a variable in the DATASEC of its section. */
export function readAyaMap(btf: Btf, variable: number): AyaMapResult {
  if (btf.kind(variable) !== KIND.VAR) return refusal('type', 'is no variable');
  const struct = peel(btf, btf.target(variable));
  if (btf.kind(struct) !== KIND.STRUCT) return refusal('type', 'is defined by no struct');
  return readStruct(btf, struct, false);
}

function refusal(is: 'type' | 'inner', what: string): AyaMapResult {
  return { map: undefined, faults: [{ is, what }] };
}

function readStruct(btf: Btf, struct: number, isInner: boolean): AyaMapResult {
  const numbers = new Map<string, number>();
  const sizes: AyaMap['sizes'][number][] = [];
  let hasInner = false;
  for (const { name, type } of btf.members(struct)) {
    if (isInner && name === 'pinning') return { map: undefined, faults: [{ is: 'pinned inner' }] };
    if (isInner && name === 'values') return { map: undefined, faults: [{ is: 'nested' }] };
    if (NUMBERS.includes(name)) {
      const value = numberOf(btf, type);
      if (value === undefined) return refusal('type', `has a field '${name}' that is no number`);
      numbers.set(name, value);
    } else if (name === 'key' || name === 'value') {
      if (btf.kind(type) !== KIND.PTR) {
        return refusal('type', `has a field '${name}' that is no pointer to a type`);
      }
      const pointee = btf.target(type);
      const size = sizeOf(btf, pointee);
      if (size === undefined) {
        return refusal('type', `has a field '${name}' of a type without a size`);
      }
      sizes.push({ field: name, size, taken: lastDimension(btf, pointee) });
    } else if (name === 'values') {
      const fault = valuesFault(btf, type);
      if (fault !== undefined) return { map: undefined, faults: [fault] };
      hasInner = true;
    }
  }
  const pinning = numbers.get('pinning') ?? 0;
  return { map: { type: numbers.get('type') ?? 0, pinning, hasInner, sizes }, faults: [] };
}

function numberOf(btf: Btf, id: number): number | undefined {
  const array = btf.kind(id) === KIND.PTR ? btf.target(id) : 0;
  return btf.kind(array) === KIND.ARRAY ? btf.field(array, FIELD.arrayCount) : undefined;
}

function valuesFault(btf: Btf, id: number): MapFault | undefined {
  const inner = (what: string): MapFault => ({ is: 'inner', what });
  if (btf.kind(id) !== KIND.ARRAY) return inner('is no array');
  if (btf.field(id, FIELD.arrayCount) !== 0) return { is: 'values' };
  const slot = peel(btf, btf.field(id, FIELD.arrayElement));
  if (btf.kind(slot) !== KIND.PTR) return inner('is no array of pointers');
  const struct = peel(btf, btf.target(slot));
  if (btf.kind(struct) !== KIND.STRUCT) return inner('holds pointers to what is no struct');
  return readStruct(btf, struct, true).faults[0];
}

/** aya 0.3 keeps one dimension of an array of arrays, the innermost. */
function lastDimension(btf: Btf, id: number): number {
  let count = 1;
  let type = id;
  // The table is valid, so this ends.
  for (;;) {
    const kind = btf.kind(type);
    if (kind === KIND.ARRAY) {
      count = btf.field(type, FIELD.arrayCount);
      type = btf.field(type, FIELD.arrayElement);
    } else {
      const next = peel(btf, type);
      if (btf.kind(next) !== KIND.ARRAY) return count * (sizeOf(btf, next) ?? 0);
      type = next;
    }
  }
}
