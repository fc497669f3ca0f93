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

const missingBrace = "is the '}' of the output section missing?";

/** The statements of an output section; the `}` is left. */
export function parseBody(
  context: ParseContext,
  cursor: Cursor,
  extent: 'file' | 'braces',
  into: OutputStatement[],
): void {
  parseStatements(cursor, 'pattern', extent, () => {
    const token = cursor.peek('pattern');
    if (token.kind === 'name' && token.text === 'INCLUDE') {
      return parseInclude(context, cursor, (inner) => parseBody(context, inner, 'file', into));
    }
    const statement = parseBodyStatement(cursor, token);
    if (statement !== undefined) into.push(statement);
    return statement !== undefined;
  });
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
    cursor.unexpected(
      'pattern',
      "a statement or '}'",
      token.text === ':' ? missingBrace : undefined,
    );
    return undefined;
  }
  return parseAssignmentOrInput(cursor, token);
}

function parseAssignmentOrInput(cursor: Cursor, token: Token): OutputStatement | undefined {
  const next = cursor.peekBehind(token, 'name');
  if (token.kind === 'name' && next.text === '(' && /^[A-Z_]{3,}$/.test(token.text)) {
    if (nearest(token.text, bodyCommands) !== undefined) {
      cursor.take('pattern');
      cursor.report(unknownScriptName(cursor.span(token), 'command', token.text, bodyCommands));
      return undefined;
    }
  }
  if (next.kind === 'mark' && (next.text === ':' || next.text === '{')) {
    cursor.take('pattern');
    const found = describeToken(next);
    cursor.report(unexpectedToken(cursor.span(next), "'('", found, missingBrace));
    return undefined;
  }
  if (next.kind === 'mark' && isAssignmentMark(next.text)) {
    cursor.take('pattern');
    return parseAssignment(cursor, token, 'in-section');
  }
  return parseInput(cursor, token, false);
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
