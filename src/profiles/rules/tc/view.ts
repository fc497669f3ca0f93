/**
 * What tc's loader (bpf_legacy.c of iproute2) sees of an object. It goes by exact names and types:
 *
 *     maps, license, .BTF    PROGBITS         the last of each name, unless it is empty
 *     .text                  PROGBITS, code   the last; its functions are appended to programs that call them
 *     .symtab, .strtab       SYMTAB, STRTAB   without these two there are no maps for it
 *     NAME                   PROGBITS, code   a program, as a whole; the first of the name
 *
 * Relocations are applied only where there are maps or `.text`, and then those of the first SHT_REL table of a
 * section alone. `reference.ts` says what each comes to.
 */
import { SHF, SHT } from '../../../elf/constants.ts';
import { isRelocationTable } from '../../../elf/needed.ts';
import type { ElfObject, ElfRelocation, ElfSection } from '../../../elf/types.ts';
import { type ObjectView, objectView } from '../object-view.ts';
import { type MapSection, readMapSection } from './map-section.ts';
import { type Reference, readReference } from './reference.ts';

export interface RelocationTable {
  readonly section: ElfSection;
  /** Whether tc reads it. */
  readonly applied: boolean;
  readonly relocations: readonly ElfRelocation[];
}

const views = new WeakMap<ElfObject, TcView>();

export function tcView(object: ElfObject): TcView {
  let view = views.get(object);
  if (view === undefined) {
    view = new TcView(object);
    views.set(object, view);
  }
  return view;
}

export class TcView {
  readonly object: ElfObject;
  /** Sections by number, places in the source. */
  readonly base: ObjectView;
  readonly maps: ElfSection | undefined;
  readonly text: ElfSection | undefined;
  readonly license: ElfSection | undefined;
  readonly btf: ElfSection | undefined;
  readonly hasSymbols: boolean;
  /** Sections that may be asked for, in the order of the object. */
  readonly programs: readonly ElfSection[];
  #mapSection: MapSection | undefined;
  /** Of relocations, by the number of the section that they are for. */
  readonly #tables = new Map<number, ElfSection[]>();
  readonly #references = new Map<ElfSection, readonly Reference[]>();

  constructor(object: ElfObject) {
    this.object = object;
    this.base = objectView(object);
    const seen = object.sections.filter(({ size }) => size > 0);
    const last = (name: string, type: number): ElfSection | undefined =>
      seen.findLast((section) => section.name === name && section.type === type);
    this.maps = last('maps', SHT.PROGBITS);
    this.license = last('license', SHT.PROGBITS);
    this.btf = last('.BTF', SHT.PROGBITS);
    this.text = seen.findLast((section) => section.name === '.text' && isProgram(section));
    this.hasSymbols =
      last('.symtab', SHT.SYMTAB) !== undefined && last('.strtab', SHT.STRTAB) !== undefined;
    for (const table of object.sections) {
      if (!isRelocationTable(table.type)) continue;
      const others = this.#tables.get(table.info);
      if (others === undefined) this.#tables.set(table.info, [table]);
      else others.push(table);
    }
    this.programs = seen.filter((section) => section.name !== '.text' && isProgram(section));
  }

  /** Whether tc reads the maps; for their faults see `mapSection`. */
  get hasMaps(): boolean {
    return this.hasSymbols && this.maps !== undefined;
  }

  /** Whether tc applies relocations. */
  get relocates(): boolean {
    return this.hasMaps || this.text !== undefined;
  }

  /** The definitions; none where tc refuses the section as a whole. */
  get mapSection(): MapSection {
    this.#mapSection ??= readMapSection(this.object, this.hasMaps ? this.maps : undefined);
    return this.#mapSection;
  }

  /** In the order of the object. */
  tables(section: ElfSection): RelocationTable[] {
    const all = this.object.relocations.get(section.index) ?? [];
    let start = 0;
    let hasRel = false;
    return (this.#tables.get(section.index) ?? []).map((table) => {
      const count = table.entsize === 0 ? 0 : table.size / table.entsize;
      const applied = table.type === SHT.REL && table.size > 0 && !hasRel;
      hasRel ||= applied;
      const relocations = all.slice(start, start + count);
      start += count;
      return { section: table, applied, relocations };
    });
  }

  /** What tc would relocate if it relocates at all: the references of the first table. */
  references(section: ElfSection): readonly Reference[] {
    let list = this.#references.get(section);
    if (list === undefined) {
      const table = this.tables(section).find(({ applied }) => applied);
      list = (table?.relocations ?? []).map((relocation, entry) =>
        readReference(this, section, relocation, entry),
      );
      this.#references.set(section, list);
    }
    return list;
  }

  /** `.text` first, because tc reads it for every program. */
  get code(): readonly ElfSection[] {
    return this.text === undefined ? this.programs : [this.text, ...this.programs];
  }
}

function isProgram({ type, flags }: ElfSection): boolean {
  return type === SHT.PROGBITS && (flags & SHF.EXECINSTR) !== 0;
}
