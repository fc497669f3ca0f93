/**
 * What aya sees of an object: which sections it takes for what, which functions it knows, which symbols are maps.
 * Worked out once for each object and shared by its rules.
 *
 * A section's name decides before its type, and by how it begins:
 *
 *     license_text   `license...`: left out           mapsize/x   `maps...`: legacy map definitions
 *     .text.hot      `.text...`: functions            xdp/x       by none of them, but code: programs
 */
import { KIND } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import { SHF, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { isCode, type ObjectView, objectView } from '../object-view.ts';

export type Role =
  | 'license'
  | 'version'
  | 'legacy maps'
  | 'maps'
  | 'functions'
  | 'bss'
  | 'data'
  | 'rodata'
  | 'types'
  | 'programs'
  | 'other';

const prefixes: readonly (readonly [prefix: string, role: Role])[] = [
  ['license', 'license'],
  ['version', 'version'],
  ['maps', 'legacy maps'],
  ['.maps', 'maps'],
  ['.text', 'functions'],
  ['.bss', 'bss'],
  ['.data', 'data'],
  ['.rodata', 'rodata'],
];

export function roleOf(section: ElfSection): Role {
  const { name, flags } = section;
  const known = prefixes.find(([prefix]) => name.startsWith(prefix));
  if (known !== undefined) return known[1];
  if (name === '.BTF' || name === '.BTF.ext') return 'types';
  return isCode(section) && (flags & SHF.ALLOC) !== 0 ? 'programs' : 'other';
}

/** Sections that become a map each. */
export function isData(role: Role): boolean {
  return role === 'bss' || role === 'data' || role === 'rodata';
}

/** A function as aya keeps it, by its section and address. */
export interface AyaFunction {
  readonly name: string;
  readonly section: ElfSection;
  readonly symbol: ElfSymbol;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
  readonly isProgram: boolean;
}

const views = new WeakMap<ElfObject, AyaView>();

export function ayaView(object: ElfObject): AyaView {
  let view = views.get(object);
  if (view === undefined) {
    view = new AyaView(object);
    views.set(object, view);
  }
  return view;
}

export class AyaView {
  readonly object: ElfObject;
  readonly base: ObjectView;
  /** In the order of sections and symbols; several programs may stand at one address. */
  readonly functions: readonly AyaFunction[];
  /** Indexes of the symbols of `.maps` by which programs name maps. */
  readonly mapSymbols: ReadonlySet<number>;
  readonly #roles: readonly Role[];
  readonly #symbols = new Map<number, ElfSymbol[]>();
  readonly #byPlace = new Map<string, AyaFunction>();
  /** Sections with functions, whose references are to functions. */
  readonly #code = new Set<number>();
  readonly #relocations = new Map<number, Map<number, ElfRelocation>>();
  readonly #sorted = new Map<number, readonly ElfRelocation[]>();

  constructor(object: ElfObject) {
    this.object = object;
    this.base = objectView(object);
    this.#roles = object.sections.map(roleOf);
    for (const symbol of object.symbols) {
      if (symbol.place !== 'section') continue;
      const known = this.#symbols.get(symbol.section);
      if (known === undefined) this.#symbols.set(symbol.section, [symbol]);
      else known.push(symbol);
    }
    this.functions = object.sections.flatMap((section) => this.#functionsIn(section));
    for (const fn of this.functions) {
      this.#code.add(fn.section.index);
      this.#byPlace.set(placeKey(fn.section.index, fn.start), fn);
    }
    this.mapSymbols = new Set(this.sections('maps').flatMap((section) => this.#mapsIn(section)));
  }

  role(section: ElfSection): Role {
    return this.#roles[section.index]!;
  }

  sections(role: Role): ElfSection[] {
    return this.object.sections.filter((section) => this.role(section) === role);
  }

  programs(): AyaFunction[] {
    return this.functions.filter(({ isProgram }) => isProgram);
  }

  /** In a section, in the order of the symbol table. */
  symbolsIn({ index }: ElfSection): readonly ElfSymbol[] {
    return this.#symbols.get(index) ?? [];
  }

  /** The function that begins there; of several the last one that aya reads. */
  functionAt(section: number, address: number): AyaFunction | undefined {
    return this.#byPlace.get(placeKey(section, address));
  }

  hasFunctions(section: number): boolean {
    return this.#code.has(section);
  }

  /** By offset; of several relocations of one place the last. */
  relocationsOf({ index }: ElfSection): ReadonlyMap<number, ElfRelocation> {
    let found = this.#relocations.get(index);
    if (found === undefined) {
      const list = this.object.relocations.get(index) ?? [];
      found = new Map(list.map((relocation) => [relocation.offset, relocation]));
      this.#relocations.set(index, found);
    }
    return found;
  }

  /** Those inside of the function, by offset. */
  relocationsIn({ section, start, end }: AyaFunction): readonly ElfRelocation[] {
    let sorted = this.#sorted.get(section.index);
    if (sorted === undefined) {
      sorted = [...this.relocationsOf(section).values()].sort((a, b) => a.offset - b.offset);
      this.#sorted.set(section.index, sorted);
    }
    return sorted.slice(lowerBound(sorted, start), lowerBound(sorted, end));
  }

  symbolOf({ symbol }: ElfRelocation): ElfSymbol {
    return this.object.symbols[symbol]!;
  }

  #functionsIn(section: ElfSection): AyaFunction[] {
    const role = this.role(section);
    if (role !== 'programs' && role !== 'functions') return [];
    return this.symbolsIn(section)
      .filter(({ type, name }) => isFunction(type) && (role === 'functions' || name !== ''))
      .map((symbol) => {
        const { name, value, size } = symbol;
        const isProgram = role === 'programs';
        return { name, section, symbol, start: value, end: value + size, isProgram };
      });
  }

  /** aya finds a map's symbol by the variable's name; of several symbols of a name the last. */
  #mapsIn(section: ElfSection): number[] {
    const { btf } = this.base;
    if (btf === undefined) return [];
    const byName = new Map(this.symbolsIn(section).map(({ name, index }) => [name, index]));
    return [...typeIds(btf, KIND.DATASEC)]
      .filter((id) => btf.name(id) === section.name)
      .flatMap((id) => btf.variables(id))
      .flatMap(({ type }) => byName.get(btf.name(type)) ?? []);
  }
}

/** Where the first relocation at or behind the offset stands. */
function lowerBound(sorted: readonly ElfRelocation[], offset: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** STT_GNU_IFUNC counts as one. */
export function isFunction(type: number): boolean {
  return type === STT.FUNC || type === 10;
}

/** Not by name alone: two sections may be of one. */
function placeKey(section: number, address: number): string {
  return `${section}+${address}`;
}
