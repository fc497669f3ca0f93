/**
 * What tc makes of a relocation. It asks for the number of the symbol's section alone, never for the relocation's
 * type:
 *
 *     that of maps     the instruction, a ld_imm64, gets the map at st_value / stride; what it adds is overwritten
 *     that of .text    the instruction, a call, gets imm + length of the program - its own number: st_value is ignored
 *     any other        refused
 *
 * A section that the object lacks has the number 0, which is that of undefined symbols too.
 */
import { ByteView } from '../../../base/bytes.ts';
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import { SHN } from '../../../elf/constants.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { MapSection } from './map-section.ts';

export type Effect =
  | { readonly kind: 'map'; readonly index: number }
  /** `to`: the byte of `.text` that is called. */
  | { readonly kind: 'call'; readonly to: number }
  | { readonly kind: 'divides by zero' }
  | { readonly kind: 'no instruction' }
  | { readonly kind: 'no map' }
  | { readonly kind: 'no ld_imm64' }
  | { readonly kind: 'no call' }
  /** Undefined, and taken for a function. */
  | { readonly kind: 'call of nothing' }
  | { readonly kind: 'other section'; readonly number: number };

export interface Reference {
  readonly section: ElfSection;
  readonly relocation: ElfRelocation;
  /** Its number in the table. */
  readonly entry: number;
  readonly symbol: ElfSymbol;
  readonly target: ElfSection | undefined;
  /** Of the instruction at or around the place; 0 outside of the section. */
  readonly opcode: number;
  readonly src: number;
  readonly imm: number;
  /** The upper half of a ld_imm64. */
  readonly high: number;
  readonly effect: Effect;
}

/** What tc knows of the object when it relocates. */
export interface Sections {
  readonly object: ElfObject;
  readonly maps: ElfSection | undefined;
  readonly text: ElfSection | undefined;
  readonly mapSection: MapSection;
}

/** Of a symbol, as its entry has it. */
function sectionNumber({ place, section }: ElfSymbol): number {
  switch (place) {
    case 'undefined':
      return 0;
    case 'absolute':
      return SHN.ABS;
    case 'common':
      return SHN.COMMON;
    case 'section':
      return section < SHN.LORESERVE ? section : SHN.XINDEX;
  }
}

export function readReference(
  view: Sections,
  section: ElfSection,
  relocation: ElfRelocation,
  entry: number,
): Reference {
  const { object } = view;
  const symbol = object.symbols[relocation.symbol]!;
  const bytes = new ByteView(section.bytes, object.order);
  const at = Math.floor(relocation.offset / 8) * 8;
  const inside = bytes.has(at, 8);
  const registers = inside ? bytes.u8(at + 1) : 0;
  const parts = {
    section,
    relocation,
    entry,
    symbol,
    target: symbol.place === 'section' ? object.sections[symbol.section] : undefined,
    opcode: inside ? bytes.u8(at) : 0,
    src: object.order === 'little' ? registers >> 4 : registers & 15,
    imm: inside ? bytes.i32(at + 4) : 0,
    high: bytes.has(at + 8, 8) ? bytes.i32(at + 12) : 0,
  };
  return { ...parts, effect: inside ? effectOf(view, parts) : { kind: 'no instruction' } };
}

function effectOf(view: Sections, { symbol, opcode, src, imm }: Omit<Reference, 'effect'>): Effect {
  const number = sectionNumber(symbol);
  if (number === (view.maps?.index ?? 0)) {
    if (view.maps === undefined) return { kind: 'divides by zero' };
    if (opcode !== Opcode.LD_IMM64) return { kind: 'no ld_imm64' };
    const { stride, symbols } = view.mapSection;
    const index = Math.floor(symbol.value / stride);
    return index < symbols.length ? { kind: 'map', index } : { kind: 'no map' };
  }
  if (number !== (view.text?.index ?? 0)) return { kind: 'other section', number };
  if (opcode !== Opcode.CALL && src !== CallKind.FUNCTION) return { kind: 'no call' };
  return view.text === undefined
    ? { kind: 'call of nothing' }
    : { kind: 'call', to: (imm + 1) * 8 };
}
