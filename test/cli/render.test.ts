import { expect, test } from 'vitest';
import { error, type Location } from '../../src/diag/diagnostic.ts';
import { renderDiagnostic } from '../../src/diag/render.ts';

function quoted(text: string, column: number, length = 1): string[] {
  const at: Location = { kind: 'text', file: 'x.ld', line: 1, column, text, length };
  return renderDiagnostic(error('X-001', 'no', { at: [at] })).split('\n');
}

test.each([
  ['a\x1b[31mb', 'a\u241b[31mb'],
  ['a\0\r\x7fb', 'a\u2400\u240d\u2421b'],
  ['a\x9b2Jb', 'a\ufffd2Jb'],
  ['a\u202eb\ud800', 'a\ufffdb\ufffd'],
  ['a\té😀', 'a\té😀'],
])('%j is shown as %j', (text, shown) => {
  expect(quoted(text, 1)[2]).toBe(`>>>   ${shown}`);
});

test('the caret stays under its token behind a control character', () => {
  expect(quoted('\x1b\tx', 3)).toEqual([
    'error: X-001: no',
    '>>> x.ld:1:3',
    '>>>   \u241b\tx',
    '>>>    \t^',
  ]);
});

test('names from a file do not steer the terminal either', () => {
  const at: Location = { kind: 'object', file: 'a.o', section: '.\x1b]0;x\x07' };
  const shown = renderDiagnostic(error('X-001', 'symbol \x1b[2J', { at: [at], notes: ['\x1bc'] }));
  expect(shown).toBe('error: X-001: symbol \u241b[2J\n>>> a.o:(.\u241b]0;x\u2407)\n>>> \u241bc');
});

test.each([1, 2, 500, 999, 1000])(
  'of a line of 1000 columns the part around %i is shown',
  (column) => {
    const text = Array.from({ length: 1000 }, (_, at) => (at + 1 === column ? 'X' : '-')).join('');
    const [, place, line = '', caret = ''] = quoted(text, column, 1000);
    expect(place).toBe(`>>> x.ld:1:${column}`);
    expect(line.length).toBeLessThan(220);
    expect(line.indexOf('X')).toBe(caret.indexOf('^'));
    expect(caret.length).toBeLessThanOrEqual(line.length);
    expect(line.startsWith('>>>   …')).toBe(column > 100);
  },
);
