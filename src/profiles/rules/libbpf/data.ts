/**
 * LIBBPF-005 and LIBBPF-006 of data sections: addresses that libbpf does not fill in, and variables in maps that
 * programs cannot write to.
 */
import { ByteView } from '../../../base/bytes.ts';
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { isQualifier } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Location } from '../../../diag/diagnostic.ts';
import { R_BPF, SHF, STT } from '../../../elf/constants.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { type View, viewOf } from './view.ts';

interface Holder {
  /** Undefined for bytes that no symbol covers. */
  readonly variable: string | undefined;
  readonly at: readonly Location[];
  readonly targets: string[];
}

/** One report for each variable; libbpf skips relocations of all but code, maps and structs of functions. */
export const addressesInData: Rule = (object, report) => {
  const view = viewOf(object);
  const symbols = new SymbolPlaces(object.symbols);
  for (const [index, relocations] of object.relocations) {
    const section = object.sections[index]!;
    if (!/^(data|arena|jump tables)$/.test(view.role(section))) continue;
    if (relocations.some(({ addend }) => addend !== undefined)) continue;
    for (const { variable, at, targets } of holdersIn(view, section, relocations, symbols)) {
      report(diagnose.dataNotRelocated(section.name, variable, targets, at));
    }
  }
};

function holdersIn(
  view: View,
  section: ElfSection,
  relocations: readonly ElfRelocation[],
  symbols: SymbolPlaces,
): Iterable<Holder> {
  const holders = new Map<ElfSymbol | undefined, Holder>();
  const bytes = new ByteView(section.bytes, view.object.order);
  for (const relocation of relocations) {
    const { offset } = relocation;
    const symbol = symbols.at(section.index, offset);
    let holder = holders.get(symbol);
    if (holder === undefined) {
      const what = symbol && `variable '${symbol.name}'`;
      holder = { variable: symbol?.name, at: view.at(section, offset, what), targets: [] };
      holders.set(symbol, holder);
    }
    holder.targets.push(targetOf(view, bytes, relocation, symbols));
  }
  return holders.values();
}

/** The symbol by its name; `.rodata+0x8` where none is known. */
function targetOf(
  view: View,
  bytes: ByteView,
  { offset, type, symbol: index }: ElfRelocation,
  symbols: SymbolPlaces,
): string {
  const symbol = view.object.symbols[index]!;
  const section = view.sectionOf(symbol);
  if (symbol.type !== STT.SECTION || section === undefined) return symbol.name;
  const size = type === R_BPF.ABS64 || type === R_BPF.GNU_DATA64 ? 8 : 4;
  const addend = bytes.has(offset, size) ? Number(bytes.unsigned(offset, size)) : 0;
  const place = symbol.value + addend;
  return symbols.at(section.index, place)?.name ?? `${section.name}+0x${place.toString(16)}`;
}

/** Which variable or function covers a byte. */
class SymbolPlaces {
  readonly #bySection = new Map<number, ElfSymbol[]>();

  constructor(symbols: readonly ElfSymbol[]) {
    for (const symbol of symbols) {
      const { place, section, name, size, type } = symbol;
      if (place !== 'section' || name === '' || size === 0 || type === STT.SECTION) continue;
      const known = this.#bySection.get(section);
      if (known === undefined) this.#bySection.set(section, [symbol]);
      else known.push(symbol);
    }
    for (const list of this.#bySection.values()) list.sort((a, b) => a.value - b.value);
  }

  at(section: number, offset: number): ElfSymbol | undefined {
    const list = this.#bySection.get(section) ?? [];
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.value <= offset) low = middle + 1;
      else high = middle;
    }
    const found = list[low - 1];
    return found !== undefined && offset < found.value + found.size ? found : undefined;
  }
}

/**
 * What is called `.rodata` is a map that programs only read. Sections that hold nothing else are not writable
 * themselves, and what is const in a writable one (a table of addresses) is where it should be.
 */
export const readOnlyData: Rule = (object, report) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined) return;
  for (const section of view.sections('data')) {
    if (!section.name.startsWith('.rodata') || (section.flags & SHF.WRITE) === 0) continue;
    for (const { type: id, offset } of view.dataSections.get(section.name)?.variables ?? []) {
      if (btf.kind(id) !== KIND.VAR || btf.field(id, FIELD.first) === LINKAGE.EXTERN) continue;
      if (isConst(btf, btf.target(id))) continue;
      const name = btf.name(id);
      const at = view.at(section, offset, `variable '${name}'`);
      report(diagnose.variableInReadOnlyData(name, section.name, at));
    }
  }
};

/** Const itself, by a typedef, or of const elements; `volatile` beside it does not matter. */
function isConst(btf: Btf, id: number): boolean {
  for (let steps = 0; steps <= btf.typeCount; steps++) {
    const kind = btf.kind(id);
    if (kind === KIND.CONST) return true;
    if (kind === KIND.ARRAY) id = btf.field(id, FIELD.arrayElement);
    else if (isQualifier(kind) || kind === KIND.TYPEDEF) id = btf.target(id);
    else return false;
  }
  return false;
}
