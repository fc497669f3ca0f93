/**
 * What one character of a glob becomes for micromatch: a literal with its escape, or a set read as
 * fnmatch(3) reads it and written again without anything that micromatch could take otherwise.
 * `[]!x-z]` is `]`, `!` and x to z; `[z-a]` is nothing; `[+-9]` has `/` in it, which is added in its
 * disguise.
 */

/** Stands for `/`. A Unicode noncharacter, which no section or file is named with. */
const slash = '\uffff';

/** Names and patterns without what micromatch takes for a path. */
export function withoutSlashes(text: string): string {
  return text.includes('/') ? text.replaceAll('/', slash) : text;
}

/** Exactly this character. */
export function literalElement(char: string): string {
  if (char === '/') return slash;
  // Never two backslashes in a row: micromatch's parser runs past its end on a run of them, and hangs.
  if (char === '\\') return '\\u005c';
  return /[A-Za-z0-9_\u0080-\uffff]/.test(char) ? char : `\\${char}`;
}

type Range = readonly [low: string, high: string];

/** The classes of the C locale. */
const classes: ReadonlyMap<string, string> = new Map([
  ['alnum', '09AZaz'],
  ['alpha', 'AZaz'],
  ['blank', '\t\t  '],
  ['cntrl', '\u0001\u001f\u007f\u007f'],
  ['digit', '09'],
  ['graph', '!~'],
  ['lower', 'az'],
  ['print', ' ~'],
  ['punct', '!/:@[`{~'],
  ['space', '\t\r  '],
  ['upper', 'AZ'],
  ['xdigit', '09AFaf'],
]);

/** The set whose `[` is at `start`, or undefined where no `]` closes it and the `[` is a plain character. */
export function readSet(
  pattern: string,
  start: number,
): { readonly element: string; readonly end: number } | undefined {
  const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const ranges: Range[] = [];
  let at = first;
  while (at < pattern.length) {
    if (pattern[at] === ']' && at > first) {
      return { element: writeSet(ranges, negated), end: at + 1 };
    }
    const name = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12))?.[1];
    const members = name === undefined ? undefined : classes.get(name);
    if (name !== undefined && members !== undefined) {
      for (const pair of members.match(/[\s\S]{2}/g)!) ranges.push([pair[0]!, pair[1]!]);
      at += name.length + 4;
      continue;
    }
    const low = readMember(pattern, at);
    const isRange = pattern[low.end] === '-' && !']'.includes(pattern[low.end + 1] ?? ']');
    const high = isRange ? readMember(pattern, low.end + 1) : low;
    if (low.char <= high.char) ranges.push([low.char, high.char]);
    at = high.end;
  }
  return undefined;
}

function readMember(pattern: string, at: number): { readonly char: string; readonly end: number } {
  const escaped = pattern[at] === '\\' && at + 1 < pattern.length;
  return escaped ? { char: pattern[at + 1]!, end: at + 2 } : { char: pattern[at]!, end: at + 1 };
}

function writeSet(ranges: readonly Range[], negated: boolean): string {
  if (ranges.length === 0) return negated ? '?' : '[^\\u0000-\\uffff]';
  const members = ranges.map(([low, high]) =>
    low === high ? literalElement(low) : `${endpoint(low)}-${endpoint(high)}`,
  );
  if (ranges.some(([low, high]) => low <= '/' && high >= '/')) members.push(slash);
  return `[${negated ? '^' : ''}${members.join('')}]`;
}

/** An end of a range, where `/` is itself. */
function endpoint(char: string): string {
  return char === '/' ? '\\/' : literalElement(char);
}
