/** The fields of struct bpf_elf_map that say what a definition of `.maps` says. */
import {
  type MapDefinition,
  mapNumber,
  mapSideSize,
  readMapDefinition,
} from '../../btf/map-definition.ts';
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import { holdsMaps, type LegacyMap, MapType, Pinning } from '../../model/legacy-map.ts';
import { specialFieldIn, typeThatNeedsBtf } from './needs-types.ts';

/**
 * Of a perf event array that gives no number. Code asks for the slot of the CPU that it runs on, so more than
 * there are CPUs do no harm, and cost 8 bytes each.
 */
export const PERF_ENTRIES = 1024;

/** The least page of any machine; a ring buffer is made of whole pages. */
const PAGE_SIZE = 4096;

/** LIBBPF_PIN_BY_NAME */
const PIN_BY_NAME = 1n;

export interface DescribedMap {
  readonly name: string;
  readonly at: readonly Location[];
}

type Report = (diagnostic: Diagnostic) => void;

/** Without ids, which depend on other maps. Undefined where an error was reported. */
export function legacyFields(
  definition: MapDefinition,
  map: DescribedMap,
  report: Report,
): LegacyMap | undefined {
  let failed = false;
  const fail = (diagnostic: Diagnostic): void => {
    failed = true;
    report(diagnostic);
  };
  const { name, at } = map;
  const number = (attribute: string): number => {
    const value = mapNumber(definition, attribute);
    if (value > 0xffffffffn) {
      fail(diagnose.unsayable(name, `${attribute} ${value}`, 'fields have 32 bits', at));
    }
    return Number(value & 0xffffffffn);
  };
  const side = (which: 'key' | 'value'): number => {
    const size = mapSideSize(definition, which);
    const stated = Number(mapNumber(definition, `${which}_size`));
    if (size === undefined) {
      fail(diagnose.badDefinition(name, `has a ${which} of an incomplete type`, at));
    } else if (stated !== 0 && stated !== size) {
      const fault = `has two sizes of its ${which}, ${size} and ${stated}`;
      fail(diagnose.badDefinition(name, fault, at));
    } else if (size > 0xffffffff) {
      fail(diagnose.badDefinition(name, `has a ${which} of ${size} bytes`, at));
    }
    return size ?? 0;
  };
  const type = number('type');
  if (type === 0) fail(diagnose.badDefinition(name, 'has no type', at));
  for (const refusal of refusals(definition, type, map)) fail(refusal);
  const fields = {
    type,
    sizeKey: side('key') || (takesIndices(type) ? 4 : 0),
    sizeValue: side('value') || (takesDescriptors(type) ? 4 : 0),
    maxElem: entries(number('max_entries'), type, map, report),
    flags: number('map_flags'),
    id: 0,
    pinning: mapNumber(definition, 'pinning') === PIN_BY_NAME ? Pinning.GLOBAL : Pinning.NONE,
    innerId: 0,
    innerIndex: 0,
  };
  return failed ? undefined : fields;
}

/** What makes an outer map's values; undefined also where the map holds none or does not describe them. */
export function innerFields(
  definition: MapDefinition,
  { name, at }: DescribedMap,
  report: Report,
): LegacyMap | undefined {
  const values = definition.attributes.get('values');
  if (values?.kind !== 'values' || !holdsMaps(Number(mapNumber(definition, 'type')))) {
    return undefined;
  }
  const { map: inner, fault } = readMapDefinition(definition.btf, values.type);
  if (inner === undefined) {
    report(diagnose.badDefinition(name, `has an inner map that ${fault}`, at));
    return undefined;
  }
  if (mapNumber(inner, 'pinning') !== 0n || inner.attributes.has('values')) {
    const fault = 'has an inner map that is pinned or has inner maps itself';
    report(diagnose.badDefinition(name, fault, at));
    return undefined;
  }
  return legacyFields(inner, { name: innerName(name), at }, report);
}

/** As libbpf calls it. No name of C has a dot, so none is like it. */
export function innerName(outer: string): string {
  return `${outer}.inner`;
}

function* refusals(
  definition: MapDefinition,
  type: number,
  { name, at }: DescribedMap,
): Generator<Diagnostic> {
  const extra = mapNumber(definition, 'map_extra');
  if (extra !== 0n) {
    const why =
      type === MapType.ARENA
        ? 'it is the address of an arena'
        : 'its meaning depends on the type of the map';
    yield diagnose.unsayable(name, `map_extra ${extra}`, why, at);
  }
  const node = mapNumber(definition, 'numa_node');
  if (node !== 0n) {
    const why = 'it says which memory the map is in';
    yield diagnose.unsayable(name, `numa_node ${node}`, why, at);
  }
  const pinning = mapNumber(definition, 'pinning');
  if (pinning > PIN_BY_NAME) {
    yield diagnose.badDefinition(
      name,
      `asks for pinning ${pinning}, which libbpf does not know`,
      at,
    );
  }
  const needs = typeThatNeedsBtf(type);
  if (needs !== undefined) yield diagnose.needsTypes(name, `is ${needs}`, at);
  const value = definition.attributes.get('value');
  const special = value?.kind === 'type' ? specialFieldIn(definition.btf, value.type) : undefined;
  if (special !== undefined) {
    yield diagnose.needsTypes(
      name,
      `has ${special} in its values, which the kernel finds by BTF`,
      at,
    );
  }
}

/** As libbpf would have it: it fills in CPUs, and rounds ring buffers up. */
function entries(given: number, type: number, { name, at }: DescribedMap, report: Report): number {
  if (type === MapType.PERF_EVENT_ARRAY && given === 0) {
    report(diagnose.entriesChosen(name, PERF_ENTRIES, at));
    return PERF_ENTRIES;
  }
  if ((type === MapType.RINGBUF || type === MapType.USER_RINGBUF) && given > 0) {
    let size = PAGE_SIZE;
    while (size < given && size < 2 ** 31) size *= 2;
    return size < given ? given : size;
  }
  return given;
}

/** The kernel takes keys of no other size than 4. */
function takesIndices(type: number): boolean {
  return (
    type === MapType.PROG_ARRAY ||
    type === MapType.PERF_EVENT_ARRAY ||
    type === MapType.ARRAY_OF_MAPS
  );
}

function takesDescriptors(type: number): boolean {
  return takesIndices(type) || holdsMaps(type);
}
