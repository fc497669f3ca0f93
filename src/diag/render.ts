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
      return [`${place.file}:${place.line}${column}${where}`];
    }
    case 'object': {
      const offset = place.offset === undefined ? '' : `+0x${place.offset.toString(16)}`;
      const section = place.section === undefined ? '' : `:(${place.section}${offset})`;
      const what = place.what === undefined ? '' : `, ${place.what}`;
      return [`${place.file}${section}${what}`];
    }
    case 'text': {
      // Tabs stay tabs, so that the caret stands under its token whatever the terminal's tab width.
      const indent = place.text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
      return [
        `${place.file}:${place.line}:${place.column}`,
        `  ${place.text}`,
        `  ${indent}${'^'.repeat(Math.max(1, place.length))}`,
      ];
    }
  }
}

/** A diagnostic in lld's shape: `error: CODE: message`, then `>>>` lines. No trailing newline. */
export function renderDiagnostic(diagnostic: Diagnostic, colour = false): string {
  const head = colour
    ? `${colours[diagnostic.severity]}${diagnostic.severity}:\x1b[0m`
    : `${diagnostic.severity}:`;
  const lines = [...diagnostic.at.flatMap(renderLocation), ...diagnostic.notes];
  return [
    `${head} ${diagnostic.code}: ${diagnostic.message}`,
    ...lines.map((line) => `>>> ${line}`),
  ].join('\n');
}
