import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CommandLine, parseArguments } from '../../src/cli/arguments.ts';
import { renderDiagnostic } from '../../src/diag/render.ts';

function parse(...argv: string[]): CommandLine {
  const { commandLine, diagnostics } = parseArguments(argv);
  expect(diagnostics).toEqual([]);
  return commandLine;
}

test.each<[string[], Partial<CommandLine>]>([
  [['-o', 'x.o'], { output: 'x.o' }],
  [['-ox.o'], { output: 'x.o' }],
  [['-omagic'], { output: 'magic' }],
  [['--output', 'x.o'], { output: 'x.o' }],
  [['--output=x.o'], { output: 'x.o' }],
  [['--output=a=b'], { output: 'a=b' }],
  [['-o', '--verbose'], { output: '--verbose', verbose: false }],
  [['-o', '-r'], { output: '-r' }],
  [['-o', '"q"'], { output: '"q"' }],
  [['-o', '1', '-o', '2'], { output: '2' }],
  [[], { output: 'a.out', errorLimit: 20, color: undefined, fatalWarnings: false }],
  [['-r', '--relocatable', '-relocatable', '-S', '--strip-debug', '-strip-debug'], {}],
  [
    ['-Ld', '-L', 'e', '--library-path=f', '--library-path', 'g'],
    { libraryPaths: ['d', 'e', 'f', 'g'] },
  ],
  [['--profile', 'tc'], { profile: 'tc' }],
  [['-profile=tc'], { profile: 'tc' }],
  [['--orphan-handling=warn'], { orphanHandling: 'warn' }],
  [['--fetch', 'x', '--fetch=.data'], { fetch: ['x', '.data'] }],
  [['--trap-symbols', 'abort', '--trap-symbols=*panic*'], { trapSymbols: ['abort', '*panic*'] }],
  [['--dependency-file=x.d'], { dependencyFile: 'x.d' }],
  [['--error-limit=0'], { errorLimit: 0 }],
  [['-error-limit', '7'], { errorLimit: 7 }],
  [['--fatal-warnings'], { fatalWarnings: true }],
  [['--color'], { color: 'always' }],
  [['--colour=never'], { color: 'never' }],
  [['--color-diagnostics', '--color=auto'], { color: 'auto' }],
  [['-h'], { help: true }],
  [['-help'], { help: true }],
  [['-v'], { announce: true }],
  [['-V'], { announce: true }],
  [['-verbose'], { verbose: true }],
  [['--verbose', '--version', '--help'], { verbose: true, version: true, help: true }],
])('%j', (argv, expected) => {
  expect(parse(...argv, 'in.o')).toMatchObject(expected);
});

test('inputs, libraries and the script keep their order', () => {
  expect(
    parse('a.o', '-lfoo', '-Tx.ld', 'b.o', '-l', ':c.o', '--library=d', '-library').inputs,
  ).toEqual([
    { kind: 'file', name: 'a.o' },
    { kind: 'library', name: 'foo' },
    { kind: 'script', name: 'x.ld' },
    { kind: 'file', name: 'b.o' },
    { kind: 'library', name: ':c.o' },
    { kind: 'library', name: 'd' },
    { kind: 'library', name: 'ibrary' },
  ]);
});

test('--set and --set-from keep their order and their text', () => {
  const argv = ['--set', 'a.b=1', '--set-from=v.json', '-set', 's="x"', '--set=__proto__.c=-1'];
  expect(parse(...argv, 'a.o').settings).toEqual([
    { kind: 'set', text: 'a.b=1' },
    { kind: 'set-from', text: 'v.json' },
    { kind: 'set', text: 's="x"' },
    { kind: 'set', text: '__proto__.c=-1' },
  ]);
});

test.each([
  [['check'], ['check']],
  [
    ['--', '--output', '-lx', '-', '--'],
    ['--output', '-lx', '-', '--'],
  ],
  [
    ['42', '', 'a b', '--', '@x'],
    ['42', '', 'a b', '@x'],
  ],
])('%j are files', (argv, names) => {
  expect(parse(...argv).inputs).toEqual(names.map((name) => ({ kind: 'file', name })));
});

test('the script may be given twice if it is the same', () => {
  expect(parseArguments(['-T', 'x.ld', '--script=x.ld']).diagnostics).toEqual([]);
});

test.each([
  [
    ['--ouput=x'],
    "CLI-001: unknown option '--ouput=x' (did you mean '--output'?); see bpfld --help",
  ],
  [['--colr'], "CLI-001: unknown option '--colr' (did you mean '--color'?)"],
  [['--orph', 'warn'], "CLI-001: unknown option '--orph' (did you mean '--orphan-handling'?)"],
  [['-Map=x'], "CLI-001: unknown option '-Map=x';"],
  [['-rS'], "CLI-001: unknown option '-rS';"],
  [['-x'], "CLI-001: unknown option '-x';"],
  [['--kernel.btf', 'x'], "CLI-001: unknown option '--kernel.btf';"],
  [['--no-verbose'], "CLI-001: unknown option '--no-verbose'"],
  [['--__proto__=1'], "CLI-001: unknown option '--__proto__=1'"],
  [['---'], "CLI-001: unknown option '---'"],
  [['-o'], "CLI-002: option '-o' needs a value, FILE; see bpfld --help"],
  [['--set'], "CLI-002: option '--set' needs a value, NAME=VALUE"],
  [['--output='], "CLI-002: option '--output' needs a value"],
  [['-T', ''], "CLI-002: option '-T' needs a value"],
  [['--relocatable=yes'], "CLI-003: option '--relocatable' takes no value, but was given 'yes'"],
  [['--error-limit=abc'], "CLI-004: option '--error-limit' takes a number, 0 or more, not 'abc'"],
  [['--error-limit', '-1'], "CLI-004: option '--error-limit' takes a number, 0 or more, not '-1'"],
  [['--error-limit=1e3'], 'CLI-004'],
  [
    ['--orphan-handling=plac'],
    "CLI-004: option '--orphan-handling' takes one of place, warn, error, discard, not 'plac' (did you mean 'place'?)",
  ],
  [['--color=yes'], "CLI-004: option '--color' takes one of auto, always, never, not 'yes'"],
  [['--color='], 'CLI-004'],
  [['-'], "CLI-006: '-' names no file and bpfld does not read standard input"],
  [['-o', '-'], "CLI-006: '-' names no file and bpfld does not write to standard output"],
  [
    ['-o=x.o'],
    "CLI-007: '-o=x.o' has '=' behind a one-letter option; write '-o x.o' or '--output=x.o'",
  ],
  [['-T=x.ld'], 'CLI-007'],
  [['-Ta.ld', '-Tb.ld'], "CLI-008: two linker scripts, 'a.ld' and 'b.ld'"],
])('%j is one line: %s', (argv, message) => {
  const { diagnostics } = parseArguments([...argv, 'in.o']);
  // An option that lacks its value only does so at the end.
  const last = argv.length === 1 && /^(-o|--set)$/.test(argv[0]!);
  const shown = (last ? parseArguments(['in.o', ...argv]).diagnostics : diagnostics).map((one) =>
    renderDiagnostic(one),
  );
  expect(shown).toHaveLength(1);
  expect(shown[0]).toContain(`error: ${message}`);
  expect(shown[0]).not.toContain('\n');
});

test('CLI-005: without inputs there is nothing to link', () => {
  expect(parseArguments(['-o', 'x']).diagnostics).toMatchObject([{ code: 'CLI-005' }]);
});

test.each([['-v'], ['--verbose'], ['--help'], ['--version'], ['-Tx.ld']])(
  '%s needs no inputs on the command line',
  (option) => {
    expect(parseArguments([option]).diagnostics).toEqual([]);
  },
);

test('every usage error is reported', () => {
  const { diagnostics } = parseArguments(['--foo', '-', '--error-limit=x', 'a.o']);
  expect(diagnostics.map(({ code }) => code)).toEqual(['CLI-001', 'CLI-006', 'CLI-004']);
});

test('no arguments make the parser throw, and every file among them is kept', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('-o', '-l', '--set', '--', '-', '--color', '-T', '--error-limit=', '--help'),
    fc.string().map((text) => `--${text}`),
    fc.string().map((text) => `-o${text}`),
  );
  fc.assert(
    fc.property(fc.array(word), fc.stringMatching(/^[a-z0-9]+\.o$/), (argv, file) => {
      const { commandLine } = parseArguments([...argv, '--', file]);
      const taken = JSON.stringify(commandLine);
      expect(taken).toContain(file);
    }),
    { numRuns: 1000 },
  );
});
