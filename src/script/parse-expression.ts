import {
  expressionTooLarge,
  refusedConstruct,
  unknownScriptName,
} from '../diag/catalogue/script.ts';
import type { BinaryOperator, Expression, Name, UnaryOperator } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { expressionFunctions, refusedFunctions } from './keywords.ts';
import { joinSpans } from './span.ts';
import type { Token } from './token.ts';

/** C's operators by how tightly they bind. */
const precedence: ReadonlyMap<string, number> = new Map(
  ['||', '&&', '|', '^', '&', '== !=', '< > <= >=', '<< >>', '+ -', '* / %'].flatMap(
    (operators, level) => operators.split(' ').map((operator) => [operator, level] as const),
  ),
);

/** Whether the token goes on with an expression rather than ending it. */
export function isOperator(token: Token): boolean {
  return token.kind === 'mark' && (token.text === '?' || precedence.has(token.text));
}

const unaryOperators = '-+~!';

/** Bounds the parser's own recursion (nesting) and that of whoever walks the tree (operators). */
const maxNesting = 100;
const maxOperators = 1000;

interface Budget {
  nesting: number;
  operators: number;
}

/** An expression, or undefined after an error that is reported. */
export function parseExpression(cursor: Cursor): Expression | undefined {
  return parseConditional(cursor, { nesting: 0, operators: 0 });
}

function parseConditional(cursor: Cursor, budget: Budget): Expression | undefined {
  if (!deeper(cursor, budget)) return undefined;
  const expression = parseConditionalInside(cursor, budget);
  budget.nesting--;
  return expression;
}

function parseConditionalInside(cursor: Cursor, budget: Budget): Expression | undefined {
  const test = parseBinary(cursor, budget, 0);
  if (test === undefined || !cursor.accept('expression', '?')) return test;
  const then = parseConditional(cursor, budget);
  if (then === undefined || !cursor.expect('expression', ':')) return undefined;
  const otherwise = parseConditional(cursor, budget);
  if (otherwise === undefined) return undefined;
  const span = joinSpans(test.span, otherwise.span);
  return { kind: 'conditional', test, then, otherwise, span };
}

function parseBinary(cursor: Cursor, budget: Budget, lowest: number): Expression | undefined {
  let left = parseUnary(cursor, budget);
  while (left !== undefined) {
    const token = cursor.peek('expression');
    const level = token.kind === 'mark' ? precedence.get(token.text) : undefined;
    if (level === undefined || level < lowest) return left;
    if (++budget.operators > maxOperators) {
      cursor.report(expressionTooLarge(cursor.span(token), `${maxOperators} operators`));
      return undefined;
    }
    cursor.take('expression');
    const right = parseBinary(cursor, budget, level + 1);
    if (right === undefined) return undefined;
    const operator = token.text as BinaryOperator;
    left = { kind: 'binary', operator, left, right, span: joinSpans(left.span, right.span) };
  }
  return undefined;
}

function parseUnary(cursor: Cursor, budget: Budget): Expression | undefined {
  const token = cursor.peek('expression');
  if (token.kind !== 'mark' || !unaryOperators.includes(token.text)) {
    return parsePrimary(cursor, budget);
  }
  if (!deeper(cursor, budget)) return undefined;
  cursor.take('expression');
  const operand = parseUnary(cursor, budget);
  budget.nesting--;
  if (operand === undefined) return undefined;
  const span = joinSpans(cursor.span(token), operand.span);
  return { kind: 'unary', operator: token.text as UnaryOperator, operand, span };
}

function parsePrimary(cursor: Cursor, budget: Budget): Expression | undefined {
  const token = cursor.peek('expression');
  if (token.kind === 'number') {
    cursor.take('expression');
    return { kind: 'number', value: token.value, span: cursor.span(token) };
  }
  if (token.kind === 'string') {
    cursor.take('expression');
    return { kind: 'symbol', name: token.text, span: cursor.span(token) };
  }
  if (token.kind === 'name') {
    cursor.take('expression');
    return parseNamed(cursor, budget, token);
  }
  if (token.kind === 'mark' && token.text === '(') {
    cursor.take('expression');
    const inner = parseConditional(cursor, budget);
    if (inner === undefined || !cursor.expect('expression', ')')) return undefined;
    return { ...inner, span: cursor.spanFrom(token) };
  }
  cursor.unexpected('expression', 'an expression');
  return undefined;
}

function parseNamed(cursor: Cursor, budget: Budget, token: Token): Expression | undefined {
  const { text } = token;
  const span = cursor.span(token);
  if (text === '.') return { kind: 'dot', span };
  if (text.toUpperCase() === 'SIZEOF_HEADERS') {
    cursor.report(refusedConstruct(span, text, refusedFunctions.get('SIZEOF_HEADERS')!));
    return undefined;
  }
  const called = cursor.isMark('expression', '(');
  if (!called && !expressionFunctions.includes(text)) return { kind: 'symbol', name: text, span };
  const refused = refusedFunctions.get(text);
  if (refused !== undefined) {
    cursor.report(refusedConstruct(span, text, refused));
    return undefined;
  }
  if (!expressionFunctions.includes(text)) {
    cursor.report(unknownScriptName(span, 'function', text, expressionFunctions));
    return undefined;
  }
  if (!cursor.expect('expression', '(')) return undefined;
  const call = parseCall(cursor, budget, token);
  if (call === undefined || !cursor.expect('expression', ')')) return undefined;
  return { ...call, span: cursor.spanFrom(token) };
}

/** What stands between the parentheses of a known function. */
function parseCall(cursor: Cursor, budget: Budget, token: Token): Expression | undefined {
  const span = cursor.span(token);
  switch (token.text) {
    case 'SIZEOF':
      return sectionProperty('size');
    case 'ADDR':
      return sectionProperty('address');
    case 'ALIGNOF':
      return sectionProperty('alignment');
    case 'DEFINED': {
      const symbol = cursor.expectName('expression', 'a symbol name');
      return symbol && { kind: 'defined', symbol, span };
    }
    case 'ABSOLUTE': {
      const value = parseConditional(cursor, budget);
      return value && { kind: 'absolute', value, span };
    }
    case 'ALIGN': {
      const first = parseConditional(cursor, budget);
      if (first === undefined) return undefined;
      if (!cursor.accept('expression', ',')) {
        return { kind: 'align', value: undefined, alignment: first, span };
      }
      const alignment = parseConditional(cursor, budget);
      return alignment && { kind: 'align', value: first, alignment, span };
    }
    default: {
      const left = parseConditional(cursor, budget);
      if (left === undefined || !cursor.expect('expression', ',')) return undefined;
      const right = parseConditional(cursor, budget);
      const which = token.text === 'MAX' ? 'max' : 'min';
      return right && { kind: 'extreme', which, left, right, span };
    }
  }

  function sectionProperty(property: 'size' | 'address' | 'alignment'): Expression | undefined {
    const section: Name | undefined = cursor.expectName('name', 'the name of an output section');
    return section && { kind: 'section-property', property, section, span };
  }
}

function deeper(cursor: Cursor, budget: Budget): boolean {
  if (++budget.nesting <= maxNesting) return true;
  const at = cursor.span(cursor.peek('expression'));
  cursor.report(expressionTooLarge(at, `${maxNesting} levels of nesting`));
  return false;
}
