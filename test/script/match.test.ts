import { expect, test } from 'vitest';
import {
  type CompiledSections,
  compileFilePattern,
  compileSections,
  type InputFile,
  matches,
} from '../../src/script/index.ts';
import { parse } from './support.ts';

function compiled(text: string): CompiledSections {
  const { script, diagnostics } = parse(text);
  expect(diagnostics).toEqual([]);
  return compileSections(script);
}

const file = (path: string): InputFile => ({ path });
const member = (archive: string, name: string): InputFile => ({
  path: `${archive}(${name})`,
  archive,
  member: name,
});

test('the first rule of the script that matches wins', () => {
  const sections = compiled(`SECTIONS {
    .early : { init.o(.text) }
    .text : { *(.text .text.hot) *(.text.*) }
    /DISCARD/ : { *(.text.dead .note*) }
  } SECTIONS { .rest : { *(*) } }`);
  const where = (name: string, path = 'a.o') => sections.place(file(path), name)?.output.name;
  expect(where('.text', 'init.o')).toBe('.early');
  expect(where('.text')).toBe('.text');
  expect(where('.text.dead')).toBe('.text');
  expect(where('.note.x')).toBe('/DISCARD/');
  expect(where('.data')).toBe('.rest');
});

test('what nothing takes is an orphan', () => {
  expect(compiled('SECTIONS { .a : { *(.a) } }').place(file('a.o'), 'tc')).toBeUndefined();
});

test('a placement names the rule, the selector and the pattern', () => {
  const sections = compiled('SECTIONS { maps : { KEEP(*(.x SORT(maps maps/*))) } }');
  const placement = sections.place(file('a.o'), 'maps/b')!;
  expect(placement.rule.keep).toBe(true);
  expect(placement.selector.sort).toEqual(['name']);
  expect(placement.pattern).toMatchObject({ sectionText: 'maps/*', order: 2 });
  expect(placement.output).toMatchObject({ discard: false, noload: false });
  expect(matches(placement.pattern, file('a.o'), 'maps/b')).toBe(true);
  expect(matches(placement.pattern, file('a.o'), 'maps')).toBe(false);
});

test('statements keep their order, between sections and inside', () => {
  const sections = compiled(
    'SECTIONS { x = 1; .a : { *(.a) BYTE(1) y = .; } ASSERT(x, "") ENTRY(x) /DISCARD/ : { } }',
  );
  expect(sections.statements.map(({ kind }) => kind)).toEqual([
    'assignment',
    'output',
    'assert',
    'output',
  ]);
  const [, section, , discard] = sections.statements;
  expect(section?.kind === 'output' && section.items.map(({ kind }) => kind)).toEqual([
    'input',
    'data',
    'assignment',
  ]);
  expect(discard).toMatchObject({ discard: true });
});

test('EXCLUDE_FILE in front of the file holds for all patterns, inside for the next one', () => {
  const outer = compiled('SECTIONS { .o : { EXCLUDE_FILE(*b.o) *(.x .y) } }');
  const inner = compiled('SECTIONS { .o : { *(EXCLUDE_FILE(*b.o) .x .y) } }');
  const taken = (sections: CompiledSections, name: string) =>
    sections.place(file('dir/b.o'), name) !== undefined;
  expect([taken(outer, '.x'), taken(outer, '.y')]).toEqual([false, false]);
  expect([taken(inner, '.x'), taken(inner, '.y')]).toEqual([false, true]);
  expect(inner.place(file('a.o'), '.x')).toBeDefined();
});

test.each<[string, InputFile, boolean]>([
  ['*', file('dir/a.o'), true],
  ['*', member('lib.a', 'b.o'), true],
  ['a.o', file('a.o'), true],
  ['a.o', file('dir/a.o'), false],
  ['*a.o', file('dir/a.o'), true],
  ['dir/*.o', file('dir/sub/a.o'), true],
  ['b.o', member('lib.a', 'b.o'), true],
  ['lib.a', member('lib.a', 'b.o'), true],
  ['lib.a', member('dir/lib.a', 'b.o'), false],
  ['lib.a:b.o', member('lib.a', 'b.o'), true],
  ['lib.a:c.o', member('lib.a', 'b.o'), false],
  ['*lib.a:?.o', member('dir/lib.a', 'b.o'), true],
  ['lib.a:', member('lib.a', 'b.o'), true],
  ['lib.a:', file('lib.a'), false],
  [':b.o', file('b.o'), true],
  [':b.o', member('lib.a', 'b.o'), false],
  ['[[:lower:]].o', file('a.o'), true],
  ['[[:lower:]].a:b.o', member('l.a', 'b.o'), true],
])('the file pattern %s on %j: %s', (pattern, input, expected) => {
  expect(compileFilePattern(pattern)(input)).toBe(expected);
});
