/** What libbpf sees of an object, beyond what all loaders do: which sections it takes for what. */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD, type SectionVariable } from '../../../btf/types.ts';
import { SHF, SHT, STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection, ElfSymbol } from '../../../elf/types.ts';
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

const views = new WeakMap<ElfObject, View>();

export function viewOf(object: ElfObject): View {
  let view = views.get(object);
  if (view === undefined) {
    view = new View(object);
    views.set(object, view);
  }
  return view;
}

export class View extends ObjectView {
  /** Where libbpf looks for subprograms. */
  readonly text: ElfSection | undefined;
  /** By name; libbpf takes the first of a name. */
  readonly dataSections: ReadonlyMap<string, DataSection>;
  readonly #roles: readonly Role[];

  constructor(object: ElfObject) {
    super(object);
    this.#roles = object.sections.map(roleOf);
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
