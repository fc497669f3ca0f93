/** Global symbols by name: one entry a name, however many objects declare it. */
import { STB, STV } from '../elf/constants.ts';
import type { InputSection, InputSymbol } from './input.ts';

export interface GlobalSymbol {
  readonly name: string;
  /** The definition that won. Undefined where no object defines the name. */
  definition: InputSymbol | undefined;
  /** Of all declarations the most constraining (ELF gABI): hidden, protected, default. */
  visibility: number;
  /** Some reference to it is not weak. */
  strongReference: boolean;
  /** Weak definitions, and duplicates of a COMDAT group or of `license`, that gave way. */
  readonly losers: InputSymbol[];
  /** The first object that names it. */
  readonly first: InputSymbol;
}

export class SymbolTable {
  readonly #byName = new Map<string, GlobalSymbol>();

  /** The entry of a global or weak symbol, made where it is missing. */
  intern(symbol: InputSymbol): GlobalSymbol {
    let global = this.#byName.get(symbol.name);
    if (global === undefined) {
      global = {
        name: symbol.name,
        definition: undefined,
        visibility: STV.DEFAULT,
        strongReference: false,
        losers: [],
        first: symbol,
      };
      this.#byName.set(symbol.name, global);
    }
    return global;
  }

  get(name: string): GlobalSymbol | undefined {
    return this.#byName.get(name);
  }

  /** In the order of first mention. */
  all(): IterableIterator<GlobalSymbol> {
    return this.#byName.values();
  }

  *definedNames(): Generator<string> {
    for (const global of this.#byName.values())
      if (global.definition !== undefined) yield global.name;
  }

  /** What a reference to `symbol` means: itself for a local one, else the winner (if there is one). */
  definitionOf(symbol: InputSymbol): InputSymbol | undefined {
    if (symbol.binding === STB.LOCAL) return symbol.place === 'undefined' ? undefined : symbol;
    return this.#byName.get(symbol.name)?.definition;
  }
}

/** Sections that are not in the link: members of COMDAT groups that lost, second copies of `license`. */
export interface Exclusions {
  /** Each with the section of equal content that stands for it, where there is one. */
  readonly replacedBy: ReadonlyMap<InputSection, InputSection | undefined>;
}
