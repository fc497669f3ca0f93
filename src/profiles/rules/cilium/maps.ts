/** CILIUM-009: `.maps`, where cilium/ebpf wants a symbol and a variable of the BTF for each map, and only zeros. */
import { KIND } from '../../../btf/format.ts';
import { peel } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/maps.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { mapFault } from './map-fields.ts';
import { slotFault } from './slots.ts';
import { dataSections, sectionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

export const maps: Rule = (object, report, loader) => {
  const view = viewOf(object);
  for (const section of view.sections('maps')) {
    const at = view.at(section, 0);
    if (view.btf === undefined) {
      if (view.btfFault === undefined) report(diagnose.mapsWithoutBtf(at));
      continue;
    }
    const variables = variablesOf(view.btf, section);
    const symbols = new Map(view.sorted(section).map((symbol) => [symbol.name, symbol]));
    const count = view.symbols(section).size;
    const lost = unplaced(view, view.btf, section);
    const seen = lost === undefined ? variables.size : 0;
    if (seen !== count) {
      const extra = [
        ...[...variables.keys()].filter((name) => !symbols.has(name)),
        ...[...symbols.keys()].filter((name) => !variables.has(name)),
      ];
      const named = isBefore(loader, [0, 21]) ? lost : undefined;
      report(diagnose.mapCount(count, variables.size, seen, named, extra, at));
      continue;
    }
    const rest = isBefore(loader, [0, 21]) ? unaccounted(view.btf, section) : 0;
    if (rest > 0) report(diagnose.bytesBetweenMaps(rest, at));
    for (const [name, type] of variables) {
      const symbol = symbols.get(name);
      if (symbol === undefined) report(diagnose.mapWithoutSymbol(name, at));
      else {
        const found = refused(view, view.btf, section, symbol, type, loader);
        if (found !== undefined) report(found);
      }
    }
  }
};

/**
 * Offsets that the compiler has left out come from symbols; where one is missing, whose name this is, the loader sees
 * no variable at all.
 */
function unplaced(view: CiliumView, btf: Btf, { name, index }: ElfSection): string | undefined {
  const [id] = dataSections(btf, name);
  if (id === undefined || btf.size(id) !== 0) return undefined;
  const here = new Set(
    view.object.symbols
      .filter((symbol) => symbol.place === 'section' && symbol.section === index)
      .map((symbol) => symbol.name),
  );
  const lost = btf.variables(id).find(({ type }) => !here.has(btf.name(type)));
  return lost && btf.name(lost.type);
}

/** Bytes of the section that no variable has, by the sizes alone. */
function unaccounted(btf: Btf, { name, size }: ElfSection): number {
  return (sectionTypes(btf, name) ?? []).reduce((rest, variable) => rest - variable.size, size);
}

/** By name, the ids of their types. */
function variablesOf(btf: Btf, section: ElfSection): Map<string, number> {
  const listed = sectionTypes(btf, section.name) ?? [];
  return new Map(
    listed
      .filter(({ type }) => btf.kind(type) === KIND.VAR)
      .map(({ type }) => [btf.name(type), btf.target(type)]),
  );
}

function refused(
  view: CiliumView,
  btf: Btf,
  section: ElfSection,
  symbol: ElfSymbol,
  type: number,
  loader: Loader,
): Diagnostic | undefined {
  const { name, value, size } = symbol;
  const at = view.at(section, value, `map '${name}'`);
  if (section.bytes.subarray(value, value + size).some((byte) => byte !== 0)) {
    return diagnose.initialisedMap(name, at);
  }
  const struct = peel(btf, type);
  if (btf.kind(struct) !== KIND.STRUCT) {
    const remedy = 'write struct { __uint(type, ...); ... } NAME SEC(".maps")';
    return diagnose.badMap(name, 'is no struct', 'expected struct, got ...', remedy, false, at);
  }
  const wrong =
    mapFault(btf, name, struct, loader) ?? slotFault(view, btf, section, symbol, struct, loader);
  if (wrong === undefined) return undefined;
  const { fault, quoted, remedy, mendable = false } = wrong;
  return diagnose.badMap(name, fault, quoted, remedy, mendable, at);
}
