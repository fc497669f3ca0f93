import { badSymbolName, refusedConstruct } from '../diag/catalogue/script.ts';
import type { Assertion, Assignment, AssignmentOperator, BinaryOperator, Fill } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { isOperator, parseExpression } from './parse-expression.ts';
import type { Token } from './token.ts';

const assignmentMarks = ['=', '+=', '-=', '*=', '/=', '<<=', '>>=', '&=', '|='];

export function isAssignmentMark(text: string): boolean {
  return assignmentMarks.includes(text);
}

/** `= value;` behind a target that is taken already. */
export function parseAssignment(
  cursor: Cursor,
  target: Token,
  place: 'in-section' | 'outside',
): Assignment | undefined {
  const assignment = parseAssignmentParts(cursor, target, 'define', target);
  if (assignment === undefined) return undefined;
  if (!cursor.accept('name', ',') && !cursor.expect('name', ';')) return undefined;
  if (assignment.target.text === '.' && place === 'outside') {
    const reason = 'BPF objects have no addresses; ALIGN(n) on an output section aligns it';
    const name = "'.' outside an output section";
    cursor.report(refusedConstruct(assignment.target.span, name, reason));
    return undefined;
  }
  return assignment;
}

/** `PROVIDE(symbol = value)` and PROVIDE_HIDDEN; the keyword is next. */
export function parseProvide(cursor: Cursor): Assignment | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '(')) return undefined;
  const token = cursor.peek('name');
  if (cursor.expectName('name', 'a symbol name') === undefined) return undefined;
  if (!cursor.isMark('name', '=')) {
    cursor.unexpected('name', "'='");
    return undefined;
  }
  const mode = keyword.text === 'PROVIDE' ? 'provide' : 'provide-hidden';
  const assignment = parseAssignmentParts(cursor, token, mode, keyword);
  if (assignment === undefined || !cursor.expect('name', ')')) return undefined;
  return { ...assignment, span: cursor.spanFrom(keyword) };
}

function parseAssignmentParts(
  cursor: Cursor,
  targetToken: Token,
  mode: Assignment['mode'],
  start: Token,
): Assignment | undefined {
  const target = cursor.name(targetToken);
  const operator = cursor.take('name').text as AssignmentOperator;
  const right = parseExpression(cursor);
  if (right === undefined) return undefined;
  const isDot = targetToken.kind === 'name' && target.text === '.';
  const allowed = isDot ? mode === 'define' : isSymbolName(targetToken);
  if (!allowed) {
    cursor.report(badSymbolName(target.span, target.text));
    return undefined;
  }
  const span = cursor.spanFrom(start);
  if (operator === '=') {
    return { kind: 'assignment', target, operator, value: right, mode, span };
  }
  const left = isDot
    ? ({ kind: 'dot', span: target.span } as const)
    : ({ kind: 'symbol', name: target.text, span: target.span } as const);
  const binary = operator.slice(0, -1) as BinaryOperator;
  const value = { kind: 'binary', operator: binary, left, right, span } as const;
  return { kind: 'assignment', target, operator, value, mode, span };
}

function isSymbolName(token: Token): boolean {
  if (token.kind === 'string') return token.text !== '';
  return /^[A-Za-z_.$\u0080-\uffff][A-Za-z0-9_.$\u0080-\uffff]*$/.test(token.text);
}

/** `ASSERT(condition, "message")`; the keyword is next. */
export function parseAssert(cursor: Cursor): Assertion | undefined {
  const keyword = cursor.take('name');
  if (!cursor.expect('name', '(')) return undefined;
  const condition = parseExpression(cursor);
  if (condition === undefined || !cursor.expect('expression', ',')) return undefined;
  const message = cursor.expectName('pattern', 'a quoted message');
  if (message === undefined || !cursor.expect('name', ')')) return undefined;
  return { kind: 'assert', condition, message: message.text, span: cursor.spanFrom(keyword) };
}

/** The value of `= fill` and `FILL(fill)`. A hexadecimal number alone may have any number of digits. */
export function parseFill(cursor: Cursor): Fill | undefined {
  const token = cursor.peek('pattern');
  const digits = token.kind === 'name' ? /^0[xX]([0-9a-fA-F]+)$/.exec(token.text)?.[1] : undefined;
  if (digits !== undefined && !isOperator(cursor.peekBehind(token, 'expression'))) {
    cursor.take('pattern');
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    const bytes = even.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
    return { kind: 'bytes', bytes, span: cursor.span(token) };
  }
  const value = parseExpression(cursor);
  return value && { kind: 'value', value, span: value.span };
}
