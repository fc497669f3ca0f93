/**
 * What cilium/ebpf sees of an object: which sections it takes for what, by how their names begin, and of each
 * section one symbol and one relocation an offset (its `elfSection`).
 */
import { SHF, SHT, STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { ObjectView } from '../object-view.ts';

/** What the loader takes a section for; what it does not look at has none. */
export type Kind = 'license' | 'version' | 'maps' | 'legacy maps' | 'data' | 'code' | 'struct_ops';

/** A symbol that the loader forgets, because a later one stands at the same place. */
export interface Hidden {
  readonly symbol: ElfSymbol;
  readonly by: ElfSymbol;
}

interface Contents {
  /** By offset. */
  readonly symbols: Map<number, ElfSymbol>;
  readonly hidden: Hidden[];
}

/** References to these it can tell apart; to others it refuses. */
const KNOWN: ReadonlySet<Kind | undefined> = new Set<Kind>([
  'maps',
  'legacy maps',
  'data',
  'code',
  'struct_ops',
]);

const views = new WeakMap<ElfObject, CiliumView>();

export function viewOf(object: ElfObject): CiliumView {
  let view = views.get(object);
  if (view === undefined) {
    view = new CiliumView(object);
    views.set(object, view);
  }
  return view;
}

export class CiliumView extends ObjectView {
  readonly #kinds: readonly (Kind | undefined)[];
  readonly #contents = new Map<number, Contents>();
  readonly #relocations = new Map<number, ReadonlyMap<number, ElfRelocation>>();

  constructor(object: ElfObject) {
    super(object);
    this.#kinds = object.sections.map(kindOf);
    for (const symbol of object.symbols) this.#assign(symbol);
  }

  kind(section: ElfSection): Kind | undefined {
    return this.#kinds[section.index];
  }

  /** Whether references may lead to it. */
  isKnown(section: ElfSection): boolean {
    return KNOWN.has(this.kind(section));
  }

  sections(...kinds: readonly Kind[]): ElfSection[] {
    return this.object.sections.filter((section) => {
      const kind = this.kind(section);
      return kind !== undefined && kinds.includes(kind);
    });
  }

  /** The last symbol at each offset. */
  symbols(section: ElfSection): ReadonlyMap<number, ElfSymbol> {
    return this.#contents.get(section.index)?.symbols ?? new Map();
  }

  hidden(section: ElfSection): readonly Hidden[] {
    return this.#contents.get(section.index)?.hidden ?? [];
  }

  /** In the order of their places. */
  sorted(section: ElfSection): ElfSymbol[] {
    return [...this.symbols(section).values()].sort((a, b) => a.value - b.value);
  }

  /** The last relocation at each offset, of REL tables alone. */
  relocations(section: ElfSection): ReadonlyMap<number, ElfRelocation> {
    let found = this.#relocations.get(section.index);
    if (found === undefined) {
      const list = this.object.relocations.get(section.index) ?? [];
      found = new Map(
        list.filter(({ addend }) => addend === undefined).map((one) => [one.offset, one]),
      );
      this.#relocations.set(section.index, found);
    }
    return found;
  }

  #assign(symbol: ElfSymbol): void {
    const section = this.sectionOf(symbol);
    if (section === undefined || symbol.name === '' || !isListed(symbol, this.kind(section))) {
      return;
    }
    let contents = this.#contents.get(section.index);
    if (contents === undefined) {
      contents = { symbols: new Map(), hidden: [] };
      this.#contents.set(section.index, contents);
    }
    const before = contents.symbols.get(symbol.value);
    if (before !== undefined) contents.hidden.push({ symbol: before, by: symbol });
    contents.symbols.set(symbol.value, symbol);
  }
}

/** Names before types, in the loader's order. */
function kindOf({ name, type, flags, size }: ElfSection): Kind | undefined {
  if (name.startsWith('license')) return 'license';
  if (name.startsWith('version')) return 'version';
  if (name.startsWith('maps')) return 'legacy maps';
  if (name === '.maps') return 'maps';
  if (isDataName(name)) return 'data';
  if (type !== SHT.PROGBITS || size === 0) return undefined;
  if ((flags & SHF.EXECINSTR) !== 0) return 'code';
  return name === '.struct_ops.link' ? 'struct_ops' : undefined;
}

function isDataName(name: string): boolean {
  return name === '.bss' || name.startsWith('.data') || name.startsWith('.rodata');
}

function isListed({ type, binding }: ElfSymbol, kind: Kind | undefined): boolean {
  switch (kind) {
    case 'maps':
    case 'legacy maps':
    case 'data':
      return type === STT.NOTYPE || type === STT.OBJECT;
    case 'code':
      // Local labels.
      return type === STT.FUNC || (type === STT.NOTYPE && binding !== STB.LOCAL);
    default:
      return false;
  }
}
