/**
 * Writes down in BTF what the output's functions and variables are: one FUNC or VAR for each symbol, the
 * tags on them, and a DATASEC for each section of variables.
 *
 *     a.o: extern FUNC sub, VAR x at .data + 0        output: FUNC sub, global; VAR x at .data + 0,
 *     b.o: FUNC sub,        VAR y at .data + 0                VAR y at .data + 4
 *
 * A name that several objects declare is declared once, with the type of its definition; where nothing
 * defines it, with that of the first declaration. What is not in the output is not declared.
 */
import { KIND, LINKAGE } from '../btf/format.ts';
import { FIELD, type SectionVariable } from '../btf/types.ts';
import type { InputSymbol } from '../model/input.ts';
import type { Layout, PlacedSection } from '../model/layout.ts';
import type { MergedTypes } from '../model/merged-types.ts';
import type { LinkState } from '../model/state.ts';
import { type Declaration, isEphemeral, isGlobal } from '../model/types.ts';

export function declareSymbols(state: LinkState, layout: Layout, merged: MergedTypes): void {
  const declarer = new Declarer(state, layout, merged);
  declarer.declareAll('function');
  declarer.declareAll('variable');
  declarer.tags();
  declarer.sections();
}

/** Where a symbol is in the output. */
type Whereabouts =
  | { readonly kind: 'here'; readonly placed: PlacedSection; readonly offset: number }
  /** It has a value, and no bytes. */
  | { readonly kind: 'value' }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'gone' };

class Declarer {
  readonly #state: LinkState;
  readonly #layout: Layout;
  readonly #merged: MergedTypes;
  readonly #globals = new Map<string, number>();
  /** What each DATASEC lists; by output section, and by name for what is in BTF alone. */
  readonly #listed = new Map<PlacedSection | string, SectionVariable[]>();

  constructor(state: LinkState, layout: Layout, merged: MergedTypes) {
    this.#state = state;
    this.#layout = layout;
    this.#merged = merged;
  }

  declareAll(kind: Declaration['kind']): void {
    for (const { declarations } of this.#state.types.all()) {
      for (const declaration of declarations) {
        if (declaration.kind === kind)
          this.#merged.declared.set(declaration, this.#idOf(declaration));
      }
    }
  }

  /** Of a tag on what several objects declare one copy, on the one declaration. */
  tags(): void {
    const { builder, pool } = this.#merged;
    for (const { btf, declarations } of this.#state.types.all()) {
      const byId = new Map(declarations.map((declaration) => [declaration.id, declaration]));
      if (byId.size === 0) continue;
      for (let id = 1; id <= btf.typeCount; id++) {
        if (btf.kind(id) !== KIND.DECL_TAG) continue;
        const declaration = byId.get(btf.target(id));
        const target = declaration && this.#merged.declared.get(declaration);
        if (target === undefined || target === 0) continue;
        const name = pool.internAt(btf.strings.bytes, btf.nameOffset(id));
        builder.tag(name, target, btf.field(id, FIELD.first), btf.flag(id));
      }
    }
  }

  sections(): void {
    const { builder, pool } = this.#merged;
    this.#listEmpty();
    for (const placed of this.#layout.sections) {
      const listed = this.#listed.get(placed);
      if (listed === undefined) continue;
      builder.datasec(pool.intern(placed.name), placed.size, withoutOverlaps(listed));
    }
    for (const [name, listed] of this.#listed) {
      if (typeof name !== 'string') continue;
      builder.datasec(pool.intern(name), 0, listed);
    }
  }

  #idOf(declaration: Declaration): number {
    const { symbol, name } = declaration;
    if (symbol === undefined) return this.#declare(declaration, this.#findUnnamed(declaration));
    if (!isGlobal(declaration)) return this.#declare(declaration, this.#find(symbol));
    const known = this.#globals.get(name);
    if (known !== undefined) return known;
    const definition = this.#state.symbols.get(name)?.definition;
    const all = this.#state.types.declarationsOf(name);
    const chosen = all.find(({ symbol }) => symbol === definition) ?? all[0]!;
    const id = this.#declare(chosen, this.#findGlobal(name, definition));
    this.#globals.set(name, id);
    return id;
  }

  #findGlobal(name: string, definition: InputSymbol | undefined): Whereabouts {
    if (this.#state.scriptSymbols.has(name)) return { kind: 'value' };
    return definition === undefined ? { kind: 'undefined' } : this.#find(definition);
  }

  /** Without a symbol BTF has to be believed. */
  #findUnnamed(declaration: Declaration): Whereabouts {
    const { types, listed, kind } = declaration;
    if (linkageInBtf(declaration) === LINKAGE.EXTERN) return { kind: 'undefined' };
    const section =
      kind === 'variable'
        ? types.file.sections.find((candidate) => candidate?.name === listed?.section)
        : undefined;
    if (section === undefined || listed === undefined) return { kind: 'value' };
    const place = this.#state.resolve(section, listed.offset);
    const found = place && this.#layout.find(place.section, place.offset);
    return found === undefined ? { kind: 'gone' } : { kind: 'here', ...found };
  }

  #find(symbol: InputSymbol): Whereabouts {
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

  #declare(declaration: Declaration, where: Whereabouts): number {
    if (where.kind === 'gone') return 0;
    const { builder, pool } = this.#merged;
    const { types, id, kind } = declaration;
    const name = pool.internAt(types.btf.strings.bytes, types.btf.nameOffset(id));
    const type = this.#merged.idOf(types, types.btf.target(id));
    const linkage = linkageOf(declaration, where);
    const made =
      kind === 'function'
        ? builder.func(name, type, linkage)
        : builder.variable(name, type, linkage);
    this.#list(declaration, made, where);
    return made;
  }

  #list(declaration: Declaration, id: number, where: Whereabouts): void {
    const { kind, listed } = declaration;
    if (where.kind === 'here' && kind === 'variable') {
      const size = listed?.size || this.#sizeOf(declaration);
      this.#add(where.placed, { type: id, offset: where.offset, size });
    } else if (where.kind === 'undefined') {
      const listing = this.#externListing(declaration);
      if (listing !== undefined) {
        this.#add(listing.section, { type: id, offset: listing.offset, size: listing.size });
      }
    }
  }

  /** That of its definition, which may be in an object without BTF. */
  #sizeOf(declaration: Declaration): number {
    const { name, symbol } = declaration;
    const global = isGlobal(declaration) ? this.#state.symbols.get(name) : undefined;
    return (global?.definition ?? symbol)?.size ?? 0;
  }

  /** What kernel symbols and configuration are listed under, by whichever object says so. */
  #externListing({ name, listed }: Declaration): Declaration['listed'] {
    const all = this.#state.types.declarationsOf(name).map((other) => other.listed);
    return [listed, ...all].find(
      (listing) => listing !== undefined && isEphemeral(listing.section),
    );
  }

  #add(section: PlacedSection | string, variable: SectionVariable): void {
    const listed = this.#listed.get(section);
    if (listed === undefined) this.#listed.set(section, [variable]);
    else listed.push(variable);
  }

  /** A DATASEC without variables stays where its section does. */
  #listEmpty(): void {
    for (const { btf } of this.#state.types.all()) {
      for (let id = 1; id <= btf.typeCount; id++) {
        if (btf.kind(id) !== KIND.DATASEC || btf.vlen(id) > 0) continue;
        const placed = this.#layout.named(btf.name(id));
        if (placed !== undefined && !this.#listed.has(placed)) this.#listed.set(placed, []);
      }
    }
  }
}

function linkageOf(declaration: Declaration, where: Whereabouts): number {
  if (where.kind === 'undefined') return LINKAGE.EXTERN;
  if (declaration.symbol === undefined) return linkageInBtf(declaration);
  return isGlobal(declaration) ? LINKAGE.GLOBAL : LINKAGE.STATIC;
}

function linkageInBtf({ types: { btf }, id, kind }: Declaration): number {
  return kind === 'function' ? btf.vlen(id) : btf.field(id, FIELD.first);
}

/** The kernel wants variables apart from each other; merged constants may share their bytes. */
function withoutOverlaps(listed: readonly SectionVariable[]): SectionVariable[] {
  const sorted = [...listed].sort((a, b) => a.offset - b.offset);
  let end = 0;
  return sorted.filter(({ offset, size }) => {
    if (offset < end) return false;
    end = offset + size;
    return true;
  });
}
