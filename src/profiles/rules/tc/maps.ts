/** TC-003 to TC-009: what tc's loader makes of the `maps` section. */
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfObject } from '../../../elf/types.ts';
import { type LegacyMap, MapType, readLegacyMap } from '../../../model/legacy-map.ts';
import type { Rule } from '../../profile.ts';

const MAX_MAPS = 64;
const PAGE_SIZE = 4096;

export interface NamedMap extends LegacyMap {
  readonly name: string;
}

/** The maps of an object as tc sees them: cut at one stride, which the number of symbols gives. */
export function tcMaps(object: ElfObject): NamedMap[] {
  const section = object.sections.find(({ name }) => name === 'maps');
  if (section === undefined) return [];
  const symbols = object.symbols.filter(
    (symbol) =>
      symbol.section === section.index &&
      symbol.binding === STB.GLOBAL &&
      (symbol.type === STT.OBJECT || symbol.type === STT.NOTYPE),
  );
  const stride = section.size / symbols.length;
  return symbols
    .sort((a, b) => a.value - b.value)
    .map(({ name, value }) => ({
      name,
      ...readLegacyMap(section.bytes.subarray(value, value + stride), object.order),
    }));
}

export const btfMapsAreNotRead: Rule = (object, report) => {
  const section = object.sections.find(({ name }) => name === '.maps');
  if (section !== undefined) report(diagnose.btfMaps('.maps', [], []));
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
