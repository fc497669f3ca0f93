import type { ElfObject, ElfSection } from '../../elf/types.ts';
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
  const count = ({ index }: ElfSection): number => elf.relocations.get(index)?.length ?? 0;
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
    relocations: count(section),
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
