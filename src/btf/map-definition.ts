/**
 * Map definitions of `.maps`: variables whose type says what the map is.
 *
 *     struct {
 *       __uint(type, BPF_MAP_TYPE_HASH);     int (*type)[1]         a number n: pointer to an array of n
 *       __ulong(map_extra, 1ull << 44);      enum { x = n } map_extra   a large number: an enum of it
 *       __type(key, __u32);                  __u32 *key             a type: pointer to it
 *       __array(values, struct inner);       struct inner *values[] what slots hold: array of pointers
 *     } m SEC(".maps");
 */
import { incompatibility } from './compatible.ts';
import { KIND } from './format.ts';
import { printType } from './print-c.ts';
import { peel, sizeOf } from './query.ts';
import { type Btf, FIELD } from './types.ts';

/** Attributes whose value is a number. */
export const MAP_NUMBERS = [
  'type',
  'max_entries',
  'map_flags',
  'numa_node',
  'key_size',
  'value_size',
  'pinning',
  'map_extra',
] as const;

export type MapAttribute =
  | { readonly kind: 'number'; readonly value: bigint }
  /** `key` and `value`. */
  | { readonly kind: 'type'; readonly type: number }
  /** `values`: an inner map's definition, or the prototype of the programs in a table of them. */
  | { readonly kind: 'values'; readonly type: number };

export interface MapDefinition {
  readonly btf: Btf;
  /** The struct that says it. */
  readonly struct: number;
  /** By name, in the order of the definition. */
  readonly attributes: ReadonlyMap<string, MapAttribute>;
}

export type ReadMapResult =
  | { readonly map: MapDefinition; readonly fault?: undefined }
  /** In words that follow the map's name. */
  | { readonly map?: undefined; readonly fault: string };

/** The definition that a VAR of `.maps` has, or that an inner map's struct is. */
export function readMapDefinition(btf: Btf, id: number): ReadMapResult {
  const type = peel(btf, btf.kind(id) === KIND.VAR ? btf.target(id) : id);
  if (btf.kind(type) !== KIND.STRUCT) return { fault: 'is not defined by a struct' };
  const attributes = new Map<string, MapAttribute>();
  for (const { name, type: member } of btf.members(type)) {
    const attribute = readAttribute(btf, name, member);
    if (attribute === 'unknown') return { fault: `has the unknown attribute '${name}'` };
    if (attribute === undefined) return { fault: `has an attribute '${name}' of a wrong form` };
    attributes.set(name, attribute);
  }
  return { map: { btf, struct: type, attributes } };
}

function readAttribute(btf: Btf, name: string, id: number): MapAttribute | 'unknown' | undefined {
  const type = peel(btf, id);
  if (name === 'values') {
    if (btf.kind(type) !== KIND.ARRAY) return undefined;
    const slot = peel(btf, btf.field(type, FIELD.arrayElement));
    return btf.kind(slot) === KIND.PTR
      ? { kind: 'values', type: peel(btf, btf.target(slot)) }
      : undefined;
  }
  const isNumber = (MAP_NUMBERS as readonly string[]).includes(name);
  if (!isNumber && name !== 'key' && name !== 'value') return 'unknown';
  const pointee = btf.kind(type) === KIND.PTR ? btf.target(type) : undefined;
  if (isNumber) return readNumber(btf, type, pointee);
  return pointee === undefined ? undefined : { kind: 'type', type: pointee };
}

function readNumber(btf: Btf, type: number, pointee: number | undefined): MapAttribute | undefined {
  if (pointee !== undefined) {
    const array = peel(btf, pointee);
    if (btf.kind(array) !== KIND.ARRAY) return undefined;
    return { kind: 'number', value: BigInt(btf.field(array, FIELD.arrayCount)) };
  }
  const isEnum = btf.kind(type) === KIND.ENUM || btf.kind(type) === KIND.ENUM64;
  const [first] = isEnum ? btf.enumerators(type) : [];
  return first && { kind: 'number', value: BigInt.asUintN(64, first.value) };
}

/** 0 where it is not given. */
export function mapNumber({ attributes }: MapDefinition, name: string): bigint {
  const attribute = attributes.get(name);
  return attribute?.kind === 'number' ? attribute.value : 0n;
}

/** Bytes of a key or value: 0 where nothing says them, undefined where its type has no size. */
export function mapSideSize(map: MapDefinition, side: 'key' | 'value'): number | undefined {
  const attribute = map.attributes.get(side);
  if (attribute?.kind !== 'type') return Number(mapNumber(map, `${side}_size`));
  return sizeOf(map.btf, attribute.type);
}

/** As its source has it, on one line; a constant of a macro such as BPF_MAP_TYPE_HASH as its number. */
export function printMapDefinition({ btf, attributes }: MapDefinition, name: string): string {
  const fields = [...attributes].map(([field, attribute]) => {
    const macro = { number: '__uint', type: '__type', values: '__array' }[attribute.kind];
    const value = attribute.kind === 'number' ? attribute.value : printType(btf, attribute.type);
    return `${macro}(${field}, ${value});`;
  });
  return `struct { ${fields.join(' ')} } ${name} SEC(".maps")`;
}

/** How two definitions of one map differ, in words; undefined where they do not. */
export function mapDifference(
  a: MapDefinition,
  b: MapDefinition,
  inner = false,
): string | undefined {
  for (const name of new Set([...a.attributes.keys(), ...b.attributes.keys()])) {
    const difference = attributeDifference(name, a, b, inner);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function attributeDifference(
  name: string,
  a: MapDefinition,
  b: MapDefinition,
  nested: boolean,
): string | undefined {
  const one = a.attributes.get(name);
  const other = b.attributes.get(name);
  if ((one ?? other)?.kind === 'number') {
    const value = one?.kind === 'number' ? one.value : 0n;
    const otherValue = other?.kind === 'number' ? other.value : 0n;
    return value === otherValue
      ? undefined
      : `'${name}' is ${value} in one, ${otherValue} in the other`;
  }
  if (one === undefined || other === undefined) return `only one has '${name}'`;
  if (one.kind === 'number' || other.kind === 'number') return undefined;
  // An inner map has no inner map.
  if (!nested && isInnerMap(a.btf, one) && isInnerMap(b.btf, other)) {
    const inner = readMapDefinition(a.btf, one.type);
    const otherInner = readMapDefinition(b.btf, other.type);
    if (inner.map === undefined || otherInner.map === undefined) return undefined;
    const difference = mapDifference(inner.map, otherInner.map, true);
    return difference && `the inner map: ${difference}`;
  }
  const difference = incompatibility({ btf: a.btf, id: one.type }, { btf: b.btf, id: other.type });
  return difference && `'${name}': ${difference}`;
}

function isInnerMap(btf: Btf, attribute: MapAttribute): boolean {
  return attribute.kind === 'values' && btf.kind(attribute.type) === KIND.STRUCT;
}
