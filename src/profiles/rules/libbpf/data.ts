/** LIBBPF-005: addresses in data, which libbpf does not fill in. */
import { ByteView } from '../../../base/bytes.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { R_BPF, STT } from '../../../elf/constants.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { type SymbolPlaces, symbolPlacesOf } from './symbol-places.ts';
import type { View } from './view.ts';

interface Holder {
  /** Undefined for bytes that no symbol covers. */
  readonly variable: string | undefined;
  readonly at: readonly Location[];
  readonly targets: string[];
}

/** One for each variable of a section whose relocations libbpf skips. */
export function* addressesIn(
  view: View,
  section: ElfSection,
  relocations: readonly ElfRelocation[],
): Generator<Diagnostic> {
  const symbols = symbolPlacesOf(view);
  for (const { variable, at, targets } of holdersIn(view, section, relocations, symbols)) {
    yield diagnose.dataNotRelocated(section.name, variable, targets, at);
  }
}

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
