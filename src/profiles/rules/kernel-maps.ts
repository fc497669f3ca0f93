/**
 * What the kernel has against a map of the object, whatever loader hands it over:
 *
 *     __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u64);     array 'm' has key_size 8; the kernel wants 4
 *     __uint(type, BPF_MAP_TYPE_HASH); without max_entries      hash 'm' has max_entries 0; the kernel wants 1 to ...
 *
 * What is missing in the second, lengths, sizes of values and inner maps, applications may set before they load an object.
 * A loader fills in some numbers itself; each passes its own way of doing so.
 */
import { KIND } from '../../btf/format.ts';
import {
  type MapDefinition,
  mapNumber,
  mapSideSize,
  readMapDefinition,
} from '../../btf/map-definition.ts';
import { peel } from '../../btf/query.ts';
import type { Btf } from '../../btf/types.ts';
import { type MapFault, type MapNumbers, mapFaults, needsTypes } from '../../model/kernel-maps.ts';
import { holdsMaps, type LegacyMap } from '../../model/legacy-map.ts';
import { mapTypeName } from '../../model/map-types.ts';

/** The numbers that the loader hands over. */
export type FillIn = (numbers: MapNumbers, isInner: boolean) => MapNumbers;

export type Missing = 'max_entries' | 'key_size' | 'value_size' | 'values';

export interface MapRefusal {
  /** A whole sentence, with the map's name. */
  readonly words: string;
  /** As the kernel gets them. */
  readonly numbers: MapNumbers;
  /** About the map that an outer one defines. */
  readonly isInner: boolean;
  /** What is not given, and the application may still see to. */
  readonly missing?: Missing;
}

/** A definition in `.maps`, and whether an outer map has it. */
export interface DefinedMap {
  readonly map: MapDefinition;
  readonly isInner: boolean;
}

/** Of a VAR of `.maps`: its map, and the inner one that this defines. None that cannot be read. */
export function definedBy(btf: Btf, id: number): readonly DefinedMap[] {
  const { map } = readMapDefinition(btf, id);
  if (map === undefined) return [];
  const values = map.attributes.get('values');
  const isOuter = values?.kind === 'values' && holdsMaps(Number(mapNumber(map, 'type')));
  const inner = isOuter ? readMapDefinition(btf, values.type).map : undefined;
  return [{ map, isInner: false }, ...(inner === undefined ? [] : [{ map: inner, isInner: true }])];
}

export function definitionRefusal(
  name: string,
  { map, isInner }: DefinedMap,
  fill: FillIn,
): MapRefusal | undefined {
  const numbers = fill(numbersOf(map), isInner);
  const refusal = numbersRefusal(name, numbers, isInner);
  if (refusal !== undefined) return refusal;
  const who = subject(name, numbers, isInner);
  if (holdsMaps(numbers.type) && !map.attributes.has('values')) {
    return { words: `${who} does not say what maps it holds`, numbers, isInner, missing: 'values' };
  }
  if (!needsTypes(numbers.type) || hasTypes(map)) return undefined;
  const words = `${who} needs __type(key, int) and __type(value, TYPE), not sizes alone`;
  return { words, numbers, isInner };
}

export function legacyRefusal(
  name: string,
  { type, sizeKey, sizeValue, maxElem, flags }: LegacyMap,
  fill: FillIn,
): MapRefusal | undefined {
  const given = { type, keySize: sizeKey, valueSize: sizeValue, maxEntries: maxElem, flags };
  return numbersRefusal(name, fill(given, false), false);
}

/** `array 'm'`, or `array inside of 'm'`. */
function subject(name: string, { type }: MapNumbers, isInner: boolean): string {
  const kind = mapTypeName(type)?.replaceAll('_', ' ') ?? `map of type ${type}`;
  return isInner ? `${kind} inside of '${name}'` : `${kind} '${name}'`;
}

/** Types that are newer than bpfld may be known to the kernel. */
function numbersRefusal(
  name: string,
  numbers: MapNumbers,
  isInner: boolean,
): MapRefusal | undefined {
  const faults = mapFaults(numbers).filter(({ field }) => field !== 'type');
  const fault = faults.find((one) => missingOf(one) === undefined) ?? faults[0];
  if (fault === undefined) return undefined;
  const { field, value, wants } = fault;
  const words = `${subject(name, numbers, isInner)} has ${field} ${value}; the kernel wants ${wants}`;
  const missing = missingOf(fault);
  return { words, numbers, isInner, ...(missing === undefined ? {} : { missing }) };
}

/** Keys of 4 bytes are what the type has, so that nobody has left them to the application. */
function missingOf({ field, value, wants }: MapFault): Missing | undefined {
  if (value !== 0 || field === 'type' || field === 'map_flags') return undefined;
  return field === 'key_size' && wants === '4' ? undefined : field;
}

/** A size that cannot be told is told of elsewhere. */
function numbersOf(map: MapDefinition): MapNumbers {
  return {
    type: Number(mapNumber(map, 'type')),
    keySize: mapSideSize(map, 'key') ?? 0,
    valueSize: map.attributes.has('values') ? 4 : (mapSideSize(map, 'value') ?? 0),
    maxEntries: Number(mapNumber(map, 'max_entries')),
    flags: Number(mapNumber(map, 'map_flags')),
  };
}

function hasTypes({ btf, attributes }: MapDefinition): boolean {
  const key = attributes.get('key');
  return (
    key?.kind === 'type' &&
    btf.kind(peel(btf, key.type)) === KIND.INT &&
    attributes.get('value')?.kind === 'type'
  );
}
