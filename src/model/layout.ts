/** Where everything stands in the output, once it no longer moves. */
import type { ImageRelocation } from '../elf/write.ts';
import type { InputSection } from './input.ts';
import type { OutputSection } from './plan.ts';

/** In bytes, also of sections without bytes: no loader takes so much, and passes may look at the zeroes. */
export const LARGEST_SECTION: number = 2 ** 30;

/** Bytes that the script puts into a section (BYTE, SHORT, LONG, QUAD) or between its inputs. */
export interface Filling {
  readonly offset: number;
  readonly size: number;
  /** Repeated up to `size`. */
  readonly pattern: Uint8Array;
}

/** An output section with its header fields and the offset of each input section in it. Bytes. */
export interface PlacedSection {
  readonly output: OutputSection;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly entsize: number;
  readonly size: number;
  readonly offsets: ReadonlyMap<InputSection, number>;
  readonly fillings: readonly Filling[];
}

/** An output section with its final bytes. */
export interface RelocatedSection {
  readonly placed: PlacedSection;
  /** Undefined for NOBITS. */
  readonly bytes: Uint8Array | undefined;
  readonly relocations: readonly ImageRelocation[];
}

export class Layout {
  readonly sections: readonly PlacedSection[];
  readonly #byOutput: ReadonlyMap<OutputSection, PlacedSection>;
  readonly #bySection = new Map<InputSection, PlacedSection>();

  constructor(sections: readonly PlacedSection[]) {
    this.sections = sections;
    this.#byOutput = new Map(sections.map((section) => [section.output, section]));
    for (const placed of sections) {
      for (const section of placed.offsets.keys()) this.#bySection.set(section, placed);
    }
  }

  of(output: OutputSection): PlacedSection | undefined {
    return this.#byOutput.get(output);
  }

  named(name: string): PlacedSection | undefined {
    return this.sections.find((section) => section.name === name);
  }

  /** The output section and the offset in it of a byte of an input section. */
  find(
    section: InputSection,
    offset: number,
  ): { placed: PlacedSection; offset: number } | undefined {
    const placed = this.#bySection.get(section);
    if (placed === undefined) return undefined;
    return { placed, offset: placed.offsets.get(section)! + offset };
  }
}
