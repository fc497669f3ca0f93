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
import { peel } from '../btf/query.ts';
import { lacksNames, parameterName } from '../btf/repair.ts';
import { FIELD, type SectionVariable } from '../btf/types.ts';
import { STB, STV } from '../elf/constants.ts';
import type { InputFile, InputSymbol } from '../model/input.ts';
import type { Layout, PlacedSection } from '../model/layout.ts';
import type { MergedTypes } from '../model/merged-types.ts';
import { functionsIn, SUBPROGRAMS } from '../model/output-functions.ts';
import type { LinkState } from '../model/state.ts';
import { CONFIGURATION, type Declaration, isEphemeral, isGlobal } from '../model/types.ts';
import { Finder, type Whereabouts } from '../model/whereabouts.ts';

export interface DeclareOptions {
  /** Functions that are hidden from other objects are static in BTF, where the loader does not see to that. */
  readonly hiddenIsStatic: boolean;
  /** Variables of the kernel's configuration have the types that typedefs stand for. */
  readonly plainConfiguration: boolean;
}

export function declareSymbols(
  state: LinkState,
  layout: Layout,
  merged: MergedTypes,
  options: DeclareOptions,
): void {
  const declarer = new Declarer(state, layout, merged, options);
  // In this order, so that an output that is linked again stays as it is.
  declarer.prototypes();
  declarer.functions();
  declarer.variables();
  declarer.tags();
  declarer.sections();
}

class Declarer {
  readonly #state: LinkState;
  readonly #layout: Layout;
  readonly #merged: MergedTypes;
  readonly #options: DeclareOptions;
  readonly #finder: Finder;
  /** Subprograms without a declaration, beside others that have one. */
  readonly #untyped: readonly InputSymbol[];
  /** What each DATASEC lists; by output section, and by name for what is in BTF alone. */
  readonly #listed = new Map<PlacedSection | string, SectionVariable[]>();

  constructor(state: LinkState, layout: Layout, merged: MergedTypes, options: DeclareOptions) {
    this.#state = state;
    this.#layout = layout;
    this.#merged = merged;
    this.#options = options;
    this.#finder = new Finder(state, layout);
    this.#untyped = this.#findUntyped();
  }

  /** Those that no input has. */
  prototypes(): void {
    for (const declaration of this.#declarations('function')) {
      const spokesman = this.#finder.spokesman(declaration);
      const where = this.#finder.find(spokesman);
      if (where.kind !== 'gone') this.#prototypeOf(spokesman, this.#linkageOf(spokesman, where));
    }
    if (this.#untyped.length > 0) this.#merged.builder.prototype(0, []);
  }

  /** What nobody declares is `static void f(void)`: the kernel verifies it together with its callers. */
  functions(): void {
    const { builder, pool, functionOf } = this.#merged;
    for (const declaration of this.#declarations('function')) this.#declareOnce(declaration);
    for (const symbol of this.#untyped) {
      const prototype = builder.prototype(0, []);
      functionOf.set(symbol, builder.func(pool.intern(symbol.name), prototype, LINKAGE.STATIC));
    }
  }

  variables(): void {
    for (const declaration of this.#declarations('variable')) this.#declareOnce(declaration);
  }

  /** Of a tag on what several objects declare one copy, on the one declaration. */
  tags(): void {
    const { builder, pool } = this.#merged;
    for (const { btf, declarations } of this.#state.types.all()) {
      // Few objects have tags, and most need no map.
      let byId: ReadonlyMap<number, Declaration> | undefined;
      for (const id of btf.idsOf(KIND.DECL_TAG)) {
        byId ??= new Map(declarations.map((declaration) => [declaration.id, declaration]));
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

  *#declarations(kind: Declaration['kind']): Generator<Declaration> {
    for (const { declarations } of this.#state.types.all()) {
      for (const declaration of declarations) if (declaration.kind === kind) yield declaration;
    }
  }

  #declareOnce(declaration: Declaration): void {
    const { declared, globals, functionOf } = this.#merged;
    const global = isGlobal(declaration);
    let id = global ? globals.get(declaration.name) : undefined;
    if (id === undefined) {
      const spokesman = this.#finder.spokesman(declaration);
      id = this.#declare(spokesman, this.#finder.find(spokesman));
      if (global) globals.set(declaration.name, id);
    }
    declared.set(declaration, id);
    if (declaration.symbol !== undefined) functionOf.set(declaration.symbol, id);
  }

  #findUntyped(): InputSymbol[] {
    const declarations = [...this.#declarations('function')];
    const text = this.#layout.named(SUBPROGRAMS);
    if (declarations.length === 0 || text === undefined) return [];
    const own = new Set(declarations.map(({ symbol }) => symbol));
    const others = [...functionsIn(text, this.#state)]
      .map(({ symbol }) => symbol)
      .filter((symbol) => !own.has(symbol));
    if (others.length === 0) return others;
    // By name: static functions of one name and type are one FUNC.
    const nameIn = (file: InputFile, name: string): string => `${file.id} ${name}`;
    const names = new Set(declarations.map(({ types, name }) => nameIn(types.file, name)));
    const isDeclared = ({ file, name, binding }: InputSymbol): boolean =>
      names.has(nameIn(file, name)) ||
      (binding !== STB.LOCAL && this.#state.types.declarationsOf(name).length > 0);
    return others.filter((symbol) => !isDeclared(symbol));
  }

  #declare(declaration: Declaration, where: Whereabouts): number {
    if (where.kind === 'gone') return 0;
    const { builder, pool } = this.#merged;
    const { types, id, kind } = declaration;
    const name = pool.internAt(types.btf.strings.bytes, types.btf.nameOffset(id));
    const linkage = this.#linkageOf(declaration, where);
    const made =
      kind === 'function'
        ? builder.func(name, this.#prototypeOf(declaration, linkage), linkage)
        : builder.variable(name, this.#variableType(declaration), linkage);
    this.#list(declaration, made, where);
    return made;
  }

  #variableType({ types, id, name }: Declaration): number {
    const { btf } = types;
    const type = btf.target(id);
    const isPlain = this.#options.plainConfiguration && this.#isConfiguration(name);
    return this.#merged.idOf(types, isPlain ? peel(btf, type) : type);
  }

  #isConfiguration(name: string): boolean {
    const all = this.#state.types.declarationsOf(name);
    return all.some(({ listed }) => listed?.section === CONFIGURATION);
  }

  /** The kernel wants names for the parameters of what is defined; an extern declaration may have none. */
  #prototypeOf({ types, id }: Declaration, linkage: number): number {
    const { builder, pool } = this.#merged;
    const { btf } = types;
    const prototype = btf.target(id);
    const merged = this.#merged.idOf(types, prototype);
    if (linkage === LINKAGE.EXTERN || !lacksNames(btf, prototype)) return merged;
    const named = btf
      .parameters(prototype)
      .map(({ name, type }, i): readonly [number, number] => [
        type === 0 ? 0 : pool.intern(name || parameterName(i)),
        this.#merged.idOf(types, type),
      ]);
    return builder.prototype(this.#merged.idOf(types, btf.target(prototype)), named);
  }

  /**
   * What is defined is no extern, even if only others declare it. A subprogram of Rust becomes static: verified
   * alone, as global ones are, it could not use a reference ("mem_or_null").
   */
  #linkageOf({ linkage, types, kind, name }: Declaration, where: Whereabouts): number {
    if (where.kind === 'undefined') return LINKAGE.EXTERN;
    const isSubprogram =
      kind === 'function' && where.kind === 'here' && where.placed.name === SUBPROGRAMS;
    if (isSubprogram && (types.foreign || (this.#options.hiddenIsStatic && this.#isHidden(name)))) {
      return LINKAGE.STATIC;
    }
    return linkage === LINKAGE.EXTERN ? LINKAGE.GLOBAL : linkage;
  }

  #isHidden(name: string): boolean {
    const visibility = this.#state.symbols.get(name)?.visibility;
    return visibility === STV.HIDDEN || visibility === STV.INTERNAL;
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
      for (const id of btf.idsOf(KIND.DATASEC)) {
        if (btf.vlen(id) > 0) continue;
        const placed = this.#layout.named(btf.name(id));
        if (placed !== undefined && !this.#listed.has(placed)) this.#listed.set(placed, []);
      }
    }
  }
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
