import { expect, test } from 'vitest';
import { dependencyRule, escapeMakeName } from '../../src/cli/dependency-file.ts';
import { elf, run } from './support/memory-host.ts';

test.each([
  ['a.o', 'a.o'],
  ['a b.o', 'a\\ b.o'],
  ['a\\ b.o', 'a\\\\\\ b.o'],
  ['a\\b.o', 'a\\b.o'],
  ['a#b$c.o', 'a\\#b$$c.o'],
  ['x:y.o', 'x\\:y.o'],
  ['C:\\x.o', 'C:\\x.o'],
])('%s is escaped as %s', (name, escaped) => {
  expect(escapeMakeName(name)).toBe(escaped);
});

test('the rule names every file, then each has an empty rule', () => {
  expect(dependencyRule('o ut.o', ['a.o', 'o ut.o', 'b.ld'])).toBe(
    'o\\ ut.o: \\\n  a.o \\\n  b.ld\n\na.o:\n\nb.ld:\n',
  );
});

test('inputs, scripts, included scripts and values files are named, shipped scripts are not', async () => {
  const files = {
    'a.o': elf,
    'd/libx.a': 'INPUT(b.o)',
    'd/b.o': elf,
    't.ld': 'INCLUDE more.ld INCLUDE tc.ld',
    'd/more.ld': 'SEARCH_DIR(d)',
    'v.json': '{"x": 1}',
    rsp: '-Ld',
  };
  const argv = '@rsp -T t.ld a.o -lx --set-from v.json -o out.o --dependency-file out.d'.split(' ');
  const { code, host } = await run(argv, files);
  expect(host.stderr).toBe('');
  expect(code).toBe(0);
  expect(host.files.get('out.d')?.split('\n\n')[0]).toBe(
    'out.o: \\\n  t.ld \\\n  d/more.ld \\\n  a.o \\\n  d/libx.a \\\n  d/b.o \\\n  v.json',
  );
});

test('CLI-020: a name that make cannot express is refused before anything is written', async () => {
  const argv = ['a\nb.o', '-o', 'x.o', '--dependency-file=x.d'];
  const { code, host } = await run(argv, { 'a\nb.o': elf });
  expect(code).toBe(1);
  expect(host.stderr).toContain('CLI-020');
  expect([...host.files.keys()]).toEqual(['a\nb.o']);
});

test('CLI-020: a dependency file that cannot be written fails the run', async () => {
  const { code, host } = await run(['a.o', '--dependency-file', 'd'], { 'a.o': elf, d: '/' });
  expect(code).toBe(1);
  expect(host.stderr).toContain("CLI-020: cannot write dependency file 'd': it is a directory");
});
