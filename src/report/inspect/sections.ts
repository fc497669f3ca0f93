import { SHT } from '../../elf/constants.ts';
import type { ElfObject } from '../../elf/types.ts';
import { symbolName } from '../../model/read-relocations.ts';
import {
  bindingName,
  sectionFlagNames,
  sectionTypeName,
  symbolTypeName,
  visibilityName,
} from './names.ts';
import type { SectionReport, SymbolReport } from './types.ts';

/** The section header table without the null section. */
export function reportSections(elf: ElfObject): SectionReport[] {
  // By the tables' sizes, since those of debug information are not read.
  const counts = new Map<number, number>();
  for (const { type, info, size, entsize } of elf.sections) {
    if (type !== SHT.REL && type !== SHT.RELA) continue;
    counts.set(info, (counts.get(info) ?? 0) + Math.floor(size / Math.max(1, entsize)));
  }
  return elf.sections.slice(1).map((section) => ({
    index: section.index,
    name: section.name,
    type: sectionTypeName(section.type),
    flags: sectionFlagNames(section.flags),
    size: section.size,
    align: section.align,
    entsize: section.entsize,
    link: section.link,
    info: section.info,
    relocations: counts.get(section.index) ?? 0,
  }));
}

/** The symbol table without the null symbol. */
export function reportSymbols(elf: ElfObject): SymbolReport[] {
  return elf.symbols.slice(1).map((symbol) => ({
    index: symbol.index,
    name: symbolName(elf, symbol),
    value: symbol.value,
    size: symbol.size,
    type: symbolTypeName(symbol.type),
    binding: bindingName(symbol.binding),
    visibility: visibilityName(symbol.visibility),
    place: symbol.place,
    section: symbol.place === 'section' ? elf.sections[symbol.section]!.name : null,
  }));
}
