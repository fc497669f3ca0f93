/** An object with what the parts of the report look up in it. */
import type { DiagnosticSink } from '../../diag/diagnostic.ts';
import { SHF, SHT, STB, STT } from '../../elf/constants.ts';
import { type Assembler, producerOf } from '../../elf/producer.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../elf/types.ts';
import { symbolName } from '../../model/read-relocations.ts';
import type { TypeInfo } from './type-info.ts';

export interface ObjectView {
  readonly path: string;
  readonly elf: ElfObject;
  readonly assembler: Assembler;
  readonly symbols: SymbolIndex;
  readonly types: TypeInfo;
  readonly sink: DiagnosticSink;
}

export function viewObject(
  path: string,
  elf: ElfObject,
  types: TypeInfo,
  sink: DiagnosticSink,
): ObjectView {
  const { assembler } = producerOf(elf);
  return { path, elf, assembler, symbols: new SymbolIndex(elf), types, sink };
}

/** Symbols that name something, by section and offset. */
export class SymbolIndex {
  readonly #bySection = new Map<number, ElfSymbol[]>();

  constructor(elf: ElfObject) {
    for (const symbol of elf.symbols) {
      if (symbol.place !== 'section' || symbol.name === '') continue;
      if (symbol.type === STT.SECTION || symbol.type === STT.FILE) continue;
      const known = this.#bySection.get(symbol.section);
      if (known === undefined) this.#bySection.set(symbol.section, [symbol]);
      else known.push(symbol);
    }
    for (const list of this.#bySection.values()) list.sort(byPlace);
  }

  /** By offset; of those at one offset globals come first. */
  of(section: number): readonly ElfSymbol[] {
    return this.#bySection.get(section) ?? [];
  }

  /** The symbol whose bytes the offset is in, or that stands at it; of nested ones the innermost. */
  covering(section: number, offset: number): ElfSymbol | undefined {
    const list = this.of(section);
    let low = 0;
    for (let high = list.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (list[middle]!.value <= offset) low = middle + 1;
      else high = middle;
    }
    let found: ElfSymbol | undefined;
    // Symbols hardly ever nest, so a few steps back are enough.
    for (let at = low - 1; at >= 0 && at >= low - MOST_NESTED; at--) {
      const symbol = list[at]!;
      if (found !== undefined && symbol.value < found.value) break;
      if (symbol.value === offset || offset < symbol.value + symbol.size) found = symbol;
    }
    return found;
  }
}

const MOST_NESTED = 64;

function byPlace(a: ElfSymbol, b: ElfSymbol): number {
  return a.value - b.value || rank(a) - rank(b) || a.index - b.index;
}

function rank({ binding, type }: ElfSymbol): number {
  return (binding === STB.LOCAL ? 2 : 0) + (type === STT.NOTYPE ? 1 : 0);
}

export function isCode({ type, flags }: ElfSection): boolean {
  return type === SHT.PROGBITS && (flags & SHF.EXECINSTR) !== 0;
}

/** Loaded and not code: variables, constants, map definitions, the licence. */
export function isData({ type, flags }: ElfSection): boolean {
  const kind = type === SHT.PROGBITS || type === SHT.NOBITS;
  return kind && (flags & SHF.ALLOC) !== 0 && (flags & SHF.EXECINSTR) === 0;
}

export function nameOf({ elf }: ObjectView, symbol: ElfSymbol): string {
  return symbolName(elf, symbol);
}
