/** Maps of `.maps` on their way into a `maps` section. */
import * as diagnose from '../../diag/catalogue/maps.ts';
import { undefinedSymbol } from '../../diag/catalogue/symbols.ts';
import type { Diagnostic, Location } from '../../diag/diagnostic.ts';
import { STT } from '../../elf/constants.ts';
import { type InputFile, type InputSection, isExecutable } from '../../model/input.ts';
import { holdsMaps, type LegacyMap, MapType } from '../../model/legacy-map.ts';
import { symbolsOf } from '../../model/section-symbols.ts';
import { locate } from '../../model/source-lines.ts';
import type { LinkState, Place } from '../../model/state.ts';
import { SUBPROGRAMS } from '../programs.ts';
import type { DescribedDefinition, InitialSlot } from './described-definitions.ts';
import type { LegacyIds } from './id-tags.ts';

export interface MapDraft {
  readonly file: InputFile;
  readonly name: string;
  readonly fields: { -readonly [Field in keyof LegacyMap]: LegacyMap[Field] };
  /** Of an earlier form. */
  readonly ids: LegacyIds;
  /** What the map's slots are to hold. */
  readonly inners: { readonly index: number; readonly map: MapDraft }[];
  readonly programs: { readonly index: number; readonly place: Place }[];
  readonly at: readonly Location[];
}

/** Finds what each slot is to hold. `drafts`: by the section and offset of their definitions. */
export function fillSlots(
  { definition: source, draft }: { definition: DescribedDefinition; draft: MapDraft },
  drafts: ReadonlyMap<InputSection, ReadonlyMap<number, MapDraft>>,
  state: LinkState,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const slot of source.slots) {
    const { index, relocation } = slot;
    const at = locate(source.section, relocation.offset);
    const place = targetOf(slot, draft.name, at, state, report);
    if (place === undefined) continue;
    const refuse = (fault: string): void =>
      report(diagnose.badSlot(draft.name, relocation.symbol.name, fault, at));
    const { type, maxElem } = draft.fields;
    if (type !== MapType.PROG_ARRAY && !holdsMaps(type)) {
      refuse('and maps of its type hold no such things');
    } else if (type !== MapType.HASH_OF_MAPS && index >= maxElem) {
      refuse(`which is slot ${index} of ${maxElem}`);
    } else if (holdsMaps(type)) {
      const map = drafts.get(place.section)?.get(place.offset);
      if (map === undefined) refuse('which is no map of a .maps section');
      else if (draft.fields.sizeKey !== 4) refuse('and its keys are not of 4 bytes');
      else draft.inners.push({ index, map });
    } else if (isProgram(place)) draft.programs.push({ index, place });
    else refuse('which is no program');
  }
}

/** Undefined also for a weak name that nothing defines: libbpf leaves the slot empty. */
function targetOf(
  { relocation }: InitialSlot,
  map: string,
  at: readonly Location[],
  state: LinkState,
  report: (diagnostic: Diagnostic) => void,
): Place | undefined {
  const target = state.targetOf(relocation);
  if (target.kind === 'place') return target;
  const { name } = relocation.symbol;
  if (target.kind !== 'undefined') {
    report(diagnose.badSlot(map, name, 'which is nothing that a slot can hold', at));
  } else if (!target.weak) {
    report(undefinedSymbol(name, 'symbol', at, state.symbols.definedNames()));
  }
  return undefined;
}

function isProgram({ section, offset }: Place): boolean {
  if (!isExecutable(section) || section.name === SUBPROGRAMS) return false;
  return symbolsOf(section).some(({ type, value }) => type === STT.FUNC && value === offset);
}
