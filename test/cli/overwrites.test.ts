import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeHost } from '../../src/host.ts';
import { elf, run } from './support/memory-host.ts';

const files: Readonly<Record<string, string>> = {
  'a.o': elf,
  's.ld': 'INCLUDE inc.ld',
  'inc.ld': '',
  list: 'INPUT(a.o)',
  'v.json': '{"x": 1}',
  outer: '@inner',
  inner: 'a.o',
};

test.each([
  ['-o p.o --dependency-file=p.o', 'dependency file', 'p.o', 'the output'],
  ['-o p.o --dependency-file=./p.o', 'dependency file', './p.o', 'the output'],
  ['-o p.o --dependency-file=a.o', 'dependency file', 'a.o', 'an input'],
  ['-o a.o --dependency-file=./a.o', 'dependency file', './a.o', 'the output'],
  ['-T s.ld --dependency-file=s.ld', 'dependency file', 's.ld', 'a linker script'],
  ['--set-from=v.json --dependency-file=v.json', 'dependency file', 'v.json', 'a values file'],
  ['@outer --dependency-file=inner', 'dependency file', 'inner', 'a response file'],
  ['-T s.ld -o ./s.ld', 'output', './s.ld', 'a linker script'],
  ['-T s.ld -o inc.ld', 'output', 'inc.ld', 'a linker script'],
  ['list -o list', 'output', 'list', 'a linker script'],
  ['--set-from=v.json -o v.json', 'output', 'v.json', 'a values file'],
  ['@outer -o outer', 'output', 'outer', 'a response file'],
])('CLI-008: %s is refused and nothing is written', async (argv, what, file, other) => {
  const { code, host } = await run(['a.o', ...argv.split(' ')], files);
  expect(host.stderr).toBe(
    `error: CLI-008: the ${what} '${file}' is also ${other}; give it another name\n`,
  );
  expect(code).toBe(2);
  expect(Object.fromEntries(host.files)).toEqual(files);
});

test.each([
  '-o a.o',
  '-o ./a.o --dependency-file=a.d',
  '-T s.ld -o v.json --dependency-file=outer',
])('%s is no conflict', async (argv) => {
  const { code, host } = await run(['a.o', ...argv.split(' ')], files);
  expect([code, host.stderr]).toEqual([0, '']);
});

test('a file has one identity whatever path leads to it, even before it is made', () => {
  const { identify } = nodeHost();
  const folder = fs.mkdtempSync(join(tmpdir(), 'bpfld-overwrites-'));
  try {
    fs.mkdirSync(join(folder, 'd'));
    fs.symlinkSync('d', join(folder, 'link'));
    fs.writeFileSync(join(folder, 'd/made'), '');
    for (const name of ['made', 'unmade']) {
      expect(identify(`${folder}/link/../d/./${name}`)).toBe(identify(`${folder}/link/${name}`));
    }
    expect(identify(`${folder}/d/made`)).not.toBe(identify(`${folder}/d/unmade`));
    expect(identify('unmade')).toBe(identify(`${process.cwd()}/unmade`));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
