/** The symbols of a section, looked up once a file: objects from rustc have thousands of both. */
import type { InputFile, InputSection, InputSymbol } from './input.ts';

const tables = new WeakMap<InputFile, Map<InputSection, InputSymbol[]>>();

/** The symbols that the section's file defines in it, in the order of its symbol table. */
export function symbolsOf(section: InputSection): readonly InputSymbol[] {
  let table = tables.get(section.file);
  if (table === undefined) {
    table = new Map();
    for (const symbol of section.file.symbols) {
      if (symbol.section === undefined) continue;
      const known = table.get(symbol.section);
      if (known === undefined) table.set(symbol.section, [symbol]);
      else known.push(symbol);
    }
    tables.set(section.file, table);
  }
  return table.get(section) ?? [];
}
