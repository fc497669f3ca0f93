/** AYA-020, AYA-022, AYA-023, AYA-024 and AYA-044: definitions of maps. */
import { KIND } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import * as diagnose from '../../../diag/catalogue/aya/maps.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { readLegacyMap } from '../../../model/legacy-map.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { type AyaMap, type MapFault, readAyaMap } from './map-definition.ts';
import { AFTER_0_3 } from './versions.ts';
import { type AyaView, ayaView } from './view.ts';

type Report = (diagnostic: Diagnostic) => void;

/** type, key size, value size, max entries, flags; then id and pinning, which may be left out. */
const LEAST_DEFINITION = 20;

/** Every symbol of the section is a map to aya. */
export const legacyMaps: Rule = (object, report) => {
  const view = ayaView(object);
  for (const section of view.sections('legacy maps')) {
    const symbols = view.symbolsIn(section);
    if (symbols.length === 0) report(diagnose.mapsWithoutSymbols(section.name));
    for (const symbol of symbols) {
      const { name, value, size } = symbol;
      const at = view.base.atSymbol(symbol);
      if (size < LEAST_DEFINITION) {
        report(diagnose.shortMap(name, section.name, size, at));
      } else {
        const bytes = section.bytes.subarray(value, value + size);
        const { type, pinning } = readLegacyMap(bytes, object.order);
        if (pinning > 1) report(diagnose.legacyPinning(name, pinning, at));
        typeFault(name, type, report, at);
        if (isOuter(type)) report(diagnose.noInnerMap(name, at));
      }
    }
  }
};

/** The newest type that aya knows, and those that it hands over only where the application asks for it. */
const NEWEST_TYPE = 33;
const ON_REQUEST = new Set([26, 29, 31, NEWEST_TYPE]);

function typeFault(map: string, type: number, report: Report, at: Diagnostic['at']): void {
  if (type === 0 || type > NEWEST_TYPE) report(diagnose.unknownMapType(map, type, at));
  else if (ON_REQUEST.has(type)) {
    report(diagnose.unsupportedMapType(map, mapTypeName(type) ?? String(type), at));
  }
}

export const typedMaps: Rule = (object, report, loader) => {
  const view = ayaView(object);
  for (const section of view.sections('maps')) {
    if (view.base.btf === undefined) {
      // What is wrong with types that are there is told of by itself.
      if (view.base.section('.BTF') === undefined) report(diagnose.mapsWithoutTypes(section.name));
    } else if (view.symbolsIn(section).length === 0) {
      report(diagnose.mapsWithoutSymbols(section.name));
    } else definitions(view, section, loader, report);
  }
};

function definitions(view: AyaView, section: ElfSection, loader: Loader, report: Report): void {
  const btf = view.base.btf!;
  const listed = [...typeIds(btf, KIND.DATASEC)].filter((id) => btf.name(id) === section.name);
  if (listed.length === 0) report(diagnose.mapsNotDescribed(section.name));
  const symbols = new Map(view.symbolsIn(section).map((symbol) => [symbol.name, symbol]));
  for (const { type: variable } of listed.flatMap((id) => btf.variables(id))) {
    const name = btf.name(variable);
    const symbol = symbols.get(name);
    const at = symbol === undefined ? [] : view.base.atSymbol(symbol);
    const { map, faults } = readAyaMap(btf, variable);
    for (const fault of faults) report(definitionFault(name, fault, at));
    if (map === undefined) continue;
    if (symbol === undefined) report(diagnose.mapWithoutSymbol(name, section.name));
    definitionFaults(name, map, loader, report, at);
  }
}

function definitionFault(name: string, fault: MapFault, at: Diagnostic['at']): Diagnostic {
  switch (fault.is) {
    case 'type':
      return diagnose.badMapType(name, fault.what, at);
    case 'values':
      return diagnose.valuesWithLength(name, at);
    case 'inner':
      return diagnose.badInnerMap(name, fault.what, at);
    case 'pinned inner':
      return diagnose.pinnedInnerMap(name, at);
    case 'nested':
      return diagnose.nestedInnerMap(name, at);
  }
}

/** Arrays and hashes of maps. */
function isOuter(type: number): boolean {
  return type === 12 || type === 13;
}

function definitionFaults(
  name: string,
  map: AyaMap,
  loader: Loader,
  report: Report,
  at: Diagnostic['at'],
): void {
  typeFault(name, map.type, report, at);
  if (isOuter(map.type) && !map.hasInner) report(diagnose.noInnerMap(name, at));
  if (map.pinning > 1) report(diagnose.mapPinning(name, map.pinning, at));
  if (!isBefore(loader, AFTER_0_3)) return;
  for (const { field, size, taken } of map.sizes) {
    if (size !== taken) report(diagnose.arrayOfArrays(name, field, size, taken, at));
  }
}
