/** The maps that sections such as `.maps` consist of: one variable each, whose type says everything. */
import { type MapDefinition, readMapDefinition } from '../../btf/map-definition.ts';
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import type { InputFile, InputSection, InputSymbol, Relocation } from '../../model/input.ts';
import { mapStyle } from '../../model/map-sections.ts';
import { locate } from '../../model/source-lines.ts';
import type { LinkState } from '../../model/state.ts';
import type { Declaration, InputTypes } from '../../model/types.ts';
import { relocationsIn } from '../objects.ts';
import { type LegacyIds, noIds, readIds } from './id-tags.ts';
import { lost, mapSymbols } from './legacy-definitions.ts';

export interface DescribedDefinition {
  readonly section: InputSection;
  readonly symbol: InputSymbol;
  /** In the input section, as is `end`. */
  readonly offset: number;
  readonly end: number;
  readonly definition: MapDefinition;
  readonly slots: readonly InitialSlot[];
  /** What the map was in a `maps` section once. */
  readonly ids: LegacyIds;
  readonly at: readonly Location[];
}

/** `.values = { [index] = ... }` */
export interface InitialSlot {
  readonly index: number;
  readonly relocation: Relocation;
}

/** Whether the section's maps are described by BTF; then its bytes mean nothing. */
export function isDescribed(section: InputSection): boolean {
  return mapStyle(section) === 'btf';
}

export function describesMaps({ sections }: InputFile): boolean {
  return sections.some((section) => section !== undefined && isDescribed(section));
}

export function describedDefinitionsIn(
  section: InputSection,
  state: LinkState,
  types: InputTypes,
  report: (diagnostic: Diagnostic) => void,
): DescribedDefinition[] {
  const own = types.of(section.file);
  // By offset: a map may have other names that BTF does not know.
  const declarations = new Map<number, Declaration>();
  for (const declaration of own?.declarations ?? []) {
    const { kind, symbol } = declaration;
    if (kind === 'variable' && symbol?.section === section) {
      declarations.set(symbol.value, declaration);
    }
  }
  const ids = own && readIds(own.btf);
  const symbols = mapSymbols(section, state);
  return symbols.flatMap((symbol, i): DescribedDefinition[] => {
    if (lost(symbol, state)) return [];
    const { name, value: offset, size } = symbol;
    const at = locate(section, offset, `map '${name}'`);
    const declaration = declarations.get(offset);
    if (own === undefined || declaration === undefined) {
      const why = own === undefined ? 'the object has no BTF' : 'the BTF does not declare it';
      report(diagnose.undescribed(name, why, at));
      return [];
    }
    const { map: definition, fault } = readMapDefinition(own.btf, declaration.id);
    if (definition === undefined) {
      report(diagnose.badDefinition(name, fault, at));
      return [];
    }
    const end = size > 0 ? offset + size : (symbols[i + 1]?.value ?? section.size);
    const extent = { section, symbol, offset, end };
    const slots = slotsOf(extent, definition, report);
    return [{ ...extent, definition, slots, ids: ids?.get(declaration.id) ?? noIds, at }];
  });
}

function slotsOf(
  {
    section,
    symbol,
    offset,
    end,
  }: Pick<DescribedDefinition, 'section' | 'symbol' | 'offset' | 'end'>,
  { btf, struct }: MapDefinition,
  report: (diagnostic: Diagnostic) => void,
): InitialSlot[] {
  const values = btf.members(struct).find(({ name }) => name === 'values');
  return relocationsIn(section, offset, end).flatMap((relocation): InitialSlot[] => {
    const index =
      values === undefined ? -1 : (relocation.offset - offset - values.offsetBits / 8) / 8;
    if (Number.isInteger(index) && index >= 0 && relocation.form === 'abs64') {
      return [{ index, relocation }];
    }
    const at = locate(section, relocation.offset);
    report(diagnose.badSlot(symbol.name, relocation.symbol.name, "outside of its 'values'", at));
    return [];
  });
}
