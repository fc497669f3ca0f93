import {
  includeCycle,
  includeLimit,
  includeNotFound,
  repeatedSetting,
} from '../diag/catalogue/script.ts';
import { Cursor, type ScriptReport } from './cursor.ts';
import type { ScriptSource, Span } from './span.ts';

export interface ParseOptions {
  /** What PROFILE may name. */
  readonly profiles: readonly string[];
  /** What LOWER may name: for each lowering its methods, or `patterns` where it takes patterns. */
  readonly lowerings: Readonly<Record<string, readonly string[] | 'patterns'>>;
  /** Finds the file that INCLUDE names; without it nothing can be included. */
  readonly include?: (name: string) => ScriptSource | undefined;
}

/** What the parts of the parser share while they read one script and what it includes. */
export interface ParseContext {
  readonly options: ParseOptions;
  readonly report: ScriptReport;
  /** The script and each included file, once. */
  readonly sources: ScriptSource[];
  /** Names of the files that are open now, outermost first. */
  readonly open: string[];
  /** INCLUDE commands followed so far. */
  includes: number;
  /** What a script says once, by name (`PROFILE`, `LOWER(calls)`): where, and how deep it is included. */
  readonly settings: Map<string, { readonly span: Span; readonly depth: number }>;
}

/**
 * A setting at `span`. That of a script goes before that of a file which it includes, wherever it stands; a second
 * one at the same depth is an error.
 */
export function noteSetting(
  { settings, open }: ParseContext,
  cursor: Cursor,
  name: string,
  span: Span,
): void {
  const known = settings.get(name);
  const depth = open.length;
  if (known?.depth === depth) cursor.report(repeatedSetting(span, name, known.span));
  else if (known === undefined || depth < known.depth) settings.set(name, { span, depth });
}

/** Whether the setting at `span` is in force. */
export function isInForce({ settings }: ParseContext, name: string, span: Span): boolean {
  return settings.get(name)?.span === span;
}

const maxIncludeDepth = 16;
/** In all: files that include each other twice would be read 2^16 times within the depth. */
const maxIncludes = 256;

/** Reads `INCLUDE file`; whatever stands there is read by `read`, as if it stood in place of the command. */
export function parseInclude(
  context: ParseContext,
  cursor: Cursor,
  read: (included: Cursor) => void,
): StatementOutcome {
  cursor.take('name');
  const file = cursor.expectName('pattern', 'the name of a linker script');
  if (file === undefined) return 'failed';
  cursor.accept('name', ';');
  const source = context.options.include?.(file.text);
  if (source === undefined) {
    cursor.report(includeNotFound(file.span, file.text));
  } else if (context.open.includes(source.name)) {
    cursor.report(includeCycle(file.span, source.name, context.open));
  } else if (context.open.length >= maxIncludeDepth) {
    const limit = `more than ${maxIncludeDepth} scripts deep`;
    cursor.report(includeLimit(file.span, source.name, limit));
  } else if (context.includes >= maxIncludes) {
    const limit = `more than ${maxIncludes} INCLUDE commands`;
    cursor.report(includeLimit(file.span, source.name, limit));
  } else {
    context.includes++;
    if (!context.sources.some((known) => known.name === source.name)) context.sources.push(source);
    context.open.push(source.name);
    read(new Cursor(source, context.report));
    context.open.pop();
  }
  return 'read';
}

/** `failed` after an error that is reported, `closed` where the `}` of the statements is missing. */
export type StatementOutcome = 'read' | 'failed' | 'closed';

/**
 * Reads statements until the `}` that closes them (which is left) or, in a whole file, until its end.
 * `statement` reads one.
 */
export function parseStatements(
  cursor: Cursor,
  mode: 'name' | 'pattern',
  extent: 'file' | 'braces',
  statement: () => StatementOutcome,
): void {
  while (cursor.peek(mode).kind !== 'end') {
    if (extent === 'braces' && cursor.isMark(mode, '}')) return;
    if (cursor.accept(mode, ';')) continue;
    const depth = cursor.depth;
    const before = cursor.offset;
    const outcome = statement();
    if (outcome === 'closed') return;
    if (outcome === 'failed') cursor.recover(mode, depth);
    if (cursor.offset === before) cursor.take(mode);
  }
}
