/**
 * Names for loaders that know functions by nothing else, static ones of two files too (CILIUM-003):
 *
 *     own, own, own.1     become  own, own.2, own.1
 */
import { STB, STT } from '../elf/constants.ts';
import type { PendingSymbol } from './output-symbols.ts';

/** Gives static functions whose name another function has one of their own. */
export function nameApart(symbols: readonly PendingSymbol[]): void {
  const functions = symbols.filter(({ type, place }) => type === STT.FUNC && place === 'section');
  const known = new Set(functions.map(({ name }) => name));
  const taken = new Set(
    functions.filter(({ binding }) => binding !== STB.LOCAL).map(({ name }) => name),
  );
  const last = new Map<string, number>();
  for (const symbol of functions) {
    const { name, binding } = symbol;
    if (binding !== STB.LOCAL) continue;
    if (!taken.has(name)) {
      taken.add(name);
      continue;
    }
    let number = last.get(name) ?? 0;
    do number++;
    while (known.has(`${name}.${number}`));
    last.set(name, number);
    symbol.name = `${name}.${number}`;
    known.add(symbol.name);
  }
}
