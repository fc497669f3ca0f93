/**
 * Forgets undefined names that nothing refers to any more: a weak function that lost took the only call of a
 * kernel function with it, and libbpf would refuse the program for a symbol that it has no use for.
 *
 * A name that no input refers to stays: somebody declared it to be there.
 */
import { STB } from '../elf/constants.ts';
import type { OutputSymbols } from '../model/output-symbols.ts';
import type { LinkState } from '../model/state.ts';

export function forgetExterns(state: LinkState, symbols: OutputSymbols): void {
  // Where all code stays, so do its references.
  if (state.codeParts.size === 0 && state.redirects.size === 0) return;
  const unused = new Set<string>();
  for (const { name, definition } of state.symbols.all()) {
    if (definition === undefined && !symbols.isUndefined(name)) unused.add(name);
  }
  if (unused.size === 0) return;
  for (const section of state.sections()) {
    for (const { symbol } of section.relocations) {
      const isGlobal = symbol.binding !== STB.LOCAL;
      if (isGlobal && unused.has(symbol.name)) state.forgotten.add(symbol.name);
    }
  }
}
