/**
 * Diagnostics are plain data, made by the factories in `catalogue/` and nowhere else: a factory's
 * parameters are what its message must name, so a message cannot forget the symbol.
 */

export type Severity = 'error' | 'warning' | 'note';

/** Where in the user's terms. Rendered as one `>>>` line each, in lld's shape. */
export type Location =
  /** A line of the program's source, known from line info. */
  | {
      readonly kind: 'source';
      readonly file: string;
      readonly line: number;
      readonly column?: number;
      /** The function that the line is in. */
      readonly function?: string;
      /** The whole line, where the object carries it; shown with a caret. */
      readonly text?: string;
    }
  /** A place in an input object: `a.o:(classifier+0x30)`, or the file alone. */
  | {
      readonly kind: 'object';
      readonly file: string;
      readonly section?: string;
      readonly offset?: number;
      /** What stands there, e.g. `symbol 'foo'` or `constant "\x01"`. */
      readonly what?: string;
    }
  /** A place in a text that the user wrote (linker script, values file), shown with a caret. */
  | {
      readonly kind: 'text';
      readonly file: string;
      /** 1-based. */
      readonly line: number;
      /** 1-based, in UTF-16 units. */
      readonly column: number;
      /** The whole line. */
      readonly text: string;
      /** How many columns the caret underlines; at least 1. */
      readonly length: number;
    };

/** Words of a loader: `libbpf says: "..."`. */
export interface Quote {
  readonly who: string;
  readonly text: string;
}

export interface Diagnostic {
  /** `ELF-003`, or a loader rule's id such as `TC-013`. */
  readonly code: string;
  readonly severity: Severity;
  /** One line, no full stop, names the symbol or section. */
  readonly message: string;
  readonly at: readonly Location[];
  /** What the loader itself says, which is what users search for. */
  readonly says?: Quote;
  /** Further lines: why, and what to do about it. The remedy comes last. */
  readonly notes: readonly string[];
}

/** Collects what the passes report. Passes go on after an error; the pipeline stops at boundaries. */
export class DiagnosticSink {
  readonly #list: Diagnostic[] = [];
  #errors = 0;

  report(diagnostic: Diagnostic): void {
    this.#list.push(diagnostic);
    if (diagnostic.severity === 'error') this.#errors++;
  }

  get all(): readonly Diagnostic[] {
    return this.#list;
  }

  get errorCount(): number {
    return this.#errors;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }
}

interface Parts {
  readonly at?: readonly (Location | undefined)[];
  /** A quote among them becomes the diagnostic's `says`. */
  readonly notes?: readonly (string | Quote | undefined)[];
}

function make(severity: Severity, code: string, message: string, parts: Parts): Diagnostic {
  const { at = [], notes = [] } = parts;
  const says = notes.find((note) => typeof note === 'object');
  return {
    code,
    severity,
    message,
    at: at.filter((place) => place !== undefined),
    ...(says === undefined ? {} : { says }),
    notes: notes.filter((note) => typeof note === 'string'),
  };
}

/** What the loader `who` says, to stand among a diagnostic's notes. */
export function quote(who: string): (text: string) => Quote {
  return (text) => ({ who, text });
}

/** For the catalogue's factories; undefined places and notes are left out. */
export function error(code: string, message: string, parts: Parts = {}): Diagnostic {
  return make('error', code, message, parts);
}

export function warning(code: string, message: string, parts: Parts = {}): Diagnostic {
  return make('warning', code, message, parts);
}
