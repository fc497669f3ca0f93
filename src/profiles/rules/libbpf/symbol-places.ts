/** Which variable or function covers a byte of the object. Worked out once for each object. */
import { STT } from '../../../elf/constants.ts';
import type { ElfSymbol } from '../../../elf/types.ts';
import type { View } from './view.ts';

const places = new WeakMap<View, SymbolPlaces>();

export function symbolPlacesOf(view: View): SymbolPlaces {
  let found = places.get(view);
  if (found === undefined) {
    found = new SymbolPlaces(view.object.symbols);
    places.set(view, found);
  }
  return found;
}

export class SymbolPlaces {
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
