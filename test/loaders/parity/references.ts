/**
 * What each relocation leads to, whatever the symbol that it names: a place in a section, or a name. The part
 * that stands in the code or data (the addend) is taken into account, so `.text` + 24 and the local symbol at
 * 24 in `.text` are the same target.
 */
import {
  binding,
  type ObjectFile,
  type ObjectRelocation,
  sectionNamed,
  viewOf,
} from './object-file.ts';

export interface Place {
  readonly section: string;
  readonly offset: number;
}

export interface Reference {
  /** Where in the section that holds it. */
  readonly at: number;
  readonly type: number;
  /** A global or weak symbol, by which the target is known; undefined for a place. */
  readonly name: string | undefined;
  /** With a name: the distance from it. Else the target itself. */
  readonly to: Place;
}

/** R_BPF_64_64, R_BPF_64_ABS64, R_BPF_64_ABS32, R_BPF_64_32. */
const relocationType = { load: 1, data64: 2, data32: 3, call: 10 } as const;
const callOpcode = 0x85;

/** The references of one section, by place. */
export function referencesOf(file: ObjectFile, section: string): Reference[] {
  const { bytes } = sectionNamed(file, section)!;
  return (file.relocations.get(section) ?? [])
    .map((relocation) => reference(file, bytes, relocation))
    .sort((a, b) => a.at - b.at);
}

function reference(
  file: ObjectFile,
  bytes: Uint8Array,
  { offset, type, symbol }: ObjectRelocation,
): Reference {
  const addend = inPlaceAddend(bytes, offset, type, file.littleEndian);
  const section = file.sections[symbol.section]?.name ?? `#${symbol.section}`;
  return symbol.binding === binding.local
    ? { at: offset, type, name: undefined, to: { section, offset: symbol.value + addend } }
    : { at: offset, type, name: symbol.name, to: { section, offset: addend } };
}

function inPlaceAddend(bytes: Uint8Array, at: number, type: number, little: boolean): number {
  const view = viewOf(bytes);
  if (type === relocationType.data64) return Number(view.getBigInt64(at, little));
  if (type === relocationType.data32) return view.getInt32(at, little);
  const immediate = view.getInt32(at + 4, little);
  return bytes[at] === callOpcode ? (immediate + 1) * 8 : immediate;
}

/** A copy of the bytes with zeros where a relocation writes. */
export function withoutAddends(bytes: Uint8Array, references: readonly Reference[]): Uint8Array {
  const copy = bytes.slice();
  for (const { at, type } of references) {
    switch (type) {
      case relocationType.data64:
        copy.fill(0, at, at + 8);
        break;
      case relocationType.data32:
        copy.fill(0, at, at + 4);
        break;
      default:
        copy.fill(0, at + 4, at + 8);
        if (type === relocationType.load) copy.fill(0, at + 12, at + 16);
    }
  }
  return copy;
}
