/** What libbpf sees of an object, beyond what all loaders do: which sections it takes for what. */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD, type SectionVariable } from '../../../btf/types.ts';
import { SHF, SHT, STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Loader, type Version } from '../../../model/rule.ts';
import { type BpfFunction, ObjectView } from '../object-view.ts';

/** What libbpf takes a section for; `other` it skips. */
export type Role = 'code' | 'data' | 'maps' | 'struct_ops' | 'arena' | 'jump tables' | 'other';

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

const views = new WeakMap<ElfObject, Map<string, View>>();

export function viewOf(object: ElfObject, loader: Loader): View {
  const known = views.get(object) ?? new Map<string, View>();
  views.set(object, known);
  const key = `${loader.name} ${loader.version.join('.')}`;
  let view = known.get(key);
  if (view === undefined) {
    view = new View(object, loader);
    known.set(key, view);
  }
  return view;
}

export class View extends ObjectView {
  /** Where libbpf looks for subprograms. */
  readonly text: ElfSection | undefined;
  /** By name; libbpf takes the first of a name. */
  readonly dataSections: ReadonlyMap<string, DataSection>;
  readonly loader: Loader;
  /** tc opens objects with `relaxed_maps`: unknown fields of map definitions are passed over. */
  readonly relaxed: boolean;
  readonly #roles: readonly Role[];

  constructor(object: ElfObject, loader: Loader) {
    super(object, newestKind(loader));
    this.loader = loader;
    this.relaxed = loader.name === 'tc-libbpf';
    this.#roles = object.sections.map((section) => roleOf(section, loader));
    this.text = object.sections.find((section) => section.name === '.text' && this.isCode(section));
    this.dataSections = dataSectionsOf(this.btf, object);
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

  /** Those that libbpf loads: what stands in `.text` is only ever part of others. */
  programs(): BpfFunction[] {
    return this.sections('code')
      .filter((section) => section !== this.text)
      .flatMap((section) => this.functions(section));
  }
}

/** Undefined, and for libbpf or a later link to find: the form that compilers give to externs. */
export function isExtern({ place, binding, type, name }: ElfSymbol): boolean {
  return place === 'undefined' && binding !== STB.LOCAL && type === STT.NOTYPE && name !== '';
}

/** One type of a newer kind, and libbpf reads none of the object. */
function newestKind(loader: Loader): number {
  if (isBefore(loader, [0, 6])) return KIND.FLOAT;
  return isBefore(loader, [1, 0]) ? KIND.TYPE_TAG : KIND.ENUM64;
}

/** Of a section by its name and type, the version that has taken it for that first. */
export function since(name: string, type: number): Version | undefined {
  if (type === SHT.NOBITS) return name.startsWith('.bss.') ? [1, 1] : undefined;
  if (/^\.(ro)?data\./.test(name)) return [0, 6];
  if (name === '.struct_ops.link') return [1, 2];
  if (name.startsWith('?.struct_ops')) return [1, 4];
  if (name === '.addr_space.1') return [1, 4];
  return name === '.jumptables' ? [1, 7] : undefined;
}

/** Names before types, as libbpf looks at them. */
function roleOf({ name, type, flags, size }: ElfSection, loader: Loader): Role {
  const first = since(name, type);
  const isNew = first !== undefined && isBefore(loader, first);
  if (isNew && (flags & SHF.EXECINSTR) === 0) return 'other';
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
