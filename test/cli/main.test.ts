import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wantsColor } from '../../src/cli/print.ts';
import { type Diagnostic, error, warning } from '../../src/diag/diagnostic.ts';
import type { Linker } from '../../src/link-types.ts';
import { elf, run } from './support/memory-host.ts';

const files = { 'a.o': elf, 'out.o': 'OLD' };

const reporting =
  (...diagnostics: Diagnostic[]): Linker =>
  () => ({
    output: diagnostics.some(({ severity }) => severity === 'error')
      ? undefined
      : Uint8Array.of(0x4e, 0x45, 0x57),
    diagnostics,
  });

test('success is silent and writes the output', async () => {
  const { code, host } = await run(['a.o', '-o', 'out.o'], files);
  expect([code, host.stdout, host.stderr]).toEqual([0, '', '']);
  expect(host.files.get('out.o')).toBe('LINKED');
});

test('the default output is a.out', async () => {
  expect((await run(['a.o'], files)).host.files.get('a.out')).toBe('LINKED');
});

test('the output may be an input', async () => {
  expect((await run(['a.o', '-o', 'a.o'], files)).host.files.get('a.o')).toBe('LINKED');
});

test('options reach the linker', async () => {
  const argv = [
    'a.o',
    '--profile=tc',
    '--orphan-handling=error',
    '--fetch=x',
    '--trap-symbols=z',
    '--set',
    'y=1',
  ];
  const { linked } = await run([...argv, '--set-from=v.json'], { ...files, 'v.json': '{"z": 2}' });
  expect(linked).toMatchObject({ profile: 'tc', orphanHandling: 'error', fetch: ['x'] });
  expect(linked?.trapSymbols).toEqual(['z']);
  expect(linked?.settings?.map(({ name }) => name)).toEqual(['y', 'z']);
});

test('an error fails the run and leaves the old output', async () => {
  const { code, host } = await run(['a.o', '-o', 'out.o'], files, {
    link: reporting(error('X-001', 'no good')),
  });
  expect(code).toBe(1);
  expect(host.stderr).toBe('error: X-001: no good\n');
  expect(host.files.get('out.o')).toBe('OLD');
});

test('warnings do not fail the run', async () => {
  const { code, host } = await run(['a.o', '-o', 'out.o'], files, {
    link: reporting(warning('X-002', 'hm')),
  });
  expect([code, host.stderr]).toEqual([0, 'warning: X-002: hm\n']);
  expect(host.files.get('out.o')).toBe('NEW');
});

test('--fatal-warnings makes them errors', async () => {
  const { code, host } = await run(['a.o', '-o', 'out.o', '--fatal-warnings'], files, {
    link: reporting(warning('X-002', 'hm')),
  });
  expect([code, host.stderr]).toEqual([1, 'error: X-002: hm\n']);
  expect(host.files.get('out.o')).toBe('OLD');
});

test('CLI-020: an output that cannot be written fails the run', async () => {
  const { code, host } = await run(['a.o', '-o', 'd'], { ...files, d: '/' });
  expect(code).toBe(1);
  expect(host.stderr).toBe("error: CLI-020: cannot write output 'd': it is a directory\n");
});

test.each([
  [[], 20, true],
  [['--error-limit=3'], 3, true],
  [['--error-limit=30'], 30, false],
  [['--error-limit=0'], 30, false],
])('%j prints %i of 30 errors', async (argv, printed, stopped) => {
  const errors = Array.from({ length: 30 }, (_, at) => error('X-001', `number ${at}`));
  const { code, host } = await run(['a.o', ...argv], files, { link: reporting(...errors) });
  expect(code).toBe(1);
  expect(host.stderr.match(/X-001/g)).toHaveLength(printed);
  expect(
    host.stderr.endsWith(
      'error: too many errors emitted, stopping now (use --error-limit=0 to see all errors)\n',
    ),
  ).toBe(stopped);
});

test.each<[Parameters<typeof wantsColor>[0], Record<string, string>, boolean, boolean]>([
  ['always', { NO_COLOR: '1' }, false, true],
  ['never', { FORCE_COLOR: '1' }, true, false],
  ['auto', { NO_COLOR: '1' }, true, false],
  [undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [undefined, { NO_COLOR: '' }, true, true],
  [undefined, { FORCE_COLOR: '1' }, false, true],
  [undefined, { FORCE_COLOR: '0' }, true, false],
  [undefined, {}, true, true],
  [undefined, {}, false, false],
  [undefined, { TERM: 'dumb' }, true, false],
])('colour: %s with %j on a terminal (%s): %s', (mode, env, terminal, expected) => {
  expect(wantsColor(mode, { env, terminal })).toBe(expected);
});

test('--color colours the severity', async () => {
  expect((await run(['--color', '--foo', 'a.o'])).host.stderr).toContain('\x1b[1;31merror:\x1b[0m');
});

test.each([['--version'], ['-v'], ['-V']])('%s prints the version first', async (option) => {
  const { code, host } = await run([option]);
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^bpfld \d+\.\d+\.\d+ \(compatible with GNU ld\)\n$/);
});

test('-v goes on to link, --version does not', async () => {
  expect((await run(['-v', 'a.o'], files)).linked).toBeDefined();
  expect((await run(['--version', 'a.o'], files)).linked).toBeUndefined();
});

test.each([['--help'], ['-h']])('%s goes to standard output', async (option) => {
  const { code, host } = await run([option]);
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^Usage: bpfld /);
  expect(host.stderr).toBe('');
});

test.each([
  [['--verbose'], 'generic.ld', 'SECTIONS { }'],
  [['--verbose', '--profile=tc'], 'tc.ld', 'PROFILE(tc)'],
  [['--verbose', '-T', 'x.ld', 'a.o'], 'x.ld', 'PROVIDE(x = 1);'],
])('%j prints the script in force', async (argv, name, text) => {
  const { code, host } = await run(argv, { ...files, 'x.ld': 'PROVIDE(x = 1);' });
  expect(code).toBe(0);
  const line = '='.repeat(50);
  expect(host.stdout).toContain(`using linker script ${name}:\n${line}\n${text}\n${line}\n`);
});

test('CLI-010: an unknown profile is a usage error', async () => {
  const { code, host } = await run(['a.o', '--profile=tcc'], files);
  expect(code).toBe(2);
  expect(host.stderr).toMatch(
    /^error: CLI-010: unknown profile 'tcc' \(did you mean 'tc'\?\); known: aya, .*, tc-libbpf\n$/,
  );
});

test('CLI-005: a script that names no input does not help', async () => {
  const { code, host } = await run(['-T', 'x.ld'], { 'x.ld': '' });
  expect(code).toBe(2);
  expect(host.stderr).toContain('CLI-005: no input files');
});

test('a usage error is exit code 2 and not the whole help', async () => {
  const { code, host, linked } = await run(['a.o', '--ouput', 'x'], files);
  expect(code).toBe(2);
  expect(host.stderr.split('\n')).toHaveLength(2);
  expect(linked).toBeUndefined();
});

test('a malformed --set is a usage error with a caret, a malformed values file is not', async () => {
  const set = await run(['a.o', '--set', 'x=[1'], files);
  expect(set.code).toBe(2);
  expect(set.host.stderr).toContain('>>> command line:1:11\n>>>   --set x=[1\n>>>             ^');
  const file = await run(['a.o', '--set-from=v.json'], { ...files, 'v.json': '{"x": }' });
  expect(file.code).toBe(1);
  expect(file.host.stderr).toContain('>>> v.json:1:7\n');
});

test.each([
  ['none.json', 'it does not exist'],
  ['latin.json', 'it is not UTF-8 text'],
  ['binary.json', 'it is not UTF-8 text'],
])('CLI-011: values file %s: %s', async (name, problem) => {
  const { code, host } = await run(['a.o', '--set-from', name], {
    ...files,
    'latin.json': '{"x": "\xe9"}',
    'binary.json': '{"x": "\0"}',
  });
  expect(code).toBe(1);
  expect(host.stderr).toBe(`error: CLI-011: cannot read values file '${name}': ${problem}\n`);
});

test('a fault of bpfld is exit code 70, without a stack unless BPFLD_DEBUG asks for it', async () => {
  const link: Linker = () => {
    throw new TypeError('boom');
  };
  const quiet = await run(['a.o'], files, { link });
  expect(quiet.code).toBe(70);
  expect(quiet.host.stderr).toContain('a fault of bpfld itself, not of its input: TypeError: boom');
  expect(quiet.host.stderr).toContain('please report it');
  expect(quiet.host.stderr).not.toContain('main.test.ts');
  const loud = await run(['a.o'], files, { link }, { BPFLD_DEBUG: '1' });
  expect(loud.host.stderr).toContain('main.test.ts');
});

test('a link without output and without errors is a fault of bpfld', async () => {
  const { code } = await run(['a.o'], files, {
    link: () => ({ output: undefined, diagnostics: [] }),
  });
  expect(code).toBe(70);
});

test('no arguments and no script are a fault of bpfld', async () => {
  const word = fc.oneof(
    fc.constantFrom('a.o', 's', '-T', '-ls', '--set', '--set-from', '@s', '--color', '-v'),
    fc.string(),
    fc.string().map((text) => `--set=x=${text}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word), fc.string(), async (argv, text) => {
      const { code } = await run(argv, { 'a.o': elf, s: text, 'libs.a': text });
      expect([0, 1, 2]).toContain(code);
    }),
    { numRuns: 500 },
  );
});
