/**
 * AYA-047 and AYA-048: maps that the kernel does not create, for their numbers or for the types that aya hands over.
 *
 *     __uint(key_size, 4); __type(value, int);        a type of one, a size of the other: refused
 *     ARRAY with __type(key, struct { int a; });      keys of arrays are integers, by their types too
 *
 * libbpf tries again without types. For maps whose types the kernel never takes, aya hands over none.
 */
import { KIND } from '../../../btf/format.ts';
import { type MapDefinition, mapNumber, mapSideSize } from '../../../btf/map-definition.ts';
import { peel, typeIds } from '../../../btf/query.ts';
import * as diagnose from '../../../diag/catalogue/aya/maps.ts';
import {
  holdsMaps,
  LEGACY_MAP_MIN_SIZE,
  MapType,
  readLegacyMap,
} from '../../../model/legacy-map.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import type { Rule } from '../../../model/rule.ts';
import { definedBy, definitionRefusal, type FillIn, legacyRefusal } from '../kernel-maps.ts';
import { readAyaMap } from './map-definition.ts';
import { ayaView } from './view.ts';

export const kernelMaps: Rule = (object, report, { host }) => {
  const isLast = host !== undefined;
  const view = ayaView(object);
  for (const section of view.sections('legacy maps')) {
    for (const symbol of view.symbolsIn(section)) {
      const bytes = section.bytes.subarray(symbol.value, symbol.value + symbol.size);
      const map = readLegacyMap(bytes, object.order);
      if (symbol.size < LEGACY_MAP_MIN_SIZE || holdsMaps(map.type)) continue;
      const refusal = legacyRefusal(symbol.name, map, fillIn);
      const at = view.base.atSymbol(symbol);
      if (refusal !== undefined) report(diagnose.mapNotCreated(symbol.name, refusal, isLast, at));
    }
  }
  const { btf } = view.base;
  if (btf === undefined) return;
  for (const section of view.sections('maps')) {
    const symbols = new Map(view.symbolsIn(section).map((symbol) => [symbol.name, symbol]));
    const listed = [...typeIds(btf, KIND.DATASEC)].filter((id) => btf.name(id) === section.name);
    for (const { type: variable } of listed.flatMap((id) => btf.variables(id))) {
      const name = btf.name(variable);
      const symbol = symbols.get(name);
      if (symbol === undefined || readAyaMap(btf, variable).map === undefined) continue;
      const at = view.base.atSymbol(symbol);
      for (const defined of definedBy(btf, variable)) {
        const { attributes } = defined.map;
        // Told of already.
        if (holdsMaps(Number(mapNumber(defined.map, 'type'))) && !attributes.has('values'))
          continue;
        const refusal = definitionRefusal(name, defined, fillIn);
        const wrong = refusal === undefined ? refusedTypes(defined.map) : undefined;
        if (refusal !== undefined) report(diagnose.mapNotCreated(name, refusal, isLast, at));
        if (wrong === undefined) continue;
        report(diagnose.typesOfMap(name, defined.isInner, ...wrong, at));
      }
    }
  }
};

const PAGE_SIZE = 4096;

/** aya fills in the number of CPUs and what devices and CPUs have for values, and makes ring buffers large enough. */
const fillIn: FillIn = (numbers, isInner) => {
  const { type, maxEntries } = numbers;
  if (isInner) return numbers;
  if (type === MapType.PERF_EVENT_ARRAY) return { ...numbers, maxEntries: Math.max(1, maxEntries) };
  if (DEVICES_AND_CPUS.has(mapTypeName(type) ?? '')) return { ...numbers, valueSize: 8 };
  if (type !== MapType.RINGBUF) return numbers;
  const filled = maxEntries && Math.max(PAGE_SIZE, 2 ** Math.ceil(Math.log2(maxEntries)));
  return { ...numbers, valueSize: 0, maxEntries: filled };
};

const DEVICES_AND_CPUS: ReadonlySet<string> = new Set(['devmap', 'devmap_hash', 'cpumap']);

/** Without types, and so without what could be wrong with them. */
const UNTYPED: ReadonlySet<string> = new Set([
  ...['perf_event_array', 'cgroup_array', 'stack_trace', 'array_of_maps', 'hash_of_maps'],
  ...['devmap', 'devmap_hash', 'cpumap', 'xskmap', 'sockmap', 'sockhash'],
  ...['queue', 'stack', 'ringbuf'],
]);

/** What is wrong, in words that follow the map's name, and what to do about it. */
function refusedTypes(map: MapDefinition): [fault: string, remedy: string] | undefined {
  const { btf, attributes } = map;
  const type = attributes.get('type');
  const kind = (type?.kind === 'number' && mapTypeName(Number(type.value))) || '';
  if (UNTYPED.has(kind)) return undefined;
  const key = attributes.get('key');
  const isValueTyped = attributes.get('value')?.kind === 'type';
  if (key?.kind !== 'type') {
    if (!isValueTyped || mapSideSize(map, 'key') === 0) return undefined;
    return ['says the type of its value and of its key the size only', BOTH];
  }
  if (!isValueTyped) return ['says the type of its key and of its value the size only', BOTH];
  const keyKind = btf.kind(peel(btf, key.type));
  if ((kind === 'array' || kind === 'percpu_array') && keyKind !== KIND.INT) {
    return [
      `is an ${kind === 'array' ? 'array' : 'array per CPU'} whose keys are no integers`,
      INTEGER,
    ];
  }
  if (kind === 'lpm_trie' && keyKind !== KIND.STRUCT) {
    return ['is an LPM trie whose keys are no struct', STRUCT];
  }
  const isStorage = kind === 'cgroup_storage' || kind === 'percpu_cgroup_storage';
  const wanted = mapSideSize(map, 'key') === 8 ? KIND.INT : KIND.STRUCT;
  return isStorage && keyKind !== wanted
    ? ['has keys of a type that storage of cgroups has not', CGROUP]
    : undefined;
}

const BOTH = 'write __type(key, TYPE) and __type(value, TYPE), or key_size and value_size';
const INTEGER = 'write __type(key, __u32), or key_size and value_size';
const STRUCT =
  'put the key into a struct: the length of the prefix (__u32), then the data; or write key_size and value_size';
const CGROUP = 'write __type(key, __u64) or __type(key, struct bpf_cgroup_storage_key)';
