/** TC-003 to TC-009: what tc's loader makes of the `maps` section. */
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSymbol } from '../../../elf/types.ts';
import {
  LEGACY_MAP_MIN_SIZE,
  LEGACY_MAP_SIZE,
  type LegacyMap,
  MapType,
  readLegacyMap,
} from '../../../model/legacy-map.ts';
import type { Rule } from '../../../model/rule.ts';

const MAX_MAPS = 64;
const PAGE_SIZE = 4096;

export interface NamedMap extends LegacyMap {
  readonly name: string;
}

/** The maps of an object as tc sees them: cut at one stride, which the number of symbols gives. */
export function tcMaps(object: ElfObject): NamedMap[] {
  const section = object.sections.find(({ name }) => name === 'maps');
  if (section === undefined) return [];
  const symbols = mapSymbols(object, section.index);
  const stride = section.size / symbols.length;
  return symbols
    .sort((a, b) => a.value - b.value)
    .map(({ name, value }) => ({
      name,
      ...readLegacyMap(section.bytes.subarray(value, value + stride), object.order),
    }));
}

function mapSymbols(object: ElfObject, section: number): ElfSymbol[] {
  return object.symbols.filter(
    (symbol) =>
      symbol.section === section &&
      symbol.binding === STB.GLOBAL &&
      (symbol.type === STT.OBJECT || symbol.type === STT.NOTYPE),
  );
}

export const btfMapsAreNotRead: Rule = (object, report) => {
  const section = object.sections.find(({ name }) => name === '.maps');
  if (section !== undefined) report(diagnose.btfMaps('.maps', [], []));
};

/** tc cuts the section at one stride, which it computes from the number of symbols. */
export const strideOfMaps: Rule = (object, report) => {
  const section = object.sections.find(({ name }) => name === 'maps');
  if (section === undefined || section.size === 0) return;
  const offsets = mapSymbols(object, section.index).map(({ value }) => value);
  const stride = section.size / offsets.length;
  const cuts = new Set(offsets);
  const even = stride % 4 === 0 && offsets.every((offset) => offset % stride === 0);
  const whole = cuts.size === offsets.length && stride >= LEGACY_MAP_MIN_SIZE;
  if (even && whole && stride <= LEGACY_MAP_SIZE) return;
  report(diagnose.unevenMaps(section.size, offsets.length));
};

export const countOfMaps: Rule = (object, report) => {
  const count = tcMaps(object).length;
  if (count > MAX_MAPS) report(diagnose.tooManyMaps(count, []));
};

export const entriesOfMaps: Rule = (object, report) => {
  for (const { name, type, maxElem } of tcMaps(object)) {
    if (type === MapType.PERF_EVENT_ARRAY && maxElem === 0) {
      report(diagnose.mapNeedsEntries(name, 'perf event array', maxElem, 'at least 1'));
    }
    const powerOfTwo = maxElem > 0 && (maxElem & (maxElem - 1)) === 0;
    if (type === MapType.RINGBUF && !(powerOfTwo && maxElem % PAGE_SIZE === 0)) {
      const wants = `a power of two and a multiple of the page size (${PAGE_SIZE})`;
      report(diagnose.mapNeedsEntries(name, 'ring buffer', maxElem, wants));
    }
  }
};

const PIN_GLOBAL_NS = 2;

export const pinning: Rule = (object, report) => {
  for (const map of tcMaps(object)) {
    if (map.pinning > PIN_GLOBAL_NS) report(diagnose.unknownPinning(map.name, map.pinning));
  }
};

export const innerMaps: Rule = (object, report) => {
  const maps = tcMaps(object);
  for (const { name, type, innerId } of maps) {
    if (type !== MapType.ARRAY_OF_MAPS && type !== MapType.HASH_OF_MAPS) continue;
    const found = innerId !== 0 && maps.some((map) => map.id === innerId);
    if (!found) report(diagnose.noInnerMap(name, innerId));
  }
};
