/** What is at a place that something refers to, in words that a reader knows it by. */
import { showBytes } from '../../base/bytes.ts';
import { SHF, STT } from '../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import { isCode, isData, mapStyle, nameOf, type ObjectView } from './object.ts';
import { stringAt } from './strings.ts';
import type { TargetReport } from './types.ts';
import { initialValue } from './values.ts';

/** Bytes of a constant that are shown, where nothing says how long it is. */
const SHOWN_BYTES = 16;

/** S + A for an addend in bytes. */
export function describeTarget(view: ObjectView, symbol: ElfSymbol, addend: number): TargetReport {
  if (symbol.place === 'section') {
    return describePlace(view, view.elf.sections[symbol.section]!, symbol.value + addend);
  }
  const absolute = symbol.place === 'absolute';
  return {
    kind: symbol.place,
    section: null,
    offset: absolute ? symbol.value + addend : null,
    symbol: nameOf(view, symbol),
    symbolOffset: absolute ? null : addend,
    content: null,
  };
}

/** What is at `offset` of a section; the offset may lie outside it. */
export function describePlace(view: ObjectView, section: ElfSection, offset: number): TargetReport {
  const symbol = view.symbols.covering(section.index, offset);
  const found = contentAt(view, section, offset, symbol);
  return {
    kind: found.kind,
    section: section.name,
    offset,
    symbol: symbol?.name ?? null,
    symbolOffset: symbol === undefined ? null : offset - symbol.value,
    content: found.content,
  };
}

/** A place in a section of which no more is known. */
export function plainPlace(section: ElfSection, offset: number): TargetReport {
  const { name } = section;
  return {
    kind: 'section',
    section: name,
    offset,
    symbol: null,
    symbolOffset: null,
    content: null,
  };
}

function contentAt(
  view: ObjectView,
  section: ElfSection,
  offset: number,
  symbol: ElfSymbol | undefined,
): Pick<TargetReport, 'kind' | 'content'> {
  const named = (kind: TargetReport['kind']) =>
    ({ kind: symbol === undefined ? 'section' : kind, content: null }) as const;
  if (isCode(section)) return symbol?.type === STT.OBJECT ? named('constant') : named('function');
  if (mapStyle(section) !== undefined) return named('map');
  if (!isData(section)) return named('section');
  const writable = (section.flags & SHF.WRITE) !== 0;
  if (writable || !(offset >= 0 && offset < section.bytes.length)) {
    return named(writable ? 'variable' : 'constant');
  }
  const text = stringAt(section.bytes, offset);
  if (text !== undefined) return { kind: 'string', content: text };
  if (symbol !== undefined && offset === symbol.value) {
    return { kind: 'constant', content: initialValue(view, section, symbol) };
  }
  const end = symbol === undefined ? endWithout(section, offset) : symbol.value + symbol.size;
  const bytes = section.bytes.subarray(offset, Math.max(end, offset + 1));
  return { kind: 'constant', content: showBytes(bytes, SHOWN_BYTES) };
}

/** How far a constant reaches that has no symbol. */
function endWithout({ flags, entsize }: ElfSection, offset: number): number {
  const one = (flags & SHF.MERGE) !== 0 && entsize > 0 && offset % entsize === 0;
  return offset + (one ? entsize : SHOWN_BYTES + 1);
}

/** `my_const+0x8`, or `.rodata+0x18` where no symbol covers the place. */
export function placeName({ symbol, symbolOffset, section, offset }: TargetReport): string {
  if (symbol !== null) return plus(symbol, symbolOffset ?? 0);
  if (section !== null) return plus(section, offset ?? 0);
  return hex(offset ?? 0);
}

export function plus(name: string, offset: number): string {
  return offset === 0 ? name : `${name}${offset < 0 ? '-' : '+'}${hex(Math.abs(offset))}`;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
