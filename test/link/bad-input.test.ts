/** What the command line says to bad input, and with which exit code. Each writes nothing. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codes, fixture, linkObjects } from '../support/link.ts';
import { DATA, object } from '../support/object.ts';
import { patch } from '../support/patch.ts';

const program = fileURLToPath(new URL('../../bin/bpfld.js', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'bpfld-bad-'));
  const founding = fixture('founding-c/founding.o').bytes;
  const damaged = patch(founding);
  const files: Record<string, Uint8Array | string> = {
    'good.o': founding,
    'text.o': 'int main(void) { return 0; }\n',
    'zeroes.o': new Uint8Array(64),
    'short.o': founding.subarray(0, 640),
    'x86.o': patch(founding).file(18, 2, 62).bytes,
    'big.o': fixture('founding-c/founding.be.o').bytes,
    'relocation.o': patch(founding).content('.relclassifier', 0, 8, 4096).bytes,
    'symbol.o': damaged.symbol('LICENSE_TEXT', { value: 100 }).bytes,
    'undefined.o': fixture('undefined/undefined.o').bytes,
    'one.o': fixture('duplicate/one.o').bytes,
    'two.o': fixture('duplicate/two.o').bytes,
    'bad.ld': 'SECTOINS { }\n',
  };
  for (const [name, content] of Object.entries(files))
    fs.writeFileSync(join(folder, name), content);
  fs.mkdirSync(join(folder, 'directory'));
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['not ELF', ['zeroes.o'], 1, 'ELF-001', 'zeroes.o: not an ELF object'],
  ['source', ['text.o'], 1, 'CLI-017', "'text.o' is neither an ELF object nor a linker script"],
  ['truncated', ['short.o'], 1, 'ELF-003', 'short.o: truncated or corrupt'],
  ['the wrong machine', ['x86.o'], 1, 'ELF-002', 'x86.o: not a BPF relocatable object: machine 62'],
  ['mixed byte orders', ['good.o', 'big.o'], 1, 'ELF-004', 'big.o is big-endian, but good.o is'],
  [
    'a relocation past its section',
    ['relocation.o'],
    1,
    'ELF-007',
    'classifier+0x1000 lies outside',
  ],
  [
    'a symbol past its section',
    ['symbol.o'],
    1,
    'ELF-006',
    "symbol.o: symbol 'LICENSE_TEXT' covers",
  ],
  ['undefined', ['undefined.o'], 1, 'SYM-002', 'undefined function: get_nprocs'],
  ['duplicate', ['one.o', 'two.o'], 1, 'SYM-001', 'duplicate symbol: level'],
  ['a misspelt command', ['good.o', '-T', 'bad.ld'], 1, 'SCRIPT-', "did you mean 'SECTIONS'"],
  ['a missing file', ['none.o'], 1, 'CLI-011', "cannot read input 'none.o': it does not exist"],
])('%s: %j', (_, argv, status, code, message) => {
  const script = argv.includes('-T') ? [] : ['-T', 'tc.ld'];
  const output = join(folder, 'out.o');
  const words = [program, ...argv, ...script, '-o', output];
  const run = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(`error: ${code}`);
  expect(run.stderr).toContain(message);
  expect(fs.existsSync(output)).toBe(false);
});

test('a directory as output', () => {
  const words = [program, 'good.o', '-T', 'tc.ld', '-o', 'directory'];
  const run = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  expect([run.status, run.stdout]).toEqual([1, '']);
  expect(run.stderr).toContain("error: CLI-020: cannot write output 'directory'");
  expect(fs.readdirSync(join(folder, 'directory'))).toEqual([]);
});

test('an undefined name is shown with its source line, section and offset', () => {
  const { diagnostics } = linkObjects(
    { 'u.o': fixture('undefined/undefined.o').bytes },
    'PROFILE(tc)',
  );
  const [first] = diagnostics.filter(({ code }) => code === 'SYM-002');
  expect(first?.at).toMatchObject([
    { kind: 'source', function: 'undefined' },
    { kind: 'object', file: 'u.o', section: 'classifier' },
  ]);
});

test('every fault of the inputs is reported at once', () => {
  const bad = object({ sections: [{ name: '.data', flags: DATA, content: [0] }] });
  const { output, diagnostics } = linkObjects({
    'a.o': new Uint8Array(4),
    'b.o': patch(bad).file(18, 2, 3).bytes,
    'c.o': bad.subarray(0, 100),
  });
  expect(output).toBeUndefined();
  expect(codes(diagnostics)).toEqual(['ELF-001', 'ELF-002', 'ELF-003']);
});
