/**
 * What the inputs give to each section of the reference's output, in the order in which it lies there.
 *
 * A part is an input's section; one that holds code is cut at its functions, of which single ones may be left
 * out.
 *
 *     .text = a.o's f, a.o's g, b.o's f (weak, and a.o's is taken: a loser), b.o's h
 */
import {
  binding,
  type ObjectFile,
  type ObjectSection,
  sectionType,
  symbolType,
} from './object-file.ts';

export interface Part {
  readonly section: string;
  /** In the reference's output. */
  readonly start: number;
  readonly end: number;
  /** What the input asks for, or 8 for a function that is not its section's first. */
  readonly align: number;
  /** The names of the functions that begin here and that other objects may define too. */
  readonly functions: readonly string[];
}

const executable = 4;

/** The parts of each section of the reference's output, by its name. */
export function partsOf(inputs: readonly ObjectFile[]): Map<string, Part[]> {
  const parts = new Map<string, Part[]>();
  const alignments = new Map<string, number>();
  for (const input of inputs) {
    input.sections.forEach((section, index) => {
      const { name, type, align } = section;
      if (type !== sectionType.progbits && type !== sectionType.nobits) return;
      const known = parts.get(name) ?? [];
      parts.set(name, known);
      // It rounds up to the strictest alignment so far, which may be more than this part asks for.
      const strictest = Math.max(alignments.get(name) ?? 1, align);
      alignments.set(name, strictest);
      const start = Math.ceil((known.at(-1)?.end ?? 0) / strictest) * strictest;
      known.push(...piecesOf(input, section, index, start));
    });
  }
  return parts;
}

function piecesOf(
  { symbols }: ObjectFile,
  { name, flags, size, align }: ObjectSection,
  index: number,
  at: number,
): Part[] {
  const functions = symbols.filter(
    ({ section, type }) => section === index && type === symbolType.function && flags & executable,
  );
  const starts = [...new Set([0, ...functions.map(({ value }) => value)])].sort((a, b) => a - b);
  return starts.map((start, i) => ({
    section: name,
    start: at + start,
    end: at + (starts[i + 1] ?? size),
    align: start === 0 ? align : 8,
    functions: functions
      .filter(({ value, binding: bound }) => value === start && bound !== binding.local)
      .map((symbol) => symbol.name),
  }));
}
