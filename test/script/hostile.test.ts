import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileSections, type ParsedScript } from '../../src/script/index.ts';
import { bodyCommands, expressionFunctions, fileCommands } from '../../src/script/keywords.ts';
import { parse } from './support.ts';

function expectSound({ script, diagnostics }: ParsedScript): void {
  for (const { at, message } of diagnostics) {
    expect(message).not.toBe('');
    for (const place of at) {
      if (place.kind !== 'text') throw new Error('a place outside of the script');
      expect(place.column).toBeGreaterThan(0);
      expect(place.column).toBeLessThanOrEqual(place.text.length + 1);
      expect(place.length).toBeGreaterThan(0);
      expect(place.text).not.toContain('\n');
    }
  }
  compileSections(script).place({ path: 'a.o' }, '.text');
}

test('any text gives a result', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => expectSound(parse(text))),
    { numRuns: 500 },
  );
});

test('any sequence of words and marks gives a result', () => {
  const word = fc.constantFrom(
    ...fileCommands,
    ...bodyCommands,
    ...expressionFunctions,
    ...'( ) { } ; , : = + - * / ? . < > ! ~ " /* */ \n'.split(' '),
    ...[
      '.text',
      'maps/*',
      '1/0',
      '0x10',
      '3K',
      'a',
      '+=',
      '<<=',
      '"q"',
      '/DISCARD/',
      'AT',
      'SORT(',
    ],
    ...['SECTIONS {', '.a : {', '*(', 'KEEP(*(', 'x = ', 'rodata: ', 'tc'],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => expectSound(parse(words.join(' ')))),
    { numRuns: 1500 },
  );
});

test.each([
  ['('.repeat(100_000)],
  ['SECTIONS {'.repeat(20_000)],
  [`x = ${'-'.repeat(100_000)}1;`],
  [`x = ${'1?'.repeat(50_000)}1;`],
  [`x = 1${'+1'.repeat(100_000)};`],
  [`x = ${'9'.repeat(200_000)};`],
  [`x = 0${'0'.repeat(200_000)}1;`],
  [`SECTIONS { .a : { ${'*(.a) '.repeat(20_000)} } }`],
  [`SECTIONS { .a : { *(${'SORT('.repeat(50_000)} } }`],
  ['"'.repeat(100_000)],
  ['/*'.repeat(100_000)],
  [`INPUT(${'a '.repeat(100_000)})`],
])('a long script that begins with %.20s comes to an end', (text) => {
  expect(() => parse(text)).not.toThrow();
});

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const sectionName = fc.oneof(
  fc.stringMatching(/^\.?[a-z][a-z0-9_./-]{0,8}$/),
  fc.constantFrom('1/0', '"a b"', '/DISCARD/'),
);
const pattern = fc.oneof(sectionName, fc.constantFrom('*', '.text.*', 'tc/*', '[!a]?', '"x y*"'));
const expression: fc.Memo<string> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof(fc.nat().map(String), name, fc.constant('.'), fc.constant('0x1fK'))
    : fc.oneof(
        fc
          .tuple(expression(), fc.constantFrom('+', '*', '<<', '==', '&&', '|'), expression())
          .map((parts) => parts.join(' ')),
        expression().map((inner) => `(${inner})`),
        expression().map((inner) => `- ${inner}`),
        fc.tuple(expression(), expression(), expression()).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
        expression().map((inner) => `ALIGN(${inner}, 8)`),
        sectionName.map((section) => `SIZEOF(${section})`),
        name.map((symbol) => `DEFINED(${symbol})`),
      ),
);
const files = fc.constantFrom('*', 'a.o', '*lib.a:b.o', 'EXCLUDE_FILE(x.o *y.o) *', 'SORT(*)');
const selector = fc.oneof(
  pattern,
  pattern.map((inner) => `SORT_BY_ALIGNMENT(SORT_BY_NAME(${inner}))`),
  pattern.map((inner) => `EXCLUDE_FILE(z.o) ${inner}`),
);
const input = fc
  .tuple(files, fc.array(selector, { minLength: 1, maxLength: 3 }))
  .map(([file, selectors]) => `${file}(${selectors.join(' ')})`);
const body = fc.oneof(
  input,
  input.map((inner) => `KEEP(${inner})`),
  expression(3).map((value) => `LONG(${value})`),
  fc.tuple(name, expression(3)).map(([symbol, value]) => `${symbol} = ${value};`),
  expression(2).map((value) => `. += ${value};`),
);
const section = fc
  .tuple(sectionName, fc.constantFrom('', '(NOLOAD)'), fc.array(body, { maxLength: 4 }))
  .map(
    ([head, type, statements]) => `${head} ${type} : ALIGN(8) { ${statements.join(' ')} } = 0x90`,
  );
const fileCommand = fc.oneof(
  fc.array(section, { maxLength: 3 }).map((sections) => `SECTIONS { ${sections.join('\n')} }`),
  name.map((symbol) => `ENTRY(${symbol})`),
  fc.tuple(name, expression(3)).map(([symbol, value]) => `PROVIDE(${symbol} = ${value});`),
  expression(3).map((value) => `ASSERT(${value}, "message")`),
  pattern.map((inner) => `PERMIT_RELOCATIONS(${inner})`),
);

test('a script made by the rules is read without complaint', () => {
  fc.assert(
    fc.property(fc.array(fileCommand, { maxLength: 5 }), (commands) => {
      const { script, diagnostics } = parse(commands.join('\n'));
      expect(diagnostics).toEqual([]);
      expect(script.commands).toHaveLength(commands.length);
    }),
    { numRuns: 300 },
  );
});
