import type { Location } from '../diag/diagnostic.ts';
import { LineTable, type ScriptSource } from '../script/span.ts';

/** A text that holds settings, with its lines so that a place is found without a scan. */
export interface TextSource extends ScriptSource {
  readonly lines: LineTable;
}

/** Offsets in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export function textSource(name: string, text: string): TextSource {
  return { name, text, lines: new LineTable({ name, text }) };
}

/** The diagnostic's location of a span; one that runs over a line's end is cut there. */
export function locate(source: TextSource, span: Span): Location {
  return source.lines.span(span.start, span.end);
}
