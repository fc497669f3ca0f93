import { didYouMean } from '../../base/nearest.ts';
import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** What linker scripts can be told: SCRIPT-001 to 019 while reading, SCRIPT-020 on while evaluating. */

type Place = Location;

export function unexpectedToken(
  at: Place,
  expected: string,
  found: string,
  hint?: string,
): Diagnostic {
  return error('SCRIPT-001', `expected ${expected}, found ${found}`, { at: [at], notes: [hint] });
}

/** `what` is the kind of thing that the name should have been: `command`, `function`, `keyword`. */
export function unknownScriptName(
  at: Place,
  what: string,
  name: string,
  known: Iterable<string>,
  hint?: string,
): Diagnostic {
  return error('SCRIPT-002', `unknown ${what} '${name}'${didYouMean(name, known)}`, {
    at: [at],
    notes: [hint],
  });
}

export function refusedConstruct(at: Place, name: string, reason: string): Diagnostic {
  return error('SCRIPT-003', `${name} is not supported: ${reason}`, { at: [at] });
}

export function misplacedConstruct(at: Place, name: string, belongs: string): Diagnostic {
  return error('SCRIPT-004', `${name} does not belong here`, {
    at: [at],
    notes: [`it belongs ${belongs}`],
  });
}

export function unterminated(at: Place, what: 'comment' | 'string'): Diagnostic {
  const end = what === 'comment' ? "'*/'" : 'a quote on the same line';
  return error('SCRIPT-005', `${what} without an end`, {
    at: [at],
    notes: [`close it with ${end}`],
  });
}

export function strayCharacter(at: Place, shown: string): Diagnostic {
  return error('SCRIPT-006', `unexpected character ${shown}`, {
    at: [at],
    notes: ['names that contain it must be quoted'],
  });
}

/** A comment's end that a pattern swallowed, as in `*(.text/* all *\/)`. */
export function strayCommentEnd(at: Place): Diagnostic {
  return error('SCRIPT-007', "'*/' closes no comment here", {
    at: [at],
    notes: ["'/*' opens a comment only where a word begins; put a space before it"],
  });
}

export function badNumber(at: Place, text: string, reason: string): Diagnostic {
  return error('SCRIPT-008', `bad number '${text}': ${reason}`, { at: [at] });
}

export function expressionTooLarge(at: Place, limit: string): Diagnostic {
  return error('SCRIPT-009', `expression too large: more than ${limit}`, {
    at: [at],
    notes: ['split it with a helper symbol'],
  });
}

export function includeNotFound(at: Place, name: string): Diagnostic {
  return error('SCRIPT-010', `cannot find linker script '${name}' to include`, { at: [at] });
}

/** `chain` is the names of the files that are open, outermost first. */
export function includeCycle(at: Place, name: string, chain: readonly string[]): Diagnostic {
  return error('SCRIPT-011', `linker script '${name}' includes itself`, {
    at: [at],
    notes: [[...chain, name].join(' -> ')],
  });
}

export function includeLimit(at: Place, name: string, limit: string): Diagnostic {
  return error('SCRIPT-012', `'${name}' is not included: ${limit}`, { at: [at] });
}

export function repeatedSetting(at: Place, what: string, before: Place): Diagnostic {
  return error('SCRIPT-013', `${what} is given twice`, { at: [at, before] });
}

export function badPattern(at: Place, reason: string): Diagnostic {
  return error('SCRIPT-014', `bad pattern: ${reason}`, { at: [at] });
}

export function badSort(at: Place, reason: string): Diagnostic {
  return error('SCRIPT-015', `bad sorting: ${reason}`, { at: [at] });
}

export function wildcardInName(at: Place, name: string): Diagnostic {
  return error('SCRIPT-016', `output section '${name}' has a wildcard in its name`, {
    at: [at],
    notes: [
      'an output section has one plain name; quote it if the character is meant',
      'patterns belong inside the braces, as in *(.text.*)',
    ],
  });
}

export function badSymbolName(at: Place, name: string): Diagnostic {
  return error('SCRIPT-017', `'${name}' is not a symbol name`, {
    at: [at],
    notes: ['quote a name that has other characters than letters, digits, _ . and $'],
  });
}

export function tooManyScriptErrors(at: Place): Diagnostic {
  return error('SCRIPT-018', 'too many errors in the linker script, the rest is not read', {
    at: [at],
  });
}

export function emptySetting(at: Place, what: string): Diagnostic {
  return warning('SCRIPT-019', `${what} names nothing and has no effect`, { at: [at] });
}

export function divisionByZero(at: Place, operator: string): Diagnostic {
  return error('SCRIPT-020', `right side of '${operator}' is zero`, { at: [at] });
}

export function undefinedScriptSymbol(
  at: Place,
  name: string,
  known: Iterable<string>,
): Diagnostic {
  return error('SCRIPT-021', `undefined symbol '${name}' in expression${didYouMean(name, known)}`, {
    at: [at],
    notes: ['DEFINED(symbol) tells whether a symbol exists'],
  });
}

export function unknownScriptSection(
  at: Place,
  what: string,
  name: string,
  known: Iterable<string>,
): Diagnostic {
  return error(
    'SCRIPT-022',
    `${what} of unknown output section '${name}'${didYouMean(name, known)}`,
    {
      at: [at],
    },
  );
}

export function dotHasNoValue(at: Place): Diagnostic {
  return error('SCRIPT-023', "'.' has no value outside an output section", {
    at: [at],
    notes: ['BPF objects have no addresses; . is the offset inside an output section'],
  });
}

export function assertionFailed(at: Place, message: string): Diagnostic {
  return error('SCRIPT-024', message === '' ? 'assertion failed' : message, { at: [at] });
}
