/** The functions of a section of the output. */
import { STT } from '../elf/constants.ts';
import type { InputSymbol } from './input.ts';
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
  for (const [section, base] of placed.offsets) {
    for (const part of state.partsOf(section)) {
      for (const symbol of symbolsOf(part.origin)) {
        const { type, value } = symbol;
        if (type !== STT.FUNC || value < part.start || value >= part.end) continue;
        const slot = (value - part.start) / 8;
        const moved = slot === 0 ? 0 : part.slots.toNew(slot) * 8;
        yield { offset: base + part.offset + moved, symbol };
      }
    }
  }
}
