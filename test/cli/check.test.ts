import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkOptions } from '../../src/cli/check-options.ts';
import { formsOf, optionTable } from '../../src/cli/options.ts';
import { loaders } from '../../src/profiles/index.ts';
import { fixture } from '../support/link.ts';
import { elf, type Run, run } from './support/memory-host.ts';

const content = (path: string): string =>
  Array.from(fixture(path).bytes as Uint8Array, (byte) => String.fromCharCode(byte)).join('');

const files = {
  // tc does not resolve its constants, which a link takes away; libbpf does not read its maps.
  'founding.o': content('founding-c/founding.o'),
  // libbpf takes it, tc misses a license.
  'plain.o': content('declarations/int.o'),
  // Undefined symbols, no types.
  'rich.o': content('rich/main.o'),
  'cut.o': elf,
  'prog.c': 'int x;',
};

const check = (...argv: readonly string[]): Promise<Run> => run(['check', ...argv], files);

test('one loader: diagnostics as those of a link, and how to mend it', async () => {
  const { code, host, linked } = await check('--profile', 'tc', 'founding.o');
  expect([code, host.stdout, linked]).toEqual([1, '', undefined]);
  expect(host.stderr).toMatch(/^error: TC-013: .*\n>>> founding\.o:\(classifier\+0x30\)/);
  expect(host.stderr).toMatch(
    /\nfounding\.o: 1 error for tc \d+\.\d+\n>>> bpfld founding\.o --profile tc -o founding\.tc\.o makes an object that tc takes\n$/,
  );
});

test('one loader that takes the object: silence', async () => {
  const { code, host } = await check('--profile=libbpf@1.1', 'plain.o');
  expect([code, host.stdout, host.stderr]).toEqual([0, '', '']);
});

test('without --profile a table of all loaders, which is no failure if one takes the object', async () => {
  const { code, host } = await check('founding.o');
  expect(code).toBe(0);
  const [head] = host.stdout.split('\n');
  expect(head!.trim().split(/ +/)).toEqual(loaders);
  expect(host.stdout).toMatch(/^founding\.o {2}mendable {2}/m);
  expect(host.stdout).toContain('\nfounding.o: tc: 1 error\n  TC-013: ');
  expect(host.stdout).toContain('\nfounding.o: tc-libbpf, libbpf: 1 error\n  LIBBPF-009: ');
  expect(host.stderr).toBe('');
});

test('all loaders refuse: failure', async () => {
  expect((await check('cut.o')).code).toBe(1);
  expect((await check('cut.o', 'plain.o')).code).toBe(1);
});

test('of several named loaders all have to take it', async () => {
  const { code, host } = await check('--profile=tc,libbpf', 'founding.o', '--profile', 'tc');
  expect(code).toBe(1);
  expect(host.stdout).toMatch(/^ +tc +libbpf\n/);
  expect((await check('--profile=libbpf,tc@libbpf', 'plain.o')).code).toBe(0);
});

test('a file that is not read fails, and the others are checked', async () => {
  const { code, host } = await check('--profile=libbpf', 'none.o', 'prog.c', 'founding.o');
  expect(code).toBe(1);
  expect(host.stderr.match(/^error: \S+/gm)).toEqual([
    'error: CLI-011:',
    'error: CLI-016:',
    'error: LIBBPF-009:',
  ]);
});

test.each([['--json'], ['--diagnostics=json'], ['--format=json']])('%s', async (option) => {
  const { code, host } = await check(option, '--profile=tc', 'founding.o');
  expect([code, host.stderr]).toEqual([1, '']);
  expect(JSON.parse(host.stdout)).toMatchObject({
    format: 1,
    files: [{ path: 'founding.o', verdicts: [{ profile: 'tc', findings: [{ mended: true }] }] }],
  });
});

test('a report in a file, beside the text', async () => {
  const { host } = await check('--diagnostics=sarif:out.sarif', '--profile=tc', 'founding.o');
  expect(host.stderr).toContain('TC-013');
  expect(JSON.parse(host.files.get('out.sarif')!)).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { rules: [{ id: 'TC-013', help: { text: expect.stringContaining('tc') } }] },
        },
        originalUriBaseIds: { '%SRCROOT%': { uri: 'file:///project/' } },
      },
    ],
  });
});

test('several reports', async () => {
  const reports = ['--diagnostics=text:a.txt', '--diagnostics=json:a.json', '--format=sarif'];
  const { host } = await check(...reports, '--profile=tc', '--color', 'founding.o');
  expect(host.files.get('a.txt')).toMatch(/^error: TC-013/);
  expect(JSON.parse(host.files.get('a.json')!)).toMatchObject({ format: 1 });
  expect(JSON.parse(host.stdout)).toMatchObject({ version: '2.1.0' });
  expect(host.stderr).toBe('');
});

test('a report that cannot be written fails', async () => {
  const { code, host } = await run(['check', '--format=json:dir', 'plain.o'], {
    ...files,
    dir: '/',
  });
  expect(code).toBe(1);
  expect(host.stderr).toBe("error: CLI-020: cannot write report 'dir': it is a directory\n");
});

test('--warn changes what a code counts for', async () => {
  const off = await check('--profile=tc', '--warn=TC-013=off', 'founding.o');
  expect([off.code, off.host.stderr]).toEqual([0, '']);
  const warn = await check('--profile=tc', '--warn', 'TC-013=warn', 'founding.o');
  expect(warn.code).toBe(0);
  expect(warn.host.stderr).toMatch(/^warning: TC-013: /);
  const error = await check('--profile=libbpf', '--warn=LIBBPF-012=error', 'rich.o', '--json');
  expect(error.host.stdout).toContain('"code": "LIBBPF-012",\n              "severity": "error"');
});

test('--fatal-warnings', async () => {
  const argv = ['--profile=tc', 'plain.o', '--warn=TC-013=off'];
  const warned = await check(...argv);
  expect([warned.code, warned.host.stderr]).toEqual([
    0,
    expect.stringContaining('warning: TC-004'),
  ]);
  const fatal = await check(...argv, '--fatal-warnings');
  expect([fatal.code, fatal.host.stderr]).toEqual([1, expect.stringContaining('error: TC-004')]);
});

test('--error-limit and --color', async () => {
  const { host } = await check('--profile=tc', '--error-limit=1', '--color', 'rich.o');
  expect(host.stderr.split('\x1b[1;31merror:')).toHaveLength(2);
  expect(host.stderr).toMatch(/\n\.\.\. and \d+ more \(--error-limit=0 shows all\)\n/);
});

test.each([
  [[], 'CLI-005: no input files; see bpfld check --help'],
  [['--profile=tcc', 'a.o'], "CLI-010: unknown profile 'tcc' (did you mean 'tc'?); known: tc, "],
  [['--profile=generic', 'a.o'], "CLI-010: unknown profile 'generic'"],
  [['--profile=aya,libbpf@0.1', 'a.o'], "CLI-022: profile 'libbpf' has no version '0.1'"],
  [['--format=xml', 'a.o'], "CLI-004: option '--diagnostics' takes one of text, json, sarif"],
  [['--warn=TC-13=off', 'a.o'], "CLI-023: unknown code 'TC-13' (did you mean 'TC-013'?)"],
  [['--warn=TC-013=no', 'a.o'], "CLI-004: option '--warn' takes a code and a level"],
  [
    ['--format=json:./plain.o', 'plain.o'],
    "CLI-008: the report './plain.o' would be written over an input or another report",
  ],
  [['--format=json:x', '--format=sarif:x', 'plain.o'], "CLI-008: the report 'x'"],
  [['--set', 'a=1', 'a.o'], "CLI-001: unknown option '--set'"],
])('check %j is a usage error', async (argv, message) => {
  const { code, host } = await check(...argv);
  expect([code, host.stdout]).toEqual([2, '']);
  expect(host.stderr).toContain(message);
});

test('a file of the name is linked where it is written as a path', async () => {
  for (const command of ['check', 'explain', 'doctor']) {
    const path = `./${command}`;
    expect((await run([path], { [path]: elf })).linked).toBeDefined();
  }
});

test('--help lists every option', async () => {
  const { code, host } = await check('--help');
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^Usage: bpfld check /);
  for (const form of checkOptions.flatMap(formsOf)) expect(host.stdout).toContain(form);
});

test("a link's --help names the commands", async () => {
  const { host } = await run(['--help']);
  for (const command of ['check', 'inspect', 'explain', 'doctor']) {
    expect(host.stdout).toContain(`  bpfld ${command} `);
  }
});

test.each([
  ['libbpf@0.8', 'libbpf.ld'],
  ['tc@libbpf', 'tc-libbpf.ld'],
])('a link takes --profile %s', async (profile, script) => {
  const shipped = { [script]: 'OF THE PROFILE' };
  const { code, host } = await run(['--verbose', '--profile', profile], files, {
    scripts: shipped,
  });
  expect([code, host.stderr]).toEqual([0, '']);
  expect(host.stdout).toContain('OF THE PROFILE');
  const { linked } = await run(['plain.o', '--profile', profile], files);
  expect(linked).toMatchObject({ profile });
});

test('a link refuses a version that there is not', async () => {
  const { code, host } = await run(['plain.o', '--profile=libbpf@0.1'], files);
  expect(code).toBe(2);
  expect(host.stderr).toContain("CLI-022: profile 'libbpf' has no version '0.1'; known: 0.4 to ");
});

const page = readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8');

test('the documentation has the table of options as it is', () => {
  expect(page).toContain(optionTable(checkOptions));
});

test.each([
  ['text-section/nested.o', ['--profile', 'tc']],
  ['types/one.o', []],
])("the documentation's example is what is told of %s", async (name, argv) => {
  const path = `fixtures/${name}`;
  const { host } = await run(['check', path, ...argv], { [path]: content(name) });
  const command = ['# bpfld check', path, ...argv].join(' ');
  expect(page).toContain(`${command}\n${host.stdout}${host.stderr}\`\`\``);
});
