import { expect, test } from 'vitest';
import {
  checkAssertion,
  type Evaluation,
  type ExpressionEnvironment,
  evaluateExpression,
} from '../../src/script/index.ts';
import { bodyStatement, command, show } from './support.ts';

const symbols: Record<string, bigint> = { a: 7n, limit: 512n };

const inSection: ExpressionEnvironment = {
  dot: () => 0x13n,
  symbol: (name) => symbols[name],
  sizeOf: (section) => (section === 'maps/foo' ? 72n : undefined),
  address: (section) => (section === '.text' ? 0n : undefined),
  alignOf: (section) => (section === '.text' ? 8n : undefined),
  defined: (name) => name in symbols,
  symbolNames: () => Object.keys(symbols),
  sectionNames: () => ['.text', 'maps/foo'],
};

function evaluate(text: string, environment = inSection): Evaluation {
  const assignment = command(`x = ${text};`);
  if (assignment.kind !== 'assignment') throw new Error('no assignment');
  return evaluateExpression(assignment.value, environment);
}

const all = 0xffff_ffff_ffff_ffffn;

test.each<[string, bigint]>([
  ['1 + 2 * 3', 7n],
  ['(1 + 2) * 3', 9n],
  ['5 - 3 - 1', 1n],
  ['10/2', 5n],
  ['-8 / 2', all - 3n],
  ['-7 % 4', all - 2n],
  ['-1 > 1', 1n],
  ['-1 < 0', 0n],
  ['-1 >> 60', 15n],
  ['1 << 63 >> 63', 1n],
  ['1 << 64', 0n],
  ['1 >> -1', 0n],
  ['0x8000000000000000 / -1', 1n << 63n],
  [`${all} + 2`, 1n],
  ['0 - 1', all],
  ['~0', all],
  ['+3', 3n],
  ['!5', 0n],
  ['!0', 1n],
  ['- - 3', 3n],
  ['1 & 3 == 3', 1n],
  ['1 | 2 ^ 3 & 2', 1n],
  ['4 | 3 ^ 1', 6n],
  ['1 + 2 * 3 - 4 << 2 & 7', 4n],
  ['3 <= 3 && 3 >= 4 || 2 != 1', 1n],
  ['0 ? 1 : 0 ? 2 : 3', 3n],
  ['1 ? 2 : 3/0', 2n],
  ['0 && missing', 0n],
  ['1 || missing', 1n],
  ['2 && 3', 1n],
  ['DEFINED(missing) ? missing : 4', 4n],
  ['DEFINED(a)', 1n],
  ['a + limit', 519n],
  ['.', 0x13n],
  ['ALIGN(8)', 0x18n],
  ['ALIGN(13, 5)', 15n],
  ['ALIGN(13, 0)', 13n],
  ['ALIGN(-1, 16)', 0n],
  ['MAX(-1, 3)', all],
  ['MIN(-1, 3)', 3n],
  ['ABSOLUTE(. + 1)', 0x14n],
  ['SIZEOF(maps/foo)', 72n],
  ['SIZEOF("maps/foo") / 36', 2n],
  ['ADDR(.text)', 0n],
  ['ALIGNOF(.text)', 8n],
  ['2K + 1M', 0x100800n],
])('%s', (text, value) => {
  expect(evaluate(text)).toMatchObject({ kind: 'value', value });
});

test.each<[string, string, string]>([
  ['3 / (a - 7)', 'SCRIPT-020@1:9+7', "right side of '/' is zero"],
  ['3 % 0', 'SCRIPT-020@1:9', "right side of '%' is zero"],
  ['1 + limt', 'SCRIPT-021@1:9+4', "undefined symbol 'limt' in expression (did you mean 'limit'?)"],
  ['SIZEOF(maps/fo)', 'SCRIPT-022@1:12+7', "(did you mean 'maps/foo'?)"],
  ['ADDR(.x)', 'SCRIPT-022@1:10+2', "ADDR of unknown output section '.x'"],
  ['ALIGNOF(.y) + 1', 'SCRIPT-022@1:13+2', 'ALIGNOF of unknown'],
])('%s is an error', (text, place, message) => {
  const result = evaluate(text);
  if (result.kind !== 'error') throw new Error('no error');
  expect(show(result.error)).toBe(place);
  expect(result.error.message).toContain(message);
});

test.each([
  ['.', 'SCRIPT-023@1:5'],
  ['ALIGN(8)', 'SCRIPT-023@1:5+8'],
])('SCRIPT-023: %s outside of a section', (text, place) => {
  const result = evaluate(text, { ...inSection, dot: () => undefined });
  expect(result.kind === 'error' && show(result.error)).toBe(place);
});

test.each<[string, boolean]>([
  ['.', false],
  ['3', false],
  ['ABSOLUTE(.)', true],
  ['(ABSOLUTE(.)) + 1', true],
  ['MAX(1, ABSOLUTE(2))', true],
  ['1 ? . : ABSOLUTE(.)', false],
  ['-ABSOLUTE(1)', true],
])('whether %s is absolute', (text, absolute) => {
  expect(evaluate(text)).toMatchObject({ absolute });
});

test('the longest expression that parses can be evaluated', () => {
  expect(evaluate(`0${'+1'.repeat(1000)}`)).toMatchObject({ value: 1000n });
});

test('a compound assignment uses the old value', () => {
  const statement = bodyStatement('. += 5;');
  if (statement.kind !== 'assignment') throw new Error('no assignment');
  expect(evaluateExpression(statement.value, inSection)).toMatchObject({ value: 0x18n });
});

test('SCRIPT-024: an assertion fails with its message', () => {
  const check = (text: string) => {
    const assertion = command(text);
    if (assertion.kind !== 'assert') throw new Error('no assertion');
    return checkAssertion(assertion, inSection);
  };
  expect(check('ASSERT(a == 7, "never")')).toBeUndefined();
  expect(check('ASSERT(a > 7, "a is too small")')).toMatchObject({
    code: 'SCRIPT-024',
    message: 'a is too small',
    at: [{ line: 1, column: 1, length: 31 }],
  });
  expect(check('ASSERT(b, "x")')).toMatchObject({ code: 'SCRIPT-021' });
});
