/** TC-005 and TC-007 to TC-009: what tc and the kernel make of the map definitions. */
import * as diagnose from '../../../diag/catalogue/tc.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { STT } from '../../../elf/constants.ts';
import type { ElfObject } from '../../../elf/types.ts';
import { mapFault, needsTypes } from '../../../model/kernel-maps.ts';
import { holdsMaps, MapType, Pinning, TEMPLATE_ONLY } from '../../../model/legacy-map.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import type { Rule } from '../../../model/rule.ts';
import type { MapSection, TcMap } from './map-section.ts';
import { type TcView, tcView } from './view.ts';

/** The maps of an object as tc sees them: none where it refuses the section. */
export function tcMaps(object: ElfObject): readonly TcMap[] {
  return tcView(object).mapSection.maps;
}

/** Where a definition stands. */
export function atMap({ maps, base }: TcView, { offset, name }: TcMap): readonly Location[] {
  return maps === undefined ? [] : base.at(maps, offset, `map '${name}'`);
}

function kindOf(type: number): string {
  return mapTypeName(type)?.replaceAll('_', ' ') ?? `map of type ${type}`;
}

/** tc cuts the section at one stride, which it computes from the number of symbols. */
export const definitions: Rule = (object, report) => {
  const view = tcView(object);
  const section = view.maps;
  if (section === undefined || !view.hasMaps) return;
  const { fault, stride, symbols } = view.mapSection;
  const at = view.base.at(section, 0);
  switch (fault) {
    case 'too many bytes':
    case 'too many symbols':
      report(diagnose.tooManyMaps(symbols.length, fault === 'too many bytes', at));
      break;
    case 'no symbols': {
      const locals = object.symbols
        .filter((symbol) => symbol.section === section.index && symbol.type === STT.OBJECT)
        .map(({ name }) => name);
      report(diagnose.noMapSymbols(locals, at));
      break;
    }
    case 'uneven':
      report(diagnose.unevenMaps(section.size, symbols.length, at));
      break;
    case 'misplaced':
      report(diagnose.misplacedMaps(stride, noticeOf(object, section.size, view.mapSection), at));
      break;
    case 'too long':
    case 'too short':
      report(diagnose.mapsOfBadSize(stride, at));
      break;
    case undefined:
  }
};

/** tc only asks at the last symbol of all whether it has found one, and goes on to look for names. */
function noticeOf(
  { symbols: all }: ElfObject,
  size: number,
  { symbols, stride }: MapSection,
): 'different' | 'no name' | 'nothing' {
  if (symbols.some((symbol) => symbol === all.at(-1))) return 'different';
  const named = new Set(symbols.map(({ value }) => Math.floor(value / stride)));
  for (let i = 0; i < size / stride; i++) if (!named.has(i)) return 'no name';
  return 'nothing';
}

/** In the object's own numbers: what the kernel has against them. */
export const numbers: Rule = (object, report) => {
  const view = tcView(object);
  for (const map of tcMaps(object)) {
    const { name, type, sizeKey, sizeValue, maxElem, flags } = map;
    const valueSize = holdsMaps(type) ? 4 : sizeValue;
    const fault = mapFault({ type, keySize: sizeKey, valueSize, maxEntries: maxElem, flags });
    if (needsTypes(type)) {
      report(diagnose.mapNeedsTypes(name, kindOf(type), atMap(view, map)));
    } else if (fault !== undefined) {
      report(diagnose.mapRefused(name, kindOf(type), fault, atMap(view, map)));
    }
  }
};

export const pinning: Rule = (object, report) => {
  const view = tcView(object);
  for (const map of tcMaps(object)) {
    if (map.pinning === Pinning.OBJECT) report(diagnose.pinnedByObject(map.name, atMap(view, map)));
    if (map.pinning <= Pinning.GLOBAL) continue;
    report(diagnose.unknownPinning(map.name, map.pinning, atMap(view, map)));
  }
};

/**
 * tc creates maps of maps behind all others, like the first map of the id that they name, and then puts every map of
 * that id, this one too, into the slot that it names.
 */
export const innerMaps: Rule = (object, report) => {
  const view = tcView(object);
  const maps = tcMaps(object);
  for (const outer of maps) {
    if (!holdsMaps(outer.type)) continue;
    const refusal = refusedTemplate(view, maps, outer);
    if (refusal !== undefined) report(refusal);
    else for (const fault of refusedSlots(view, maps, outer)) report(fault);
  }
};

function templateOf(maps: readonly TcMap[], { innerId }: TcMap): TcMap | undefined {
  return innerId === 0 ? undefined : maps.find(({ id }) => id === innerId);
}

function refusedTemplate(
  view: TcView,
  maps: readonly TcMap[],
  outer: TcMap,
): Diagnostic | undefined {
  const { name, innerId } = outer;
  const at = atMap(view, outer);
  const template = templateOf(maps, outer);
  if (template === undefined) return diagnose.noInnerMap(name, innerId, at);
  const refuse = (fault: string, quoted: string): Diagnostic =>
    diagnose.badInnerMap(name, fault, quoted, 'choose another type for the inner map', at);
  if (holdsMaps(template.type)) {
    const later = template.offset >= outer.offset;
    return refuse(
      `its inner map '${template.name}' is a map of maps itself`,
      later
        ? `Map '${name}' cannot be loaded. Inner map with ID ${innerId} not found!`
        : `Map object '${name}' rejected: Invalid argument (22)!`,
    );
  }
  if (template.type !== MapType.PROG_ARRAY) return undefined;
  return refuse(
    `its inner map '${template.name}' is a program array`,
    `Map object '${name}' rejected: `,
  );
}

function* refusedSlots(view: TcView, maps: readonly TcMap[], outer: TcMap): Generator<Diagnostic> {
  const template = templateOf(maps, outer);
  const inSlot = new Map<number, TcMap>();
  for (const inner of maps) {
    const { name, id, innerId, innerIndex: slot } = inner;
    if (id === 0 || id !== outer.innerId || innerId !== 0 || slot === TEMPLATE_ONLY) continue;
    const at = atMap(view, inner);
    if (outer.type === MapType.ARRAY_OF_MAPS && slot >= outer.maxElem) {
      const fault = `inner map '${name}' is for slot ${slot} of ${outer.maxElem}`;
      const quoted = `Outer map has ${outer.maxElem} elements, index ${slot} is invalid!`;
      yield diagnose.badInnerMap(outer.name, fault, quoted, 'raise max_elem of the outer map', at);
    } else if (template !== undefined && !isAlike(template, inner)) {
      const fault = `inner maps '${template.name}' and '${name}' differ`;
      const quoted = 'Different map specs used for outer and inner map?';
      const remedy = 'inner maps of one id have the same type, sizes and flags';
      yield diagnose.badInnerMap(outer.name, fault, quoted, remedy, at);
    }
    const before = inSlot.get(slot);
    if (before !== undefined) {
      yield diagnose.innerMapReplaced(before.name, slot, name, atMap(view, before));
    }
    inSlot.set(slot, inner);
  }
}

const ARRAY = 2;
/** BPF_F_INNER_MAP */
const INNER_MAP = 0x1000;

/** The kernel compares arrays' lengths too, unless their flags say that they may differ. */
function isAlike(a: TcMap, b: TcMap): boolean {
  const alike =
    a.type === b.type &&
    a.sizeKey === b.sizeKey &&
    a.sizeValue === b.sizeValue &&
    a.flags === b.flags;
  const fixed = a.type === ARRAY && (a.flags & INNER_MAP) === 0;
  return alike && (!fixed || a.maxElem === b.maxElem);
}
