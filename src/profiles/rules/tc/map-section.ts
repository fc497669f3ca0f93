/**
 * TC-005: how tc divides the section `maps` into definitions. It counts the section's GLOBAL symbols of type NOTYPE
 * or OBJECT, divides the size by that, and takes each part for a map:
 *
 *     72 bytes, 2 symbols at 0 and 36      two maps of 36 bytes
 *     36 bytes, 2 symbols, both at 0       an alias: parts of 18 bytes, and none begins at 18
 *
 * A part may be shorter than struct bpf_elf_map; the fields that it lacks are 0.
 */
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import {
  LEGACY_MAP_MIN_SIZE,
  LEGACY_MAP_SIZE,
  type LegacyMap,
  readLegacyMap,
} from '../../../model/legacy-map.ts';

/** Of one object. */
export const MAX_MAPS = 64;

export interface TcMap extends LegacyMap {
  readonly name: string;
  /** In the section. */
  readonly offset: number;
}

/** What tc trips over. */
export type MapSectionFault =
  | 'too many bytes'
  | 'no symbols'
  | 'too many symbols'
  | 'uneven'
  | 'misplaced'
  | 'too long'
  | 'too short';

export interface MapSection {
  readonly maps: readonly TcMap[];
  /** Bytes of a definition, by the number of symbols. */
  readonly stride: number;
  readonly symbols: readonly ElfSymbol[];
  readonly fault: MapSectionFault | undefined;
}

export function readMapSection(object: ElfObject, section: ElfSection | undefined): MapSection {
  if (section === undefined) return { maps: [], stride: 0, symbols: [], fault: undefined };
  const symbols = object.symbols.filter((symbol) => isCounted(symbol, section));
  const stride = section.size / symbols.length;
  const fault = faultOf(section, symbols, stride);
  if (fault !== undefined) return { maps: [], stride, symbols, fault };
  const maps = symbols.map((_, i) => {
    const offset = i * stride;
    return {
      ...readLegacyMap(section.bytes.subarray(offset, offset + stride), object.order),
      offset,
      // The first that tc finds.
      name: symbols.find(({ value }) => Math.floor(value / stride) === i)?.name ?? '',
    };
  });
  return { maps, stride, symbols, fault };
}

function isCounted({ place, section, binding, type }: ElfSymbol, maps: ElfSection): boolean {
  if (place !== 'section' || section !== maps.index || binding !== STB.GLOBAL) return false;
  return type === STT.NOTYPE || type === STT.OBJECT;
}

/** In the order in which tc asks. */
function faultOf(
  { size }: ElfSection,
  symbols: readonly ElfSymbol[],
  stride: number,
): MapSectionFault | undefined {
  if (size > MAX_MAPS * LEGACY_MAP_SIZE) return 'too many bytes';
  if (symbols.length === 0) return 'no symbols';
  if (symbols.length > MAX_MAPS) return 'too many symbols';
  if (!Number.isInteger(stride) || size % 4 !== 0) return 'uneven';
  const places = new Set(symbols.map(({ value }) => value));
  for (let at = 0; at < size; at += stride) if (!places.has(at)) return 'misplaced';
  if (stride > LEGACY_MAP_SIZE) return 'too long';
  return stride < LEGACY_MAP_MIN_SIZE ? 'too short' : undefined;
}
