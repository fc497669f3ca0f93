/**
 * The output's symbols, made on demand by the relocations that name them and completed by the pass
 * that writes the symbol table; each exists once.
 */
import { Bug } from '../base/bug.ts';
import { STB, STT, STV } from '../elf/constants.ts';
import type { ImageSection, ImageSymbol } from '../elf/write.ts';
import type { InputSymbol } from './input.ts';
import type { Layout, PlacedSection } from './layout.ts';
import { mapStyle } from './map-sections.ts';
import type { ScriptSymbol } from './plan.ts';
import type { AddedSymbol, LinkState } from './state.ts';

/** An `ImageSymbol` whose section is known by its place until the image is made; then names are settled too. */
export interface PendingSymbol extends Omit<ImageSymbol, 'name' | 'section'> {
  name: string;
  section: ImageSection | undefined;
  readonly placed: PlacedSection | undefined;
}

export interface OutputSymbolOptions {
  /** Definitions of maps that are weak become global: the loader takes no others. */
  readonly weakMapsAreGlobal: boolean;
}

export class OutputSymbols {
  readonly #state: LinkState;
  readonly #options: OutputSymbolOptions;
  readonly #layout: Layout;
  readonly #sections = new Map<PlacedSection, PendingSymbol>();
  readonly #locals = new Map<InputSymbol, PendingSymbol | undefined>();
  readonly #globals = new Map<string, PendingSymbol | undefined>();
  readonly #added = new Map<AddedSymbol, PendingSymbol>();

  constructor(state: LinkState, layout: Layout, options: OutputSymbolOptions) {
    this.#state = state;
    this.#options = options;
    this.#layout = layout;
  }

  /** All that were asked for, in the order of asking. */
  all(): Set<PendingSymbol> {
    const made = [...this.#sections.values(), ...this.#locals.values(), ...this.#globals.values()];
    const all = new Set(made.filter((symbol) => symbol !== undefined));
    for (const symbol of this.#added.values()) all.add(symbol);
    return all;
  }

  /** A symbol that a pass made. */
  added(symbol: AddedSymbol): PendingSymbol {
    const known = this.#added.get(symbol);
    if (known !== undefined) return known;
    const { name, type, binding, size } = symbol;
    const found = this.#layout.find(symbol.section, symbol.offset);
    if (found === undefined) throw new Bug('output-symbols', `${name} is not in the output`);
    const { placed, offset } = found;
    const made = pending({ name, type, binding, size, placed, value: offset });
    this.#added.set(symbol, made);
    // Among the others, so that a further link, in which it is nothing special, has the same order.
    if (binding !== STB.LOCAL) this.#globals.set(name, made);
    return made;
  }

  section(placed: PlacedSection): PendingSymbol {
    const known = this.#sections.get(placed);
    if (known !== undefined) return known;
    const symbol = pending({ name: '', type: STT.SECTION, placed });
    this.#sections.set(placed, symbol);
    return symbol;
  }

  /** What a symbol of an input is in the output; undefined where its definition is not in the output. */
  of(symbol: InputSymbol): PendingSymbol | undefined {
    if (symbol.binding !== STB.LOCAL) return this.#global(symbol.name);
    const known = this.#locals.get(symbol);
    if (known !== undefined || this.#locals.has(symbol)) return known;
    const made = this.#define(symbol, STB.LOCAL, symbol.visibility);
    this.#locals.set(symbol, made);
    return made;
  }

  /** Whether a reference to the name is preserved. */
  isUndefined(name: string): boolean {
    return this.#globals.get(name)?.place === 'undefined';
  }

  /** An undefined symbol, for a reference that is preserved. */
  undefined(symbol: InputSymbol): PendingSymbol {
    const global = this.#state.globalOf(symbol);
    const known = this.#globals.get(symbol.name);
    if (known !== undefined) return known;
    const made = pending({
      name: symbol.name,
      binding: global?.strongReference === false ? STB.WEAK : STB.GLOBAL,
      visibility: global?.visibility ?? STV.DEFAULT,
      place: 'undefined',
    });
    this.#globals.set(symbol.name, made);
    return made;
  }

  script(symbol: ScriptSymbol): PendingSymbol {
    const known = this.#globals.get(symbol.name);
    if (known !== undefined) return known;
    const placed = symbol.section && this.#layout.of(symbol.section);
    const made = pending({
      name: symbol.name,
      binding: STB.GLOBAL,
      visibility: symbol.hidden ? STV.HIDDEN : STV.DEFAULT,
      place: placed === undefined ? 'absolute' : 'section',
      placed,
      value: symbol.value,
    });
    this.#globals.set(symbol.name, made);
    return made;
  }

  #global(name: string): PendingSymbol | undefined {
    const known = this.#globals.get(name);
    if (known !== undefined || this.#globals.has(name)) return known;
    const script = this.#state.scriptSymbols.get(name);
    if (script !== undefined) return this.script(script);
    const global = this.#state.symbols.get(name);
    const { definition } = global ?? {};
    if (global === undefined || definition === undefined) return undefined;
    // A common symbol is allocated, and from then on an ordinary global one.
    const binding = definition.place === 'common' ? STB.GLOBAL : definition.binding;
    const made = this.#define(definition, binding, global.visibility);
    this.#globals.set(name, made);
    return made;
  }

  #define(symbol: InputSymbol, binding: number, visibility: number): PendingSymbol | undefined {
    const { name, size } = symbol;
    const type = symbol.place === 'common' ? STT.OBJECT : symbol.type;
    if (symbol.place === 'absolute') {
      const { value } = symbol;
      return pending({ name, type, binding, visibility, size, place: 'absolute', value });
    }
    const place = this.#state.placeOf(symbol);
    const found = place && this.#layout.find(place.section, place.offset);
    if (place === undefined || found === undefined) return undefined;
    const own = this.#state.ownSymbols.get(place.section);
    if (own !== undefined) {
      const added = own.get(place.offset);
      return added && this.added(added);
    }
    // Most symbols are made here, and a literal of all fields is made fastest.
    return {
      name,
      binding: this.#bindingIn(found.placed, binding),
      type,
      visibility,
      place: 'section',
      section: undefined,
      placed: found.placed,
      value: found.offset,
      size: this.#sizeNow(symbol),
    };
  }

  #bindingIn(placed: PlacedSection, binding: number): number {
    if (binding !== STB.WEAK || !this.#options.weakMapsAreGlobal) return binding;
    return mapStyle(placed) === undefined ? binding : STB.GLOBAL;
  }

  /** A function that a pass has rebuilt may have grown or shrunk. */
  #sizeNow(symbol: InputSymbol): number {
    const { section, value, size } = symbol;
    return (section && this.#state.extents.get(section)?.(value, size)) ?? size;
  }
}

export function pending(fields: Partial<PendingSymbol>): PendingSymbol {
  return {
    name: '',
    binding: STB.LOCAL,
    type: STT.NOTYPE,
    visibility: STV.DEFAULT,
    place: 'section',
    section: undefined,
    placed: undefined,
    value: 0,
    size: 0,
    ...fields,
  };
}
