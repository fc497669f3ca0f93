/** The functions of a section of the output. */
import { STT } from '../elf/constants.ts';
import type { InputSection, InputSymbol } from './input.ts';
import type { PlacedSection } from './layout.ts';
import { symbolsOf } from './section-symbols.ts';
import type { LinkState } from './state.ts';

/** Subprograms stand here; libbpf and the kernel ask for types of each (LIBBPF-004, LIBBPF-014). */
export const SUBPROGRAMS = '.text';

export interface OutputFunction {
  /** Bytes, in the output section. */
  readonly offset: number;
  /** Of the input that defines it. */
  readonly symbol: InputSymbol;
}

export function* functionsIn(placed: PlacedSection, state: LinkState): Generator<OutputFunction> {
  const sorted = new Map<InputSection, readonly InputSymbol[]>();
  for (const [section, base] of placed.offsets) {
    for (const part of state.partsOf(section)) {
      if (part.without?.includes('func') === true) continue;
      const functions = sorted.get(part.origin) ?? functionsOf(part.origin);
      sorted.set(part.origin, functions);
      for (let i = firstFrom(part.start, functions); i < functions.length; i++) {
        const symbol = functions[i]!;
        if (symbol.value >= part.end) break;
        const slot = (symbol.value - part.start) / 8;
        const moved = slot === 0 ? 0 : part.slots.toNew(slot) * 8;
        yield { offset: base + part.offset + moved, symbol };
      }
    }
  }
}

function functionsOf(section: InputSection): InputSymbol[] {
  const functions = symbolsOf(section).filter(({ type }) => type === STT.FUNC);
  return functions.sort((a, b) => a.value - b.value);
}

/** The index of the first function at `offset` or behind it. */
function firstFrom(offset: number, functions: readonly InputSymbol[]): number {
  let low = 0;
  for (let high = functions.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (functions[middle]!.value < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
