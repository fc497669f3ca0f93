import { nearest } from '../base/nearest.ts';
import { refusedConstruct, unexpectedToken, unknownScriptName } from '../diag/catalogue/script.ts';
import type { DataStatement, FillStatement, InputStatement, OutputStatement } from './ast.ts';
import { type ParseContext, parseInclude, parseStatements } from './context.ts';
import type { Cursor } from './cursor.ts';
import { bodyCommands, refusedBodyCommands } from './keywords.ts';
import { parseExpression } from './parse-expression.ts';
import { parseFilePattern, parseSelectors } from './parse-patterns.ts';
import {
  isAssignmentMark,
  parseAssert,
  parseAssignment,
  parseFill,
  parseProvide,
} from './parse-statement.ts';
import { describeToken, type Token } from './token.ts';

const dataSizes: ReadonlyMap<string, 1 | 2 | 4 | 8> = new Map([
  ['BYTE', 1],
  ['SHORT', 2],
  ['LONG', 4],
  ['QUAD', 8],
]);

/**
 * The statements of an output section, without its `}`. False where that is missing, as in
 * `.a : { *(.a)  .b : { *(.b) }`: it is reported, and the section ends before `.b`.
 */
export function parseBody(
  context: ParseContext,
  cursor: Cursor,
  extent: 'file' | 'braces',
  into: OutputStatement[],
): boolean {
  let closed = true;
  parseStatements(cursor, 'pattern', extent, () => {
    const token = cursor.peek('pattern');
    if (token.kind === 'name' && token.text === 'INCLUDE') {
      return parseInclude(context, cursor, (inner) => parseBody(context, inner, 'file', into));
    }
    if (reportNextSection(cursor, token)) {
      if (extent === 'file') return 'failed';
      cursor.assumeClosingBrace();
      closed = false;
      return 'closed';
    }
    const statement = parseBodyStatement(cursor, token);
    if (statement === undefined) return 'failed';
    into.push(statement);
    return 'read';
  });
  return closed;
}

/** Reports a name with `:` or `{` behind it, which begins another output section. */
function reportNextSection(cursor: Cursor, token: Token): boolean {
  if (token.kind !== 'name' && token.kind !== 'string') return false;
  const next = cursor.peekBehind(token, 'name');
  const isHead = next.kind === 'mark' && (next.text === ':' || next.text === '{');
  const withColon = next.text === '{' && token.text.endsWith(':');
  if (!isHead) return false;
  const name = withColon ? token.text.slice(0, -1) : token.text;
  const hint = `'${name}' looks like the next output section`;
  const at = cursor.span(token);
  cursor.report(unexpectedToken(at, "a statement or '}'", describeToken(token), hint));
  return true;
}

function parseBodyStatement(cursor: Cursor, token: Token): OutputStatement | undefined {
  if (token.kind === 'name') {
    const size = dataSizes.get(token.text);
    if (size !== undefined) return parseData(cursor, size);
    switch (token.text) {
      case 'ASSERT':
        return parseAssert(cursor);
      case 'PROVIDE':
      case 'PROVIDE_HIDDEN':
        return parseProvide(cursor);
      case 'FILL':
        return parseFillStatement(cursor);
      case 'KEEP':
        return parseKeep(cursor);
      case 'SORT':
      case 'SORT_BY_NAME':
      case 'SORT_BY_ALIGNMENT':
      case 'SORT_NONE':
      case 'EXCLUDE_FILE':
        return parseInput(cursor, token, false);
    }
    const refused = refusedBodyCommands.get(token.text);
    if (refused !== undefined) {
      cursor.take('pattern');
      cursor.report(refusedConstruct(cursor.span(token), token.text, refused));
      return undefined;
    }
  }
  if (token.kind !== 'name' && token.kind !== 'string') {
    cursor.unexpected('pattern', "a statement or '}'");
    return undefined;
  }
  return parseAssignmentOrInput(cursor, token);
}

function parseAssignmentOrInput(cursor: Cursor, token: Token): OutputStatement | undefined {
  const next = cursor.peekBehind(token, 'name');
  if (isMisspeltCommand(cursor, token, next)) {
    cursor.take('pattern');
    cursor.report(unknownScriptName(cursor.span(token), 'command', token.text, bodyCommands));
    return undefined;
  }
  if (next.kind === 'mark' && isAssignmentMark(next.text)) {
    cursor.take('pattern');
    return parseAssignment(cursor, token, 'in-section');
  }
  return parseInput(cursor, token, false);
}

/** `KEPE(*(.x))`, `BTYE(1)`: a word in capitals that no file is named with. */
function isMisspeltCommand(cursor: Cursor, token: Token, next: Token): boolean {
  if (token.kind !== 'name' || next.text !== '(' || !/^[A-Z_]{3,}$/.test(token.text)) return false;
  if (nearest(token.text, bodyCommands) !== undefined) return true;
  const inside = cursor.peekBehind(next, 'pattern');
  return !bodyCommands.includes(inside.text) && cursor.peekBehind(inside, 'pattern').text === '(';
}

function parseInput(cursor: Cursor, start: Token, keep: boolean): InputStatement | undefined {
  const file = parseFilePattern(cursor);
  if (file === undefined) return undefined;
  if (!cursor.isMark('pattern', '(')) {
    const pattern = { text: '*', span: file.pattern.span };
    const all = { patterns: [{ pattern, exclude: [] }], sort: [], span: pattern.span };
    return { kind: 'input-sections', keep, file, selectors: [all], span: cursor.spanFrom(start) };
  }
  const selectors = parseSelectors(cursor);
  return (
    selectors && { kind: 'input-sections', keep, file, selectors, span: cursor.spanFrom(start) }
  );
}

function parseKeep(cursor: Cursor): InputStatement | undefined {
  const keyword = cursor.take('pattern');
  if (!cursor.expect('pattern', '(')) return undefined;
  const input = parseInput(cursor, cursor.peek('pattern'), true);
  if (input === undefined || !cursor.expect('pattern', ')')) return undefined;
  return { ...input, span: cursor.spanFrom(keyword) };
}

function parseData(cursor: Cursor, size: 1 | 2 | 4 | 8): DataStatement | undefined {
  const keyword = cursor.take('pattern');
  if (!cursor.expect('pattern', '(')) return undefined;
  const value = parseExpression(cursor);
  if (value === undefined || !cursor.expect('expression', ')')) return undefined;
  return { kind: 'data', size, value, span: cursor.spanFrom(keyword) };
}

function parseFillStatement(cursor: Cursor): FillStatement | undefined {
  const keyword = cursor.take('pattern');
  if (!cursor.expect('pattern', '(')) return undefined;
  const fill = parseFill(cursor);
  if (fill === undefined || !cursor.expect('expression', ')')) return undefined;
  return { kind: 'fill', fill, span: cursor.spanFrom(keyword) };
}
