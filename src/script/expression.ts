/**
 * Evaluates expressions as GNU ld does: values are unsigned and have 64 bits, sums and products wrap
 * around, comparisons and `>>` are unsigned, but `/` and `%` are signed (`-8 / 2` is -4). Unlike ld, `&&`,
 * `||` and `?:` look only at the side that counts, so `DEFINED(x) && x > 3` works where x does not exist,
 * and a shift by 64 or more is 0.
 *
 * The environment answers for everything outside of the expression. A symbol that is assigned inside an
 * output section is an offset in that section, unless its value comes from ABSOLUTE: see `absolute`.
 */

import {
  assertionFailed,
  divisionByZero,
  dotHasNoValue,
  undefinedScriptSymbol,
  unknownScriptSection,
} from '../diag/catalogue/script.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Assertion, BinaryOperator, Expression, UnaryOperator } from './ast.ts';

export interface ExpressionEnvironment {
  /** The offset in the output section; undefined outside of one. */
  dot(): bigint | undefined;
  symbol(name: string): bigint | undefined;
  /** Size in bytes of an output section. */
  sizeOf(section: string): bigint | undefined;
  address(section: string): bigint | undefined;
  alignOf(section: string): bigint | undefined;
  defined(symbol: string): boolean;
  /** For "did you mean". */
  symbolNames?(): Iterable<string>;
  /** For "did you mean". */
  sectionNames?(): Iterable<string>;
}

export interface EvaluatedValue {
  readonly kind: 'value';
  /** From 0 to 2^64 - 1. */
  readonly value: bigint;
  /** Whether ABSOLUTE made it, so that a symbol with this value belongs to no section. */
  readonly absolute: boolean;
}

export type Evaluation = EvaluatedValue | { readonly kind: 'error'; readonly error: Diagnostic };

/** The expression's value, or the one diagnostic that says why it has none. Never throws. */
export function evaluateExpression(
  expression: Expression,
  environment: ExpressionEnvironment,
): Evaluation {
  switch (expression.kind) {
    case 'number':
      return value(expression.value);
    case 'dot':
      return known(environment.dot()) ?? failure(dotHasNoValue(expression.span));
    case 'symbol': {
      const { name, span } = expression;
      const names = environment.symbolNames?.() ?? [];
      return known(environment.symbol(name)) ?? failure(undefinedScriptSymbol(span, name, names));
    }
    case 'defined':
      return truth(environment.defined(expression.symbol.text));
    case 'section-property':
      return evaluateSectionProperty(expression, environment);
    case 'unary': {
      const operand = evaluateExpression(expression.operand, environment);
      if (operand.kind === 'error') return operand;
      return value(applyUnary(expression.operator, operand.value), operand.absolute);
    }
    case 'binary':
      return evaluateBinary(expression, environment);
    case 'conditional': {
      const test = evaluateExpression(expression.test, environment);
      if (test.kind === 'error') return test;
      const branch = test.value !== 0n ? expression.then : expression.otherwise;
      return evaluateExpression(branch, environment);
    }
    case 'absolute': {
      const inner = evaluateExpression(expression.value, environment);
      return inner.kind === 'error' ? inner : value(inner.value, true);
    }
    case 'align': {
      const { span, alignment } = expression;
      return evaluateTwo(expression.value ?? { kind: 'dot', span }, alignment, environment, align);
    }
    case 'extreme': {
      const isMax = expression.which === 'max';
      return evaluateTwo(expression.left, expression.right, environment, (a, b) =>
        a > b === isMax ? a : b,
      );
    }
  }
}

/** Undefined where the assertion holds; else that it does not, or why it cannot be evaluated. */
export function checkAssertion(
  assertion: Assertion,
  environment: ExpressionEnvironment,
): Diagnostic | undefined {
  const condition = evaluateExpression(assertion.condition, environment);
  if (condition.kind === 'error') return condition.error;
  return condition.value === 0n ? assertionFailed(assertion.span, assertion.message) : undefined;
}

function evaluateSectionProperty(
  expression: Extract<Expression, { kind: 'section-property' }>,
  environment: ExpressionEnvironment,
): Evaluation {
  const { section, property } = expression;
  const answers = {
    size: ['SIZEOF', environment.sizeOf(section.text)],
    address: ['ADDR', environment.address(section.text)],
    alignment: ['ALIGNOF', environment.alignOf(section.text)],
  } as const;
  const [what, answer] = answers[property];
  const names = environment.sectionNames?.() ?? [];
  return known(answer) ?? failure(unknownScriptSection(section.span, what, section.text, names));
}

function evaluateBinary(
  expression: Extract<Expression, { kind: 'binary' }>,
  environment: ExpressionEnvironment,
): Evaluation {
  const { operator, left, right } = expression;
  if (operator === '&&' || operator === '||') {
    const first = evaluateExpression(left, environment);
    if (first.kind === 'error') return first;
    if ((first.value !== 0n) === (operator === '||')) return truth(operator === '||');
    const second = evaluateExpression(right, environment);
    return second.kind === 'error' ? second : truth(second.value !== 0n);
  }
  return evaluateTwo(left, right, environment, (a, b) => {
    if (b === 0n && (operator === '/' || operator === '%')) {
      return divisionByZero(right.span, operator);
    }
    return applyBinary(operator, a, b);
  });
}

function evaluateTwo(
  left: Expression,
  right: Expression,
  environment: ExpressionEnvironment,
  apply: (a: bigint, b: bigint) => bigint | Diagnostic,
): Evaluation {
  const a = evaluateExpression(left, environment);
  if (a.kind === 'error') return a;
  const b = evaluateExpression(right, environment);
  if (b.kind === 'error') return b;
  const result = apply(a.value, b.value);
  return typeof result === 'bigint' ? value(result, a.absolute || b.absolute) : failure(result);
}

function applyUnary(operator: UnaryOperator, a: bigint): bigint {
  switch (operator) {
    case '-':
      return -a;
    case '+':
      return a;
    case '~':
      return ~a;
    case '!':
      return BigInt(a === 0n);
  }
}

/** Both operands are unsigned; the result is cut to 64 bits by `value`. */
function applyBinary(operator: Exclude<BinaryOperator, '&&' | '||'>, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '*':
      return a * b;
    case '/':
      return BigInt.asIntN(64, a) / BigInt.asIntN(64, b);
    case '%':
      return BigInt.asIntN(64, a) % BigInt.asIntN(64, b);
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '<<':
      return b < 64n ? a << b : 0n;
    case '>>':
      return b < 64n ? a >> b : 0n;
    case '<':
      return BigInt(a < b);
    case '>':
      return BigInt(a > b);
    case '<=':
      return BigInt(a <= b);
    case '>=':
      return BigInt(a >= b);
    case '==':
      return BigInt(a === b);
    case '!=':
      return BigInt(a !== b);
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '|':
      return a | b;
  }
}

/** `a` rounded up to a multiple of `b`, which need be no power of two; 0 and 1 leave it as it is. */
function align(a: bigint, b: bigint): bigint {
  return b > 1n ? (BigInt.asUintN(64, a + b - 1n) / b) * b : a;
}

function value(of: bigint, absolute = false): EvaluatedValue {
  return { kind: 'value', value: BigInt.asUintN(64, of), absolute };
}

function truth(of: boolean): EvaluatedValue {
  return value(BigInt(of));
}

function known(answer: bigint | undefined): EvaluatedValue | undefined {
  return answer === undefined ? undefined : value(answer);
}

function failure(error: Diagnostic): Evaluation {
  return { kind: 'error', error };
}
