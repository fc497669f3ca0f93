/**
 * Finds the symbols of one object that its BTF is about. BTF knows names; where these do not say enough
 * (static functions of one name in a linked object, C++ functions, whose symbols are mangled), the records
 * of .BTF.ext know where each function begins.
 */
import { RECORD_WORDS } from '../btf/ext.ts';
import { STB, STT } from '../elf/constants.ts';
import type { InputFile, InputSymbol } from './input.ts';
import { symbolsOf } from './section-symbols.ts';
import type { FileTypes, Listing } from './types.ts';

export class SymbolFinder {
  readonly #records: FileTypes['records'];
  readonly #globals = new Map<string, InputSymbol>();
  readonly #locals = new Map<string, InputSymbol[]>();
  #recorded: ReadonlyMap<number, InputSymbol> | undefined;

  constructor(file: InputFile, records: FileTypes['records']) {
    this.#records = records;
    for (const symbol of file.symbols) {
      if (symbol.type === STT.SECTION || symbol.type === STT.FILE || symbol.name === '') continue;
      if (symbol.binding !== STB.LOCAL) this.#globals.set(symbol.name, symbol);
      else this.#addLocal(symbol);
    }
  }

  #addLocal(symbol: InputSymbol): void {
    // GCC numbers the static variables of functions: `count.0` is `count` in BTF.
    const numbered = /^(.+)\.\d+$/.exec(symbol.name)?.[1];
    for (const name of [symbol.name, numbered]) {
      if (name === undefined) continue;
      const known = this.#locals.get(name);
      if (known === undefined) this.#locals.set(name, [symbol]);
      else known.push(symbol);
    }
  }

  global(name: string): InputSymbol | undefined {
    return this.#globals.get(name);
  }

  /** That of the FUNC `id`. A static one's symbol may be global (rustc), and a global one's made local. */
  function(id: number, name: string, isStatic: boolean): InputSymbol | undefined {
    const global = this.#globals.get(name);
    if (global !== undefined && !isStatic) return global;
    const [local, ...others] = (this.#locals.get(name) ?? []).filter(
      ({ type }) => type === STT.FUNC,
    );
    if (local !== undefined && others.length === 0) return local;
    const recorded = this.#recordedFunctions().get(id);
    // An undefined symbol of a static function's name is another function's.
    return recorded ?? local ?? (global?.place === 'undefined' ? undefined : global);
  }

  /** Of variables of one name BTF's offset chooses, and where it cannot, their order. */
  localVariable(name: string, listed: Listing | undefined): InputSymbol | undefined {
    const locals = this.#locals.get(name) ?? [];
    const fitting = locals.filter(
      ({ type, section }) =>
        type !== STT.FUNC && (listed === undefined || section?.name === listed.section),
    );
    const found = fitting.find(({ value }) => value === listed?.offset) ?? fitting[0];
    if (found !== undefined && fitting.length > 1) locals.splice(locals.indexOf(found), 1);
    return found;
  }

  /** By the FUNC's id, the first function that a record calls so. */
  #recordedFunctions(): ReadonlyMap<number, InputSymbol> {
    if (this.#recorded !== undefined) return this.#recorded;
    const recorded = new Map<number, InputSymbol>();
    for (const [section, { func }] of this.#records) {
      const starts = new Map<number, InputSymbol>();
      for (const symbol of symbolsOf(section)) {
        if (symbol.type === STT.FUNC && !starts.has(symbol.value)) starts.set(symbol.value, symbol);
      }
      for (const records of func) {
        for (let at = 0; at < records.length; at += RECORD_WORDS.func) {
          const symbol = starts.get(records[at]!);
          const id = records[at + 1]!;
          if (symbol !== undefined && !recorded.has(id)) recorded.set(id, symbol);
        }
      }
    }
    this.#recorded = recorded;
    return recorded;
  }
}
