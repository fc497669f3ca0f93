/** The maps that an object defines: variables of `.maps`, described by their types, and structs in `maps`. */
import { KIND } from '../../btf/format.ts';
import { type MapDefinition, readMapDefinition } from '../../btf/map-definition.ts';
import { printType } from '../../btf/print-c.ts';
import { peel, sizeOf } from '../../btf/query.ts';
import type { Btf } from '../../btf/types.ts';
import { STT } from '../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import { LEGACY_MAP_MIN_SIZE, readLegacyMap } from '../../model/legacy-map.ts';
import { mapStyle } from '../../model/map-sections.ts';
import { mapTypeName } from '../../model/map-types.ts';
import { mapFlagNames } from './map-flags.ts';
import type { ObjectView } from './object.ts';
import type { Relocations } from './relocations.ts';
import { placeName } from './targets.ts';
import { variableOf } from './type-info.ts';
import type { InitialSlot, MapDefinitionReport, MapReport, MapSideReport } from './types.ts';

export function reportMaps(view: ObjectView, relocations: Relocations): MapReport[] {
  const maps: MapReport[] = [];
  for (const section of view.elf.sections) {
    const style = mapStyle(section);
    if (style === undefined) continue;
    const symbols = view.symbols.of(section.index).filter(({ type }) => type !== STT.FUNC);
    for (const [i, symbol] of symbols.entries()) {
      const definition =
        style === 'btf'
          ? btfMap(view, section, symbol, relocations)
          : legacyMap(view, section, symbol, symbols[i + 1]);
      const { name, value: offset } = symbol;
      maps.push({ name, section: section.name, offset, style, definition });
    }
  }
  return maps;
}

function legacyMap(
  { elf }: ObjectView,
  section: ElfSection,
  { value, size }: ElfSymbol,
  next: ElfSymbol | undefined,
): MapDefinitionReport | null {
  // Assembly may leave sizes out.
  const end = size > 0 ? value + size : (next?.value ?? section.size);
  const bytes = section.bytes.subarray(value, end);
  if (bytes.length < LEGACY_MAP_MIN_SIZE) return null;
  const map = readLegacyMap(bytes, elf.order);
  return {
    type: map.type,
    typeName: mapTypeName(map.type) ?? null,
    key: { size: map.sizeKey, type: null },
    value: { size: map.sizeValue, type: null },
    maxEntries: map.maxElem,
    flags: map.flags,
    flagNames: mapFlagNames(map.flags),
    pinning: map.pinning,
    numaNode: 0,
    mapExtra: 0,
    inner: null,
    initial: [],
    legacy: { id: map.id, innerId: map.innerId, innerIndex: map.innerIndex },
  };
}

function btfMap(
  { types }: ObjectView,
  section: ElfSection,
  symbol: ElfSymbol,
  relocations: Relocations,
): MapDefinitionReport | null {
  const { btf } = types;
  const variable = variableOf({ types }, section, symbol);
  if (btf === undefined || variable === undefined) return null;
  const { map } = readMapDefinition(btf, variable.id);
  if (map === undefined) return null;
  return {
    ...describe(map, false),
    initial: slotsOf(btf, variable.id, section, symbol, relocations),
  };
}

/** `nested`: an inner map has no inner map. */
function describe({ btf, attributes }: MapDefinition, nested: boolean): MapDefinitionReport {
  const number = (name: string): number => {
    const attribute = attributes.get(name);
    return attribute?.kind === 'number' ? Number(attribute.value) : 0;
  };
  const side = (name: string): MapSideReport => {
    const attribute = attributes.get(name);
    if (attribute?.kind !== 'type') return { size: number(`${name}_size`), type: null };
    return { size: sizeOf(btf, attribute.type) ?? 0, type: printType(btf, attribute.type) };
  };
  const values = attributes.get('values');
  const innerType = values?.kind === 'values' && !nested ? values.type : undefined;
  const inner =
    innerType === undefined || btf.kind(innerType) !== KIND.STRUCT
      ? undefined
      : readMapDefinition(btf, innerType).map;
  const [type, flags] = [number('type'), number('map_flags')];
  return {
    type,
    typeName: mapTypeName(type) ?? null,
    key: side('key'),
    value: side('value'),
    maxEntries: number('max_entries'),
    flags,
    flagNames: mapFlagNames(flags),
    pinning: number('pinning'),
    numaNode: number('numa_node'),
    mapExtra: number('map_extra'),
    inner: inner === undefined ? null : describe(inner, true),
    initial: [],
    legacy: null,
  };
}

/** What `.values = { ... }` puts into the slots: one relocation for each. */
function slotsOf(
  btf: Btf,
  variable: number,
  section: ElfSection,
  { value, size }: ElfSymbol,
  relocations: Relocations,
): InitialSlot[] {
  const type = peel(btf, btf.target(variable));
  const values = btf.members(type).find(({ name }) => name === 'values');
  if (values === undefined) return [];
  const start = value + values.offsetBits / 8;
  return relocations.between(section, start, value + size).map(({ raw, report }) => ({
    index: Math.floor((raw.offset - start) / 8),
    name: report.target === null ? report.symbol : placeName(report.target),
  }));
}
