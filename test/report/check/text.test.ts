import { expect, test } from 'vitest';
import { mendLine } from '../../../src/report/check/mend.ts';
import { renderText } from '../../../src/report/check/text.ts';
import type { CheckReport } from '../../../src/report/check/types.ts';
import { file, noLicense, refused, report, verdict } from './reports.ts';

const text = (of: CheckReport, limit = 20, color = false): string =>
  [...renderText(of, { limit, color })].join('');

const mendable = { possible: true, codes: ['TC-013'] } as const;

test('of one loader everything is told, and how to mend it', () => {
  expect(text(report(file('prog.o', verdict('tc@6.1', [refused, noLicense], mendable))))).toBe(
    `error: TC-013: constant 'x' cannot be resolved
>>> ./src/prog.c:12:5 (main)
>>>   return x;
>>>   ^
>>> prog.o:(classifier+0x30), constant 'x'
>>> tc says: "Compiler bug?!"
>>> link the object
warning: TC-004: no license
>>> prog.o
prog.o: 1 error, 1 warning for tc 6.1
>>> bpfld prog.o --profile tc@6.1 -o prog.tc.o makes an object that tc takes
`,
  );
});

test('a loader without findings is silent', () => {
  expect(text(report(file('a.o', verdict('tc')), file('b.o', verdict('tc'))))).toBe('');
});

test('why it cannot be mended', () => {
  const mend = { possible: false, diagnostics: [noLicense, refused, refused] } as const;
  expect(text(report(file('prog.o', verdict('tc', [refused], mend))))).toMatch(
    /\n>>> bpfld cannot mend this: the link would fail with TC-004, TC-013\n$/,
  );
});

test('no more findings than asked for', () => {
  const many = [1, 2, 3].map((number) => ({ ...noLicense, message: `number ${number}` }));
  const limited = text(report(file('a.o', verdict('tc', many))), 2);
  expect(limited).toContain('number 2');
  expect(limited).not.toContain('number 3');
  expect(limited).toContain('\n... and 1 more (--error-limit=0 shows all)\na.o: 3 warnings');
  expect(text(report(file('a.o', verdict('tc', many))), 0)).toContain('number 3');
});

test('of several loaders a table, and each finding once in a line', () => {
  const files = [
    file(
      'prog.o',
      verdict('tc', [refused], mendable),
      verdict('libbpf', [noLicense]),
      verdict('aya', [noLicense]),
    ),
    file('longer.o', verdict('tc', [refused, refused]), verdict('libbpf'), verdict('aya')),
  ];
  expect(text(report(...files))).toBe(`          tc        libbpf  aya
prog.o    mendable  ok      ok
longer.o  2 errors  ok      ok

prog.o: tc: 1 error
  TC-013: constant 'x' cannot be resolved (./src/prog.c:12)
  >>> bpfld prog.o --profile tc -o prog.tc.o makes an object that tc takes

prog.o: libbpf, aya: 1 warning
  warning: TC-004: no license

longer.o: tc: 2 errors
  TC-013: constant 'x' cannot be resolved (./src/prog.c:12)

bpfld check FILE --profile NAME tells all of one loader, bpfld explain CODE what a code means.
`);
});

test('a place in an object, in a line', () => {
  const finding = { ...refused, at: refused.at.slice(1) };
  const shown = text(report(file('prog.o', verdict('tc', [finding]), verdict('aya'))));
  expect(shown).toContain('cannot be resolved (classifier+0x30)\n');
});

test('a table of files that all loaders take is only the table', () => {
  expect(text(report(file('a.o', verdict('tc'), verdict('aya'))))).toBe(
    '     tc  aya\na.o  ok  ok\n',
  );
});

test('names cannot steer the terminal', () => {
  const shown = text(report(file('\x1b[2J.o', verdict('tc', [refused], mendable), verdict('aya'))));
  expect(shown).not.toContain('\x1b');
});

test.each([
  ["it's.o", "bpfld 'it'\\''s.o' --profile tc -o 'it'\\''s.tc.o' makes"],
  ['-x.o', 'bpfld ./-x.o --profile tc -o ./-x.tc.o makes'],
  ['dir/prog', 'bpfld dir/prog --profile tc -o dir/prog.tc.o makes'],
])('the command for %s', (path, command) => {
  expect(mendLine(path, verdict('tc', [refused], mendable))).toMatch(command);
});
