/**
 * What is known of a link while it runs: the inputs, and beside them what the passes have decided. A
 * pass adds its own table; it does not edit another's.
 */
import type { ByteOrder } from '../base/bytes.ts';
import type { ExtTable } from '../btf/ext.ts';
import { SHT, STB, STT } from '../elf/constants.ts';
import {
  type InputFile,
  type InputSection,
  type InputSymbol,
  isExecutable,
  type Relocation,
} from './input.ts';
import type { ScriptSymbol } from './plan.ts';
import type { Exclusions, GlobalSymbol, SymbolTable } from './symbols.ts';
import { InputTypes } from './types.ts';

/** A byte of an input section. */
export interface Place {
  readonly section: InputSection;
  readonly offset: number;
}

/** Bytes `[start, end)` of a section. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Code of an input section that is now at `offset` of a rebuilt one. Bytes, but for the slots. */
export interface CodePart {
  readonly origin: InputSection;
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  /** Where the instructions went, counted from the part's start. */
  readonly slots: {
    toNew(slot: number): number;
    isGone(slot: number): boolean;
  };
  /** Tables of .BTF.ext whose records do not follow: the code has become part of another function. */
  readonly without?: readonly ExtTable[];
}

/** A symbol that a pass made, for a section that it made. */
export interface AddedSymbol {
  readonly name: string;
  readonly type: number;
  readonly binding: number;
  readonly section: InputSection;
  readonly offset: number;
  readonly size: number;
}

/** A program that a slot of a map holds, and the section that puts it there. */
export interface TailProgram {
  /** `ID/KEY` */
  readonly name: string;
  /** In the input. */
  readonly place: Place;
}

/** Where the byte at `offset` of a section went that a pass has rebuilt; undefined if it is gone. */
export type Redirect = (offset: number) => Place | undefined;

/** What a relocation refers to, with its addend: S + A before addresses are known. */
export type Target =
  | ({ readonly kind: 'place' } & Place)
  | { readonly kind: 'absolute'; readonly value: number }
  | { readonly kind: 'script'; readonly symbol: ScriptSymbol; readonly addend: number }
  | { readonly kind: 'undefined'; readonly symbol: InputSymbol; readonly weak: boolean }
  | { readonly kind: 'gone'; readonly symbol: InputSymbol };

const unmoved: CodePart['slots'] = { toNew: (slot) => slot, isGone: () => false };

export class LinkState {
  readonly files: readonly InputFile[];
  readonly order: ByteOrder;
  readonly symbols: SymbolTable;
  readonly exclusions: Exclusions;
  /** Sections that hold allocated common symbols. */
  readonly commons: Map<InputSymbol, InputSection> = new Map();
  /** Bytes that differ from the input's, because the user set values in them. */
  readonly contents: Map<InputSection, Uint8Array> = new Map();
  readonly redirects: Map<InputSection, Redirect> = new Map();
  /** What the code of a rebuilt section was before. */
  readonly codeParts: Map<InputSection, readonly CodePart[]> = new Map();
  /** The size now of what covered `size` bytes at `offset` of a rebuilt section. */
  readonly extents: Map<InputSection, (offset: number, size: number) => number> = new Map();
  /** The constants that a merged section consists of; tails overlap their hosts. */
  readonly pieces: Map<InputSection, readonly Extent[]> = new Map();
  readonly addedSymbols: AddedSymbol[] = [];
  /** Made sections in which nothing is named but by these symbols, by offset. */
  readonly ownSymbols: Map<InputSection, ReadonlyMap<number, AddedSymbol>> = new Map();
  /** Symbols that the script defines, by name. */
  readonly scriptSymbols: Map<string, ScriptSymbol> = new Map();
  /** Undefined names that only code which is gone referred to. */
  readonly forgotten: Set<string> = new Set();
  /** What BTF says of the inputs; none where the loader has no use for it. */
  types: InputTypes = InputTypes.none;
  /** The same of the inputs whose maps it describes, also where the loader has no use for it. */
  mapTypes: InputTypes = InputTypes.none;
  /** In the order of maps and slots. */
  readonly tailPrograms: TailProgram[] = [];

  constructor(files: readonly InputFile[], symbols: SymbolTable, exclusions: Exclusions) {
    this.files = files;
    this.order = files[0]?.order ?? 'little';
    this.symbols = symbols;
    this.exclusions = exclusions;
  }

  /** Input sections in the order of the command line, without those that another copy stands for. */
  *sections(): Generator<InputSection> {
    for (const file of this.files) {
      for (const section of file.sections) {
        if (section !== undefined && !this.exclusions.replacedBy.has(section)) yield section;
      }
    }
  }

  bytesOf(section: InputSection): Uint8Array {
    const set = this.contents.get(section);
    if (set !== undefined) return set;
    return section.type === SHT.NOBITS ? new Uint8Array(section.size) : section.bytes;
  }

  /** Bytes `[start, end)`, which lie in the section. Of a huge .bss no more than these are made. */
  sliceOf(section: InputSection, start: number, end: number): Uint8Array {
    if (section.type === SHT.NOBITS && !this.contents.has(section)) {
      return new Uint8Array(end - start);
    }
    return this.bytesOf(section).subarray(start, end);
  }

  /** Follows what passes did to a section, to where the byte is now. */
  resolve(section: InputSection, offset: number): Place | undefined {
    let place: Place | undefined = { section, offset };
    for (;;) {
      const copy: InputSection | undefined = this.exclusions.replacedBy.get(place.section);
      if (copy !== undefined) place = { section: copy, offset: place.offset };
      else if (this.exclusions.replacedBy.has(place.section)) return undefined;
      const redirect: Redirect | undefined = this.redirects.get(place.section);
      if (redirect === undefined) return place;
      place = redirect(place.offset);
      if (place === undefined) return undefined;
    }
  }

  /** The code of inputs that a section consists of, in order. */
  partsOf(section: InputSection): readonly CodePart[] {
    const parts = this.codeParts.get(section);
    if (parts !== undefined) return parts;
    return [{ origin: section, start: 0, end: section.size, offset: 0, slots: unmoved }];
  }

  /** Where a definition's first byte is now. */
  placeOf(symbol: InputSymbol): Place | undefined {
    const common = this.commons.get(symbol);
    if (common !== undefined) return { section: common, offset: 0 };
    return symbol.section && this.resolve(symbol.section, symbol.value);
  }

  targetOf(relocation: Relocation): Target {
    const { symbol, addend } = relocation;
    if (symbol.type === STT.SECTION) {
      // A section symbol names no object: the addend chooses it, so the sum is what moves.
      const place = symbol.section && this.resolve(symbol.section, symbol.value + addend);
      return place === undefined ? { kind: 'gone', symbol } : { kind: 'place', ...place };
    }
    const script = this.scriptSymbols.get(symbol.name);
    if (script !== undefined && symbol.binding !== STB.LOCAL)
      return { kind: 'script', symbol: script, addend };
    const definition = this.symbols.definitionOf(symbol);
    if (definition === undefined) {
      // Symbol 0 stands for no symbol: S is 0.
      if (symbol.binding === STB.LOCAL) return { kind: 'absolute', value: addend };
      const weak = this.globalOf(symbol)?.strongReference === false;
      return { kind: 'undefined', symbol, weak };
    }
    if (definition.place === 'absolute')
      return { kind: 'absolute', value: definition.value + addend };
    const { section, value } = definition;
    if (section !== undefined && isExecutable(section)) {
      // Instructions move one by one where code is rebuilt; data moves as a whole object.
      const place = this.resolve(section, value + addend);
      return place === undefined
        ? { kind: 'gone', symbol: definition }
        : { kind: 'place', ...place };
    }
    const place = this.placeOf(definition);
    if (place === undefined) return { kind: 'gone', symbol: definition };
    return { kind: 'place', section: place.section, offset: place.offset + addend };
  }

  globalOf(symbol: InputSymbol): GlobalSymbol | undefined {
    return symbol.binding === STB.LOCAL ? undefined : this.symbols.get(symbol.name);
  }
}
