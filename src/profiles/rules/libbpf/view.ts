/**
 * What libbpf sees of an object: which sections it takes for what, where programs begin and end, the types.
 * Worked out once for each object and shared by its rules.
 */
import { type BtfExt, readBtfExt } from '../../../btf/ext.ts';
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { LineTable } from '../../../btf/line-info.ts';
import { typeIds } from '../../../btf/query.ts';
import { readBtf } from '../../../btf/read.ts';
import { type Btf, FIELD, type SectionVariable } from '../../../btf/types.ts';
import { validateBtf } from '../../../btf/validate.ts';
import type { Location } from '../../../diag/diagnostic.ts';
import { SHF, SHT, STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { sourceLocation } from '../../../model/source-lines.ts';

/** What libbpf takes a section for; `other` it skips. */
export type Role = 'code' | 'data' | 'maps' | 'struct_ops' | 'arena' | 'jump tables' | 'other';

/** A FUNC symbol in a section with code. In `.text` a subprogram, elsewhere a program to load. */
export interface BpfFunction {
  readonly name: string;
  readonly section: ElfSection;
  readonly symbol: ElfSymbol;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
}

/** A DATASEC as libbpf goes on with it. */
export interface DataSection {
  /** Of the DATASEC. */
  readonly id: number;
  readonly name: string;
  /** Without a size the compiler has left sizes and offsets to the loader, which takes those of the symbols. */
  readonly variables: readonly SectionVariable[];
  /** Where variables begin. */
  readonly offsets: ReadonlySet<number>;
}

const views = new WeakMap<ElfObject, View>();

export function viewOf(object: ElfObject): View {
  let view = views.get(object);
  if (view === undefined) {
    view = new View(object);
    views.set(object, view);
  }
  return view;
}

/** The file as diagnostics about a finished object call it. */
export const FILE = 'output';

export class View {
  readonly object: ElfObject;
  /** Where libbpf looks for subprograms. */
  readonly text: ElfSection | undefined;
  readonly btf: Btf | undefined;
  /** What is wrong with `.BTF`, in words; undefined too where there is none. */
  readonly btfFault: string | undefined;
  readonly ext: BtfExt | undefined;
  /** By name; libbpf takes the first of a name. */
  readonly dataSections: ReadonlyMap<string, DataSection>;
  readonly #roles: readonly Role[];
  readonly #functions = new Map<number, BpfFunction[]>();
  #lines: LineTable | undefined;

  constructor(object: ElfObject) {
    this.object = object;
    this.#roles = object.sections.map(roleOf);
    this.text = object.sections.find((section) => section.name === '.text' && this.isCode(section));
    for (const fn of object.symbols.flatMap((symbol) => this.#functionOf(symbol) ?? [])) {
      const known = this.#functions.get(fn.section.index);
      if (known === undefined) this.#functions.set(fn.section.index, [fn]);
      else known.push(fn);
    }
    for (const list of this.#functions.values()) list.sort((a, b) => a.start - b.start);

    const bytes = this.section('.BTF')?.bytes;
    const read = bytes && readBtf(bytes, object.order);
    this.btfFault = read?.fault ?? (read?.btf && validateBtf(read.btf));
    this.btf = this.btfFault === undefined ? read?.btf : undefined;
    const ext = this.section('.BTF.ext')?.bytes;
    const readable = ext !== undefined && this.btf !== undefined;
    this.ext = readable ? readBtfExt(ext, object.order, this.btf).ext : undefined;
    this.dataSections = dataSectionsOf(this.btf, object);
  }

  section(name: string): ElfSection | undefined {
    return this.object.sections.find((section) => section.name === name);
  }

  role(section: ElfSection): Role {
    return this.#roles[section.index]!;
  }

  isCode(section: ElfSection): boolean {
    return this.role(section) === 'code';
  }

  sections(role: Role): ElfSection[] {
    return this.object.sections.filter((section) => this.role(section) === role);
  }

  /** In the order of their places. */
  functions(section: ElfSection): readonly BpfFunction[] {
    return this.#functions.get(section.index) ?? [];
  }

  /** Those that libbpf loads: what stands in `.text` is only ever part of others. */
  programs(): BpfFunction[] {
    return this.sections('code')
      .filter((section) => section !== this.text)
      .flatMap((section) => this.functions(section));
  }

  /** As libbpf searches: the last function that begins at or before the byte, if it reaches that far. */
  functionAt(section: ElfSection, offset: number): BpfFunction | undefined {
    const functions = this.functions(section);
    let low = 0;
    let high = functions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (functions[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    const found = functions[low - 1];
    return found !== undefined && offset < found.end ? found : undefined;
  }

  /** The section that a symbol stands in. */
  sectionOf(symbol: ElfSymbol): ElfSection | undefined {
    return symbol.place === 'section' ? this.object.sections[symbol.section] : undefined;
  }

  /** A symbol's name; a section symbol goes by its section's. */
  nameOf(symbol: ElfSymbol): string {
    return symbol.name || (this.sectionOf(symbol)?.name ?? '');
  }

  /** The source line, where line info has it, and the place in the object. */
  at(section: ElfSection, offset: number, what?: string): Location[] {
    const place: Location = {
      kind: 'object',
      file: FILE,
      section: section.name,
      offset,
      ...(what === undefined ? {} : { what }),
    };
    if (this.btf === undefined || this.ext === undefined || !this.isCode(section)) return [place];
    this.#lines ??= new LineTable(this.btf, this.ext);
    const line = this.#lines.at(section.name, offset);
    if (line === undefined || line.line === 0) return [place];
    return [sourceLocation(line, this.functionAt(section, offset)?.name), place];
  }

  /** Where a defined symbol stands. */
  atSymbol(symbol: ElfSymbol): Location[] {
    const section = this.sectionOf(symbol);
    const what = `symbol '${this.nameOf(symbol)}'`;
    return section === undefined
      ? [{ kind: 'object', file: FILE, what }]
      : this.at(section, symbol.value, what);
  }

  #functionOf(symbol: ElfSymbol): BpfFunction | undefined {
    const section = this.sectionOf(symbol);
    if (symbol.type !== STT.FUNC || section === undefined || !this.isCode(section))
      return undefined;
    const { name, value, size } = symbol;
    return { name, section, symbol, start: value, end: value + size };
  }
}

/** Undefined, and for libbpf or a later link to find: the form that compilers give to externs. */
export function isExtern({ place, binding, type, name }: ElfSymbol): boolean {
  return place === 'undefined' && binding !== STB.LOCAL && type === STT.NOTYPE && name !== '';
}

/** Names before types, as libbpf looks at them. */
function roleOf({ name, type, flags, size }: ElfSection): Role {
  if (name === '.maps') return 'maps';
  if (/^(license|version|maps|\.BTF(\.ext)?|\.debug_.*)$/.test(name)) return 'other';
  if (type === SHT.NOBITS) return /^\.bss(\.|$)/.test(name) ? 'data' : 'other';
  if (type !== SHT.PROGBITS || size === 0) return 'other';
  if ((flags & SHF.EXECINSTR) !== 0) return 'code';
  if (/^\.(ro)?data(\.|$)/.test(name)) return 'data';
  if (/^\??\.struct_ops(\.link)?$/.test(name)) return 'struct_ops';
  if (name === '.addr_space.1') return 'arena';
  return name === '.jumptables' ? 'jump tables' : 'other';
}

function dataSectionsOf(btf: Btf | undefined, object: ElfObject): Map<string, DataSection> {
  const found = new Map<string, DataSection>();
  if (btf === undefined) return found;
  const places = new Map<string, number>();
  for (const symbol of object.symbols) {
    if (isVariable(symbol) && !places.has(symbol.name)) places.set(symbol.name, symbol.value);
  }
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const name = btf.name(id);
    if (found.has(name)) continue;
    const listed = btf.variables(id);
    const variables =
      btf.size(id) === 0
        ? listed.map((variable) => ({
            ...variable,
            offset: isGlobal(btf, variable)
              ? (places.get(btf.name(variable.type)) ?? variable.offset)
              : variable.offset,
          }))
        : listed;
    const offsets = new Set(variables.map(({ offset }) => offset));
    found.set(name, { id, name, variables, offsets });
  }
  return found;
}

function isGlobal(btf: Btf, { type }: SectionVariable): boolean {
  return btf.kind(type) === KIND.VAR && btf.field(type, FIELD.first) === LINKAGE.GLOBAL;
}

/** The symbols by which libbpf finds variables of the BTF. */
export function isVariable({ type, binding }: ElfSymbol): boolean {
  return type === STT.OBJECT && binding !== STB.LOCAL;
}
