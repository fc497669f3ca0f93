/** Which declaration speaks for a name, and where what it declares is in the output. */
import { LINKAGE } from '../btf/format.ts';
import type { InputSymbol } from './input.ts';
import type { Layout, PlacedSection } from './layout.ts';
import type { LinkState } from './state.ts';
import { type Declaration, isGlobal } from './types.ts';

export type Whereabouts =
  | { readonly kind: 'here'; readonly placed: PlacedSection; readonly offset: number }
  /** It has a value, and no bytes. */
  | { readonly kind: 'value' }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'gone' };

export class Finder {
  readonly #state: LinkState;
  readonly #layout: Layout;
  /** By name, of global ones. */
  readonly #spokesmen = new Map<string, Declaration>();

  constructor(state: LinkState, layout: Layout) {
    this.#state = state;
    this.#layout = layout;
  }

  /** That of the definition; the first where nothing defines the name, or only an object without BTF. */
  spokesman(declaration: Declaration): Declaration {
    if (!isGlobal(declaration)) return declaration;
    const { name } = declaration;
    const known = this.#spokesmen.get(name);
    if (known !== undefined) return known;
    const definition = this.#state.symbols.get(name)?.definition;
    const all = this.#state.types.declarationsOf(name);
    const found = all.find(({ symbol }) => symbol === definition) ?? all[0]!;
    this.#spokesmen.set(name, found);
    return found;
  }

  find(declaration: Declaration): Whereabouts {
    const { name, symbol } = declaration;
    if (symbol === undefined) return this.#findUnnamed(declaration);
    if (!isGlobal(declaration)) return this.#findSymbol(symbol);
    if (this.#state.scriptSymbols.has(name)) return { kind: 'value' };
    const definition = this.#state.symbols.get(name)?.definition;
    if (definition !== undefined) return this.#findSymbol(definition);
    return { kind: this.#state.forgotten.has(name) ? 'gone' : 'undefined' };
  }

  /** Without a symbol BTF has to be believed. */
  #findUnnamed({ types, listed, kind, linkage }: Declaration): Whereabouts {
    // Nothing refers to it under this name: C++ has other names for its functions than BTF.
    if (linkage === LINKAGE.EXTERN) return { kind: listed === undefined ? 'gone' : 'undefined' };
    const section =
      kind === 'variable'
        ? types.file.sections.find((candidate) => candidate?.name === listed?.section)
        : undefined;
    if (section === undefined || listed === undefined) return { kind: 'value' };
    const place = this.#state.resolve(section, listed.offset);
    const found = place && this.#layout.find(place.section, place.offset);
    return found === undefined ? { kind: 'gone' } : { kind: 'here', ...found };
  }

  #findSymbol(symbol: InputSymbol): Whereabouts {
    if (symbol.place === 'undefined') return { kind: 'undefined' };
    if (symbol.place === 'absolute') return { kind: 'value' };
    const { section } = symbol;
    // A static variable of a copy that gave way: the kept copy has its own.
    if (section !== undefined && this.#state.exclusions.replacedBy.has(section)) {
      return { kind: 'gone' };
    }
    const place = this.#state.placeOf(symbol);
    const found = place && this.#layout.find(place.section, place.offset);
    return found === undefined ? { kind: 'gone' } : { kind: 'here', ...found };
  }
}
