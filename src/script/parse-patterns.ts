import { badPattern, badSort, refusedConstruct } from '../diag/catalogue/script.ts';
import type { FilePattern, Name, SectionPattern, SectionSelector, SortKey } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { patternFault } from './glob.ts';
import { refusedBodyCommands } from './keywords.ts';
import type { Token } from './token.ts';

const sortKeys: ReadonlyMap<string, SortKey> = new Map([
  ['SORT', 'name'],
  ['SORT_BY_NAME', 'name'],
  ['SORT_BY_ALIGNMENT', 'alignment'],
  ['SORT_NONE', 'none'],
]);

/** A bare or quoted pattern, or undefined after a report. */
function parsePattern(cursor: Cursor, what: string): Name | undefined {
  const token = cursor.peek('pattern');
  if (token.kind === 'name' && cursor.peekBehind(token, 'pattern').text === '(') {
    const refused = refusedBodyCommands.get(token.text);
    if (refused !== undefined) {
      cursor.report(refusedConstruct(cursor.span(token), token.text, refused));
      return undefined;
    }
  }
  const pattern = cursor.expectName('pattern', what);
  if (pattern === undefined) return undefined;
  const fault = patternFault(pattern.text);
  if (fault === undefined) return pattern;
  cursor.report(badPattern(pattern.span, fault));
  return undefined;
}

/** Patterns up to the `)`, which is taken; commas between them may be there or not. */
export function parsePatternList(cursor: Cursor, what: string): Name[] | undefined {
  const patterns: Name[] = [];
  while (!cursor.accept('pattern', ')')) {
    const pattern = parsePattern(cursor, `${what} or ')'`);
    if (pattern === undefined) return undefined;
    patterns.push(pattern);
    cursor.accept('pattern', ',');
  }
  return patterns;
}

/** The file pattern of an input statement with what goes before it: EXCLUDE_FILE, SORT. */
export function parseFilePattern(cursor: Cursor): FilePattern | undefined {
  const outer = acceptExclude(cursor);
  if (outer === undefined) return undefined;
  const sortToken = acceptSort(cursor);
  if (sortToken === undefined) {
    const pattern = parsePattern(cursor, 'a file pattern');
    return pattern && { pattern, exclude: outer, sort: undefined };
  }
  const sort = sortKeys.get(sortToken.text)!;
  if (sort === 'alignment') {
    const reason = 'files sort by name only';
    cursor.report(badSort(cursor.span(sortToken), reason));
    return undefined;
  }
  const inner = acceptExclude(cursor);
  if (inner === undefined) return undefined;
  const pattern = parsePattern(cursor, 'a file pattern');
  if (pattern === undefined || !cursor.expect('pattern', ')')) return undefined;
  return { pattern, exclude: [...outer, ...inner], sort };
}

/** What stands between the parentheses behind a file pattern; both are taken. */
export function parseSelectors(cursor: Cursor): SectionSelector[] | undefined {
  if (!cursor.expect('pattern', '(')) return undefined;
  const selectors: SectionSelector[] = [];
  while (!cursor.accept('pattern', ')')) {
    const selector = parseSelector(cursor);
    if (selector === undefined) return undefined;
    selectors.push(selector);
    cursor.accept('pattern', ',');
  }
  return selectors;
}

function parseSelector(cursor: Cursor): SectionSelector | undefined {
  const start = cursor.peek('pattern');
  const exclude = acceptExclude(cursor);
  if (exclude === undefined) return undefined;
  const sort: SortKey[] = [];
  let depth = 0;
  for (let token = acceptSort(cursor); token !== undefined; token = acceptSort(cursor)) {
    const key = sortKeys.get(token.text)!;
    depth++;
    if (depth > 2 || (depth === 2 && (key === 'none' || sort[0] === 'none'))) {
      const reason = 'only SORT_BY_NAME and SORT_BY_ALIGNMENT nest, and only two deep';
      cursor.report(badSort(cursor.span(token), reason));
      return undefined;
    }
    if (!sort.includes(key)) sort.push(key);
  }
  const patterns = depth === 0 ? parseOnePattern(cursor, exclude) : parseSorted(cursor, exclude);
  for (let open = depth; open > 0; open--) {
    if (patterns === undefined || !cursor.expect('pattern', ')')) return undefined;
  }
  return patterns && { patterns, sort, span: cursor.spanFrom(start) };
}

function parseOnePattern(cursor: Cursor, exclude: readonly Name[]): SectionPattern[] | undefined {
  const pattern = parsePattern(cursor, "a section pattern or ')'");
  return pattern && [{ pattern, exclude }];
}

/** The patterns inside a SORT, at least one; its `)` is left. */
function parseSorted(cursor: Cursor, outer: readonly Name[]): SectionPattern[] | undefined {
  const patterns: SectionPattern[] = [];
  do {
    const inner = acceptExclude(cursor);
    if (inner === undefined) return undefined;
    const pattern = parsePattern(cursor, 'a section pattern');
    if (pattern === undefined) return undefined;
    patterns.push({ pattern, exclude: [...outer, ...inner] });
    cursor.accept('pattern', ',');
  } while (!cursor.isMark('pattern', ')'));
  return patterns;
}

/** `EXCLUDE_FILE(file ...)` if it is next, else nothing; undefined after a report. */
function acceptExclude(cursor: Cursor): Name[] | undefined {
  const token = cursor.peek('pattern');
  if (token.kind !== 'name' || token.text !== 'EXCLUDE_FILE') return [];
  cursor.take('pattern');
  if (!cursor.expect('pattern', '(')) return undefined;
  return parsePatternList(cursor, 'a file pattern');
}

/** A SORT word and its `(` if they are next. */
function acceptSort(cursor: Cursor): Token | undefined {
  const token = cursor.peek('pattern');
  if (token.kind !== 'name' || !sortKeys.has(token.text)) return undefined;
  if (cursor.peekBehind(token, 'pattern').text !== '(') return undefined;
  cursor.take('pattern');
  cursor.take('pattern');
  return token;
}
