/** Puts the output together: sections with bytes and relocations, and the symbol table. */
import { STB, STT } from '../elf/constants.ts';
import type { Image, ImageRelocation, ImageSection } from '../elf/write.ts';
import type { InputFile } from '../model/input.ts';
import type { Layout, PlacedSection, RelocatedSection } from '../model/layout.ts';
import { mapStyle } from '../model/map-sections.ts';
import { type OutputSymbols, type PendingSymbol, pending } from '../model/output-symbols.ts';
import type { LinkState } from '../model/state.ts';
import { nameApart } from '../model/unique-names.ts';

export interface ImageOptions {
  /** The loader tells functions apart by their names alone. */
  readonly functionNamesAreUnique: boolean;
}

export function emitImage(
  state: LinkState,
  layout: Layout,
  relocated: readonly RelocatedSection[],
  symbols: OutputSymbols,
  types: readonly ImageSection[],
  options: ImageOptions,
): Image {
  const ordered = orderSymbols(state, layout, symbols);
  if (options.functionNamesAreUnique) nameApart(ordered);
  const sections = new Map<PlacedSection, ImageSection>();
  for (const { placed, bytes, relocations } of relocated) {
    const { name, type, flags, align, entsize, size } = placed;
    const sorted = [...relocations].sort(byOffset);
    const section = { name, type, flags, align, entsize, size, bytes, relocations: sorted };
    sections.set(placed, section);
  }
  for (const symbol of ordered) {
    if (symbol.placed !== undefined) symbol.section = sections.get(symbol.placed);
  }
  return { order: state.order, sections: [...sections.values(), ...types], symbols: ordered };
}

function byOffset(a: ImageRelocation, b: ImageRelocation): number {
  return a.offset - b.offset;
}

/** Section symbols, then each file's local ones behind its name, then the global ones in order of mention. */
function orderSymbols(state: LinkState, layout: Layout, symbols: OutputSymbols): PendingSymbol[] {
  // Of a section of map definitions only where something refers to it: loaders take its symbols for maps.
  const named = layout.sections.filter((placed) => mapStyle(placed) !== 'legacy');
  const ordered: PendingSymbol[] = named.map((placed) => symbols.section(placed));
  for (const file of state.files) {
    for (const symbol of localsOf(file, symbols)) ordered.push(symbol);
  }
  for (const symbol of state.addedSymbols) ordered.push(symbols.added(symbol));
  for (const { name, definition, first } of state.symbols.all()) {
    // What loaders provide has a declaration in BTF, and that a symbol, whether it is used or not.
    const declared = state.types.declarationsOf(name).length > 0 && !state.forgotten.has(name);
    // Of two copies of a license under two names one name is enough.
    const isCopy = definition?.section && state.exclusions.replacedBy.has(definition.section);
    if (definition === undefined && declared) symbols.undefined(first);
    else if (!isCopy) symbols.of(definition ?? first);
  }
  for (const own of state.ownSymbols.values())
    for (const symbol of own.values()) symbols.added(symbol);
  for (const symbol of state.scriptSymbols.values()) symbols.script(symbol);
  return [...new Set([...ordered, ...symbols.all()])];
}

function localsOf(file: InputFile, symbols: OutputSymbols): PendingSymbol[] {
  const locals: PendingSymbol[] = [];
  let name: string | undefined;
  for (const symbol of file.symbols) {
    if (symbol.binding !== STB.LOCAL || symbol.type === STT.SECTION) continue;
    if (symbol.type === STT.FILE) name = symbol.name;
    if (symbol.type === STT.FILE || symbol.place === 'undefined') continue;
    const made = symbols.of(symbol);
    if (made === undefined) continue;
    if (name !== undefined) locals.push(pending({ name, type: STT.FILE, place: 'absolute' }));
    name = undefined;
    locals.push(made);
  }
  return locals;
}
