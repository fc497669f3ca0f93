import type { Diagnostic, Location, Severity } from './diagnostic.ts';

const colours: Record<Severity, string> = {
  error: '\x1b[1;31m',
  warning: '\x1b[1;35m',
  note: '\x1b[1;36m',
};

function renderLocation(place: Location): string[] {
  switch (place.kind) {
    case 'source': {
      const column = place.column === undefined ? '' : `:${place.column}`;
      const where = place.function === undefined ? '' : ` (${place.function})`;
      return [`${place.file}:${place.line}${column}${where}`, ...sourceText(place)];
    }
    case 'object': {
      const offset = place.offset === undefined ? '' : `+0x${place.offset.toString(16)}`;
      const section = place.section === undefined ? '' : `:(${place.section}${offset})`;
      const what = place.what === undefined ? '' : `, ${place.what}`;
      return [`${place.file}${section}${what}`];
    }
    case 'text':
      return [`${place.file}:${place.line}:${place.column}`, ...underline(place)];
  }
}

/** A line of a program, without its indentation. */
function sourceText({ text = '', column }: Extract<Location, { kind: 'source' }>): string[] {
  const trimmed = text.trimStart();
  if (trimmed === '') return [];
  const at = (column ?? 0) - (text.length - trimmed.length);
  if (at < 1 || at > trimmed.length) return [`  ${excerpt({ text: trimmed }).text}`];
  return underline({ text: trimmed, column: at, length: 1 });
}

/** A line, and below it a caret. */
function underline(line: { text: string; column: number; length: number }): string[] {
  const { text, column, length } = excerpt(line);
  // Tabs stay tabs, so that the caret stands under its token whatever the terminal's tab width.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return [`  ${text}`, `  ${indent}${'^'.repeat(Math.max(1, length))}`];
}

/** Columns of a line that are shown; longer ones were made by a program, or are no text. */
const widest = 200;

/** The part of a line that the caret is in; `…` stands for what is left out. */
function excerpt({
  text,
  column = 1,
  length = 1,
}: {
  readonly text: string;
  readonly column?: number;
  readonly length?: number;
}): { readonly text: string; readonly column: number; readonly length: number } {
  if (text.length <= widest) return { text, column, length };
  const start = Math.max(0, Math.min(column - 1 - widest / 4, text.length - widest));
  const end = start + widest;
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  return {
    text: `${before}${text.slice(start, end)}${after}`,
    column: column - start + before.length,
    length: Math.min(length, end - (column - 1)),
  };
}

/**
 * What a user's file says must not steer the terminal: each control character, change of writing direction
 * and half of a surrogate pair becomes one printable character. Tabs stay.
 */
export function printable(line: string): string {
  return line.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** A diagnostic in lld's shape: `error: CODE: message`, then `>>>` lines. No trailing newline. */
export function renderDiagnostic(diagnostic: Diagnostic, colour = false): string {
  const head = colour
    ? `${colours[diagnostic.severity]}${diagnostic.severity}:\x1b[0m`
    : `${diagnostic.severity}:`;
  const { at, says, notes } = diagnostic;
  const quote = says === undefined ? [] : [`${says.who} says: "${says.text}"`];
  const lines = [...at.flatMap(renderLocation), ...quote, ...notes];
  return [
    `${head} ${diagnostic.code}: ${printable(diagnostic.message)}`,
    ...lines.map((line) => `>>> ${printable(line)}`),
  ].join('\n');
}
