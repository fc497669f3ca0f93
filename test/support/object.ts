/**
 * Makes small ELF objects in memory. What the linker's own writer can express is written with it; what it
 * cannot (RELA, groups, wrong headers) is patched into the bytes afterwards, see patch.ts.
 */
import { type ByteOrder, encodeUtf8 } from '../../src/base/bytes.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { SHF, SHT, STB, STT, STV } from '../../src/elf/constants.ts';
import { type ImageSection, type ImageSymbol, writeElf } from '../../src/elf/write.ts';

export interface RelocationSpec {
  readonly offset: number;
  readonly type: number;
  /** A symbol's name, or a section's: then its section symbol is meant. */
  readonly symbol: string;
}

export interface SectionSpec {
  readonly name: string;
  readonly type?: number;
  readonly flags?: number;
  readonly align?: number;
  readonly entsize?: number;
  /** Bytes, text, or code. */
  readonly content?: readonly number[] | Uint8Array | string;
  readonly code?: readonly Instruction[];
  /** Of NOBITS. */
  readonly size?: number;
  readonly relocations?: readonly RelocationSpec[];
}

export interface SymbolSpec {
  readonly name: string;
  readonly binding?: 'local' | 'global' | 'weak';
  readonly type?: number;
  readonly visibility?: number;
  /** The section's name or its position among `sections`; none for an undefined symbol. */
  readonly in?: string | number | 'ABS' | 'COMMON';
  readonly value?: number;
  readonly size?: number;
}

export interface ObjectSpec {
  readonly order?: ByteOrder;
  readonly sections?: readonly SectionSpec[];
  readonly symbols?: readonly SymbolSpec[];
}

export const CODE: number = SHF.ALLOC | SHF.EXECINSTR;
export const DATA: number = SHF.ALLOC | SHF.WRITE;
export const RODATA: number = SHF.ALLOC;

const bindings = { local: STB.LOCAL, global: STB.GLOBAL, weak: STB.WEAK } as const;

/** The bytes of an object. Symbols are indexed from 1 in the given order, locals first, as the writer does. */
export function object({ order = 'little', sections = [], symbols = [] }: ObjectSpec): Uint8Array {
  const made: (ImageSection & {
    relocations: { offset: number; type: number; symbol: ImageSymbol }[];
  })[] = sections.map((section) => {
    const bytes = contentOf(section, order);
    const type = section.type ?? SHT.PROGBITS;
    return {
      name: section.name,
      type,
      flags: section.flags ?? (section.code ? CODE : RODATA),
      align: section.align ?? (section.code ? 8 : 1),
      entsize: section.entsize ?? 0,
      size: section.size ?? bytes.length,
      bytes: type === SHT.NOBITS ? undefined : bytes,
      relocations: [],
    };
  });
  const find = (place: string | number): ImageSection => {
    const found = typeof place === 'number' ? made[place] : made.find(({ name }) => name === place);
    if (found === undefined) throw new Error(`no section ${place}`);
    return found;
  };

  const table: ImageSymbol[] = symbols.map((symbol) => {
    const special = symbol.in === undefined || symbol.in === 'ABS' || symbol.in === 'COMMON';
    const place = ({ ABS: 'absolute', COMMON: 'common' } as const)[symbol.in as 'ABS' | 'COMMON'];
    return {
      name: symbol.name,
      binding: bindings[symbol.binding ?? 'global'],
      type: symbol.type ?? STT.NOTYPE,
      visibility: symbol.visibility ?? STV.DEFAULT,
      place: special ? (place ?? 'undefined') : 'section',
      section: special ? undefined : find(symbol.in!),
      value: symbol.value ?? 0,
      size: symbol.size ?? 0,
    };
  });
  const symbolOf = (name: string): ImageSymbol => {
    const known = table.find((symbol) => symbol.name === name);
    if (known !== undefined) return known;
    const section = find(name);
    const own = table.find((symbol) => symbol.type === STT.SECTION && symbol.section === section);
    if (own !== undefined) return own;
    const symbol = sectionSymbol(section);
    table.push(symbol);
    return symbol;
  };
  sections.forEach(({ relocations = [] }, i) => {
    for (const { offset, type, symbol } of relocations) {
      made[i]!.relocations.push({ offset, type, symbol: symbolOf(symbol) });
    }
  });
  return writeElf({ order, sections: made, symbols: table });
}

function sectionSymbol(section: ImageSection): ImageSymbol {
  const { LOCAL } = STB;
  const place = { place: 'section', section, value: 0, size: 0 } as const;
  return { name: '', binding: LOCAL, type: STT.SECTION, visibility: STV.DEFAULT, ...place };
}

function contentOf({ content, code }: SectionSpec, order: ByteOrder): Uint8Array {
  if (code !== undefined) return Code.from(code).encode(order);
  if (typeof content === 'string') return encodeUtf8(content);
  return Uint8Array.from(content ?? []);
}
