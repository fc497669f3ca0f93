import { expect, test } from 'vitest';
import { parseSetting } from '../../src/config/settings.ts';
import { type ConfigValue, isDiagnostic } from '../../src/config/value.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';

/** The value without positions, in a form that is short to write down. */
function plain(value: ConfigValue): unknown {
  switch (value.kind) {
    case 'array':
      return value.elements.map(plain);
    case 'struct':
      return Object.fromEntries(value.members.map((member) => [member.name, plain(member.value)]));
    case 'string':
    case 'bytes':
      return { [value.kind]: [...value.bytes] };
    case 'word':
    case 'text':
      return { [value.kind]: value.text };
    case 'integer':
    case 'boolean':
    case 'character':
      return value.value;
  }
}

function parse(text: string): ConfigValue | Diagnostic {
  const setting = parseSetting(`x=${text}`);
  return isDiagnostic(setting) ? setting : setting.value;
}

test.each<[string, unknown]>([
  ['42', 42n],
  ['-1', -1n],
  ['+7', 7n],
  ['0', 0n],
  ['0x2A', 42n],
  ['-0x80', -128n],
  ['0b1010_0001', 161n],
  ['0o17', 15n],
  ['1_000_000', 1_000_000n],
  ['18446744073709551615', 18446744073709551615n],
  ['true', true],
  ['false', false],
  ['TC_ACT_OK', { word: 'TC_ACT_OK' }],
  ["'a'", 97],
  ["'\\n'", 10],
  ["'\\''", 39],
  ["'\\xff'", 255],
  ['"text"', { string: [116, 101, 120, 116] }],
  ['"\\x41\\102\\0\\t\\"\\\\"', { string: [0x41, 0x42, 0, 9, 0x22, 0x5c] }],
  ['"é"', { string: [0xc3, 0xa9] }],
  ['""', { string: [] }],
  ['hex:00112233', { bytes: [0, 0x11, 0x22, 0x33] }],
  ['hex:00:aa:FF', { bytes: [0, 0xaa, 0xff] }],
  ['hex:', { bytes: [] }],
  ['[1,2,0x3]', [1n, 2n, 3n]],
  [
    ' [ [1, 2,] , [3,4] ] ',
    [
      [1n, 2n],
      [3n, 4n],
    ],
  ],
  ['[]', []],
  ['{a: 1, b: [2]}', { a: 1n, b: [2n] }],
  ['{.a=1,.b={c:true}}', { a: 1n, b: { c: true } }],
  ['{}', {}],
])('%s is a value', (text, expected) => {
  const value = parse(text);
  expect(isDiagnostic(value) ? value : plain(value)).toEqual(expected);
});

test.each<[string, number, string]>([
  ['', 9, 'the value is missing'],
  ['0x', 9, 'not an integer'],
  ['010', 9, 'leading zero'],
  ['1__0', 9, 'not an integer'],
  ['1_', 9, 'not an integer'],
  ['0b2', 9, 'not an integer'],
  ['10ULL', 9, 'not an integer'],
  ['[1', 11, "expected ',' or ']', found the end"],
  ['[1 2]', 12, "expected ',' or ']', found '2'"],
  ['[,]', 10, "expected a value, found ','"],
  ['{a}', 11, "expected ':' or '=' after 'a'"],
  ['{1:2}', 10, "expected a member's name, found '1'"],
  ['"abc', 9, 'the closing quote is missing'],
  ['"\\q"', 10, 'unknown escape'],
  ['"\\400"', 10, 'unknown escape'],
  ["'ab'", 9, 'one byte'],
  ["'é'", 9, 'one byte'],
  ["''", 9, 'one byte'],
  ['hex:0', 9, 'pairs of hexadecimal digits'],
  ['hex:0g', 9, 'pairs of hexadecimal digits'],
  ['hex:00::11', 9, 'pairs of hexadecimal digits'],
  ['7.5', 9, "'7.5' is not an integer"],
  ['10.0.0.1', 9, "'10.0.0.1' is not an integer"],
  ['00:11:22:33:44:55', 9, 'bytes need hex: before them'],
  ['[aa:bb]', 10, 'bytes need hex: before them'],
  ['two words', 13, "'w' after the value"],
  ['1😀', 10, "'😀' after the value"],
  [`${'['.repeat(100)}`, 74, 'nested too deep'],
])('CONF-001: %s is refused at its fault', (text, column, problem) => {
  const value = parse(text);
  expect(value).toMatchObject({ code: 'CONF-001', at: [{ column }] });
  expect((value as Diagnostic).message).toContain(problem);
});

test('the remedy for bytes without hex: is the value itself', () => {
  expect((parse('de:ad:be:ef') as Diagnostic).notes).toEqual(['write hex:de:ad:be:ef']);
});

test.each(['foo', '=1', '.=1', 'a b=1', 'a[=1', 'a[]=1', 'a[-1]=1', 'a[x]=1', 'a..b=1', 'a.=1'])(
  'CONF-002: %s is no name with a value',
  (text) => {
    expect(parseSetting(text)).toMatchObject({ code: 'CONF-002' });
  },
);

test('a fault is shown on its own line of a value with line ends', () => {
  expect(parse('[1,\n2,\n?]')).toMatchObject({
    at: [{ kind: 'text', file: 'command line', line: 3, column: 1, text: '?]', length: 1 }],
  });
});

test('a name is split at the first equals sign only', () => {
  expect(parseSetting('a="b=c"')).toMatchObject({ name: 'a', value: { kind: 'string' } });
});
