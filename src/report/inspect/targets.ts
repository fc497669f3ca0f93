/** What is at a place that something refers to, in words that a reader knows it by. */
import { ByteView, showBytes } from '../../base/bytes.ts';
import { SHF, STT } from '../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import { mapStyle } from '../../model/map-sections.ts';
import { isByteArray, partAt, printValue } from './c-value.ts';
import { isCode, isData, nameOf, type ObjectView } from './object.ts';
import { shorten, stringAt } from './strings.ts';
import { variableOf } from './type-info.ts';
import type { TargetReport } from './types.ts';

/** Bytes of a constant that are shown, where nothing says how long it is. */
const SHOWN_BYTES = 16;
/** Bytes of a constant that are looked at: a table may be long, and many may refer to it. */
const LOOKED_AT = 256;

/** S + A for an addend in bytes. */
export function describeTarget(view: ObjectView, symbol: ElfSymbol, addend: number): TargetReport {
  if (symbol.place === 'section') {
    return describePlace(view, view.elf.sections[symbol.section]!, symbol.value + addend);
  }
  const absolute = symbol.place === 'absolute';
  const name = nameOf(view, symbol);
  const extern = symbol.place === 'undefined' ? view.types.externs.get(name) : undefined;
  return {
    kind: symbol.place,
    section: extern?.section ?? null,
    offset: absolute ? symbol.value + addend : null,
    symbol: name,
    symbolOffset: absolute ? null : addend,
    content: null,
  };
}

/** What of the kernel an undefined symbol is, which its loader finds. */
export function loaderDefines({ kind, section }: TargetReport): 'ksym' | 'kconfig' | undefined {
  if (kind !== 'undefined') return undefined;
  return section === '.ksyms' ? 'ksym' : section === '.kconfig' ? 'kconfig' : undefined;
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
  const typed = symbol && typedContent(view, section, offset, symbol);
  if (typed !== undefined) return typed;
  const text = isConstants(section) ? undefined : stringAt(section.bytes, offset);
  if (text !== undefined) return { kind: 'string', content: text };
  const end = symbol === undefined ? endWithout(section, offset) : symbol.value + symbol.size;
  const bytes = section.bytes.subarray(offset, Math.max(end, offset + 1));
  if (symbol?.value === offset && bytes.every((byte) => byte === 0)) {
    return { kind: 'constant', content: null };
  }
  return { kind: 'constant', content: showBytes(bytes, SHOWN_BYTES) };
}

/** By the type of what is there: a variable, or a part of one. */
function typedContent(
  view: ObjectView,
  section: ElfSection,
  offset: number,
  symbol: ElfSymbol,
): Pick<TargetReport, 'kind' | 'content'> | undefined {
  const { btf } = view.types;
  const variable = variableOf(view, section, symbol);
  if (btf === undefined || variable === undefined) return undefined;
  const part = partAt(btf, btf.target(variable.id), offset - symbol.value);
  if (isByteArray(btf, part.type)) {
    const text = stringAt(section.bytes, offset);
    if (text !== undefined) return { kind: 'string', content: text };
  }
  if (part.offset !== 0) return undefined;
  const end = Math.min(symbol.value + symbol.size, offset + LOOKED_AT);
  const bytes = section.bytes.subarray(offset, end);
  const value = printValue(btf, part.type, new ByteView(bytes, view.elf.order), {
    limit: LOOKED_AT,
  });
  if (value === undefined) return undefined;
  const nothing = /^[{"]/.test(value) && bytes.every((byte) => byte === 0);
  return { kind: 'constant', content: nothing ? null : shorten(value) };
}

/** Numbers of one size, that may be merged; texts are in sections of their own. */
function isConstants({ flags }: ElfSection): boolean {
  return (flags & SHF.MERGE) !== 0 && (flags & SHF.STRINGS) === 0;
}

/** How far a constant reaches that has no symbol. */
function endWithout(section: ElfSection, offset: number): number {
  const { entsize } = section;
  const one = isConstants(section) && entsize > 0 && offset % entsize === 0;
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
