import type { Location } from '../diag/diagnostic.ts';

/** A linker script as text; `name` is what diagnostics call it. */
export interface ScriptSource {
  readonly name: string;
  readonly text: string;
}

/**
 * A place in a script: file, line and column (1-based, in UTF-16 units), the whole line and how much of
 * it is meant. It is a diagnostic's location as it stands.
 */
export type Span = Extract<Location, { readonly kind: 'text' }>;

/** Offsets of a text to spans. */
export class LineTable {
  readonly #source: ScriptSource;
  readonly #starts: number[] = [0];

  constructor(source: ScriptSource) {
    this.#source = source;
    const { text } = source;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /** 1-based line of an offset. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** The span from `start` to `end`, cut at the end of its first line. */
  span(start: number, end: number): Span {
    const line = this.lineAt(start);
    const lineStart = this.#starts[line - 1]!;
    const next = this.#starts[line];
    let lineEnd = next === undefined ? this.#source.text.length : next - 1;
    if (lineEnd > lineStart && this.#source.text[lineEnd - 1] === '\r') lineEnd--;
    return {
      kind: 'text',
      file: this.#source.name,
      line,
      column: start - lineStart + 1,
      text: this.#source.text.slice(lineStart, lineEnd),
      length: Math.max(1, Math.min(end, lineEnd) - start),
    };
  }
}

/** From the beginning of `first` to the end of `last`, or to the end of the line where they are on two. */
export function joinSpans(first: Span, last: Span): Span {
  if (first.file !== last.file) return first;
  const end = first.line === last.line ? last.column + last.length : first.text.length + 1;
  return { ...first, length: Math.max(first.length, end - first.column) };
}
