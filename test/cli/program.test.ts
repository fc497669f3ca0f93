import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { elf } from './support/memory-host.ts';

/** The program as it is installed: `npm run build` has made dist/. */
const program = fileURLToPath(new URL('../../bin/bpfld.js', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'bpfld-program-'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function bpfld(
  argv: readonly string[],
  env: Record<string, string> = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
}

test('--version prints one line for build systems', () => {
  const { status, stdout, stderr } = bpfld(['--version']);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^bpfld [\d.]+ \(compatible with GNU ld\)\n$/);
});

test('--help does not depend on the locale', () => {
  const english = bpfld(['--help'], { LC_ALL: 'C' });
  const german = bpfld(['--help'], { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' });
  expect(english.status).toBe(0);
  expect(english.stdout).toContain('--orphan-handling');
  expect(german.stdout).toBe(english.stdout);
});

test('a usage error is one line and exit code 2', () => {
  const { status, stdout, stderr } = bpfld(['--colr', 'a.o']);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    "error: CLI-001: unknown option '--colr' (did you mean '--color'?); see bpfld --help\n",
  );
});

test('a missing input is exit code 1 and writes nothing', () => {
  const { status, stderr } = bpfld(['none.o', '-o', 'out.o']);
  expect([status, stderr]).toEqual([
    1,
    "error: CLI-011: cannot read input 'none.o': it does not exist\n",
  ]);
  expect(fs.existsSync(join(folder, 'out.o'))).toBe(false);
});

test('a broken object is exit code 1, and the old output stays', () => {
  fs.writeFileSync(join(folder, 'bad.o'), elf);
  fs.writeFileSync(join(folder, 'old.o'), 'OLD');
  const { status, stdout, stderr } = bpfld(['bad.o', '-o', 'old.o']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('bad.o');
  expect(fs.readFileSync(join(folder, 'old.o'), 'utf8')).toBe('OLD');
});

test.each(['check', 'inspect', 'explain', 'doctor'])('bpfld %s is there', (command) => {
  const { status, stdout, stderr } = bpfld([command, '--help']);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(new RegExp(`^Usage: bpfld ${command} `));
});

test('doctor runs whatever there is on the machine', () => {
  const { status, stdout, stderr } = bpfld(['doctor']);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^LOADER +FOUND +PROFILE\ntc +[\s\S]*\nKERNEL\nrelease +\S/);
});

test('check tells what the loader would', () => {
  fs.writeFileSync(join(folder, 'bad.o'), elf);
  const { status, stderr } = bpfld(['check', '--profile=aya', 'bad.o']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: ELF-003: [\s\S]*\nbad\.o: 1 error for aya [\d.]+\n$/);
});

test('a reader that goes away is no fault', () => {
  const command = `"${process.execPath}" "${program}" --help | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['0\n', '']);
});

test.each(['bpfld', 'commands'])('%s.cjs loads neither yargs nor anything else', (name) => {
  const bundle = fs.readFileSync(new URL(`../../dist/${name}.cjs`, import.meta.url), 'utf8');
  const required = [...bundle.matchAll(/require\("([^"]+)"\)/g)].map((one) => one[1]!);
  expect(required).not.toEqual([]);
  expect(required.filter((one) => !/^(node:|fs$|path$|util$|module$)/.test(one))).toEqual([]);
  expect(bundle).not.toContain('node_modules/yargs/');
});

test('a link does without what only commands need', () => {
  const bundle = fs.readFileSync(new URL('../../dist/bpfld.cjs', import.meta.url), 'utf8');
  expect(bundle).not.toContain('### CLI-001');
  expect(bundle).not.toContain('sarif');
});
