import { expect, test } from 'vitest';
import { command, commands, complaints, parse } from './support.ts';

const texts = (names: readonly { readonly text: string }[]): string[] =>
  names.map(({ text }) => text);

test('ENTRY', () => {
  expect(command('ENTRY(classifier)')).toMatchObject({
    kind: 'entry',
    symbol: { text: 'classifier' },
  });
});

test('EXTERN takes spaces and commas', () => {
  const found = command('EXTERN(a b, c);');
  expect(found.kind === 'extern' && texts(found.symbols)).toEqual(['a', 'b', 'c']);
});

test.each(['INPUT', 'GROUP'])('%s', (word) => {
  const found = command(`${word}(a.o, -lfoo "with space.o" dir/b.o)`);
  const files = found.kind === 'input' || found.kind === 'group' ? texts(found.files) : [];
  expect(files).toEqual(['a.o', '-lfoo', 'with space.o', 'dir/b.o']);
  expect(found.kind).toBe(word.toLowerCase());
});

test('SEARCH_DIR', () => {
  expect(command('SEARCH_DIR("/a b")')).toMatchObject({
    kind: 'search-dir',
    path: { text: '/a b' },
  });
});

test('OUTPUT_FORMAT with one name and with three', () => {
  expect(command('OUTPUT_FORMAT(elf64-bpf)')).toMatchObject({
    format: { text: 'elf64-bpf' },
    big: { text: 'elf64-bpf' },
  });
  expect(command('OUTPUT_FORMAT("elf64-bpf", "elf64-bpfbe", "elf64-bpfle")')).toMatchObject({
    kind: 'output-format',
    big: { text: 'elf64-bpfbe' },
    little: { text: 'elf64-bpfle' },
  });
});

test('OUTPUT_ARCH', () => {
  expect(command('OUTPUT_ARCH(bpf)')).toMatchObject({ kind: 'output-arch', arch: { text: 'bpf' } });
});

test('ASSERT', () => {
  expect(command('ASSERT(SIZEOF(maps) <= 2304, "too many maps")')).toMatchObject({
    kind: 'assert',
    message: 'too many maps',
    condition: { kind: 'binary', operator: '<=' },
  });
});

test('an assignment', () => {
  expect(command('limit = 512;')).toMatchObject({
    kind: 'assignment',
    target: { text: 'limit' },
    operator: '=',
    mode: 'define',
    value: { kind: 'number', value: 512n },
  });
});

test.each(['+', '-', '*', '/', '<<', '>>', '&', '|'])('%s= combines the old value', (operator) => {
  expect(command(`a${operator}=2;`)).toMatchObject({
    operator: `${operator}=`,
    value: { kind: 'binary', operator, left: { kind: 'symbol', name: 'a' }, right: { value: 2n } },
  });
});

test('a quoted symbol may have any characters', () => {
  expect(command('"a b" = "c d";')).toMatchObject({
    target: { text: 'a b' },
    value: { kind: 'symbol', name: 'c d' },
  });
});

test('PROVIDE and PROVIDE_HIDDEN, with and without a semicolon', () => {
  expect(commands('PROVIDE(a = 1); PROVIDE_HIDDEN(b = 2)')).toMatchObject([
    { target: { text: 'a' }, mode: 'provide' },
    { target: { text: 'b' }, mode: 'provide-hidden' },
  ]);
});

test('PROFILE', () => {
  expect(command('PROFILE(tc)')).toMatchObject({ kind: 'profile', profile: { text: 'tc' } });
});

test('PERMIT_RELOCATIONS takes patterns, and nothing at all', () => {
  const found = command('PERMIT_RELOCATIONS(maps maps/*, "x y")');
  expect(found.kind === 'permit-relocations' && texts(found.sections)).toEqual([
    'maps',
    'maps/*',
    'x y',
  ]);
  expect(command('PERMIT_RELOCATIONS()')).toMatchObject({ sections: [] });
});

test.each<[string, string, string[]]>([
  ['calls: copy', 'methods', ['copy']],
  ['rodata: fold, stack', 'methods', ['fold', 'stack']],
  ['rodata: stack, fold', 'methods', ['stack', 'fold']],
  ['rodata:stack', 'methods', ['stack']],
  ['fetch: foo* .data.cfg', 'patterns', ['foo*', '.data.cfg']],
])('LOWER(%s)', (inside, takes, words) => {
  const found = command(`LOWER(${inside})`);
  expect(found).toMatchObject({ kind: 'lower', takes });
  expect(found.kind === 'lower' && texts(found.words)).toEqual(words);
});

test('a LOWER of patterns without any is worth a warning', () => {
  const { diagnostics } = parse('LOWER(fetch: )');
  expect(diagnostics).toMatchObject([{ code: 'SCRIPT-019', severity: 'warning' }]);
});

test('the keyword of a command is no keyword in quotes, and can be a symbol', () => {
  expect(command('ENTRY = 1;')).toMatchObject({ kind: 'assignment', target: { text: 'ENTRY' } });
  expect(complaints('"ENTRY"(x)')).toEqual(['SCRIPT-002@1:1+7']);
});

test('what a lowering is called in the prototype chain is unknown', () => {
  expect(complaints('LOWER(constructor: x)')).toEqual(['SCRIPT-002@1:7+11']);
});

test('spans cover the command', () => {
  expect(command('  PROFILE(tc)\n').span).toEqual({
    kind: 'text',
    file: 'test.ld',
    line: 1,
    column: 3,
    length: 11,
    text: '  PROFILE(tc)',
  });
});

test('a carriage return and a byte order mark do not show', () => {
  expect(command('\ufeffENTRY(a)\r\n')).toMatchObject({
    span: { column: 2, text: '\ufeffENTRY(a)' },
  });
});
