import { expect, test } from 'vitest';
import { bodyStatement, command, commands, outputSection } from './support.ts';

test.each(['.text', '1/0', 'maps/foo', 'tc', '?tc', '.addr_space.1', 'a-b'])(
  'an output section named %s',
  (name) => {
    expect(outputSection(`${name} : { }`).name.text).toBe(name);
  },
);

test('a quoted output section name', () => {
  expect(outputSection('"a b*" : { }').name.text).toBe('a b*');
});

test('no space is needed before the colon', () => {
  expect(outputSection('.text:{}').name.text).toBe('.text');
});

test('NOLOAD, ALIGN, SUBALIGN and a fill value', () => {
  expect(outputSection('.bss (NOLOAD) : ALIGN(16) SUBALIGN(8) { } = 0x00ff1')).toMatchObject({
    noload: true,
    align: { value: 16n },
    subalign: { value: 8n },
    fill: { kind: 'bytes', bytes: [0, 0x0f, 0xf1] },
  });
  expect(outputSection('.a : { }')).toMatchObject({ noload: false, fill: undefined });
});

test('a fill value that is an expression', () => {
  expect(outputSection('.a : { } = 0x90 + 1')).toMatchObject({
    fill: { kind: 'value', value: { kind: 'binary' } },
  });
});

test('a fill value ends before /DISCARD/ and may have a comma behind', () => {
  const found = command('SECTIONS { .a : { } = 0 /DISCARD/ : { *(.x) } = 1, .b : { } }');
  expect(found.kind === 'sections' && found.statements).toMatchObject([
    { name: { text: '.a' } },
    { name: { text: '/DISCARD/' } },
    { name: { text: '.b' } },
  ]);
});

test('statements between output sections', () => {
  const text = 'SECTIONS { ENTRY(a) x = 1; PROVIDE(y = 2); ASSERT(x, "no") ; .a : { } }';
  const found = command(text);
  expect(found.kind === 'sections' && found.statements.map(({ kind }) => kind)).toEqual([
    'entry',
    'assignment',
    'assignment',
    'assert',
    'output-section',
  ]);
});

test('a script may have several SECTIONS', () => {
  expect(commands('SECTIONS { } SECTIONS { }')).toHaveLength(2);
});

test('section patterns, with spaces or commas', () => {
  expect(bodyStatement('*(.text .text.*, COMMON)')).toMatchObject({
    kind: 'input-sections',
    keep: false,
    file: { pattern: { text: '*' }, exclude: [] },
    selectors: [
      { patterns: [{ pattern: { text: '.text' } }], sort: [] },
      { patterns: [{ pattern: { text: '.text.*' } }] },
      { patterns: [{ pattern: { text: 'COMMON' } }] },
    ],
  });
});

test.each(['a.o', '*crt?.o', 'lib.a:member.o', '*lib.a:', ':a.o', '[!a]*.o', 'KEEP'])(
  'the file pattern %s',
  (file) => {
    expect(bodyStatement(`"${file}"(.x)`)).toMatchObject({ file: { pattern: { text: file } } });
    if (file !== 'KEEP') {
      expect(bodyStatement(`${file}(.x)`)).toMatchObject({ file: { pattern: { text: file } } });
    }
  },
);

test('a file alone means all its sections', () => {
  expect(bodyStatement('a.o')).toMatchObject({
    file: { pattern: { text: 'a.o' } },
    selectors: [{ patterns: [{ pattern: { text: '*' } }] }],
  });
});

test('KEEP', () => {
  expect(bodyStatement('KEEP(*(license))')).toMatchObject({ kind: 'input-sections', keep: true });
});

test.each<[string, string[]]>([
  ['SORT(.x)', ['name']],
  ['SORT_BY_NAME(.x)', ['name']],
  ['SORT_BY_ALIGNMENT(.x)', ['alignment']],
  ['SORT_NONE(.x)', ['none']],
  ['SORT_BY_NAME(SORT_BY_ALIGNMENT(.x))', ['name', 'alignment']],
  ['SORT_BY_ALIGNMENT(SORT_BY_NAME(.x))', ['alignment', 'name']],
  ['SORT(SORT_BY_NAME(.x))', ['name']],
])('%s', (inside, sort) => {
  expect(bodyStatement(`*(${inside})`)).toMatchObject({
    selectors: [{ sort, patterns: [{ pattern: { text: '.x' } }] }],
  });
});

test('one SORT over several patterns', () => {
  expect(bodyStatement('*(SORT_BY_NAME(maps maps/*))')).toMatchObject({
    selectors: [
      {
        sort: ['name'],
        patterns: [{ pattern: { text: 'maps' } }, { pattern: { text: 'maps/*' } }],
      },
    ],
  });
});

test('a section called SORT', () => {
  expect(bodyStatement('*(SORT .x)')).toMatchObject({
    selectors: [{ sort: [], patterns: [{ pattern: { text: 'SORT' } }] }, {}],
  });
});

test('EXCLUDE_FILE before the file pattern, inside KEEP too', () => {
  const expected = {
    file: { pattern: { text: '*' }, exclude: [{ text: 'a.o' }, { text: '*b.o' }] },
  };
  expect(bodyStatement('EXCLUDE_FILE(a.o *b.o) *(.x)')).toMatchObject(expected);
  expect(bodyStatement('KEEP(EXCLUDE_FILE(a.o *b.o) *(.x))')).toMatchObject(expected);
});

test('EXCLUDE_FILE before a section pattern is for that pattern only', () => {
  expect(bodyStatement('*(EXCLUDE_FILE(a.o) .x .y)')).toMatchObject({
    selectors: [
      { patterns: [{ exclude: [{ text: 'a.o' }] }] },
      { patterns: [{ pattern: { text: '.y' }, exclude: [] }] },
    ],
  });
});

test('EXCLUDE_FILE inside and around SORT', () => {
  expect(bodyStatement('*(EXCLUDE_FILE(a.o) SORT(EXCLUDE_FILE(b.o) .x))')).toMatchObject({
    selectors: [{ sort: ['name'], patterns: [{ exclude: [{ text: 'a.o' }, { text: 'b.o' }] }] }],
  });
});

test('files can be sorted by name', () => {
  expect(bodyStatement('SORT_BY_NAME(EXCLUDE_FILE(a.o) *)(.x)')).toMatchObject({
    file: { sort: 'name', pattern: { text: '*' }, exclude: [{ text: 'a.o' }] },
  });
});

test.each([
  ['BYTE', 1],
  ['SHORT', 2],
  ['LONG', 4],
  ['QUAD', 8],
])('%s', (word, size) => {
  expect(bodyStatement(`${word}(1 + 2)`)).toMatchObject({
    kind: 'data',
    size,
    value: { kind: 'binary' },
  });
});

test('FILL', () => {
  expect(bodyStatement('FILL(0xdeadbeef00112233445566)')).toMatchObject({
    kind: 'fill',
    fill: { bytes: [0xde, 0xad, 0xbe, 0xef, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66] },
  });
  expect(bodyStatement('FILL(144)')).toMatchObject({ fill: { kind: 'value' } });
});

test('symbols, the location counter, PROVIDE and ASSERT inside a section', () => {
  expect(
    outputSection('.a : { s = .; . += 8; . = ALIGN(8); PROVIDE(e = .); ASSERT(. < 9, "big") ; }')
      .statements,
  ).toMatchObject([
    { kind: 'assignment', target: { text: 's' }, value: { kind: 'dot' } },
    { target: { text: '.' }, value: { kind: 'binary', left: { kind: 'dot' } } },
    { target: { text: '.' }, value: { kind: 'align' } },
    { target: { text: 'e' }, mode: 'provide' },
    { kind: 'assert', message: 'big' },
  ]);
});
