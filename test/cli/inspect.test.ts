import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inspectOptions } from '../../src/cli/inspect-options.ts';
import { formsOf, optionTable } from '../../src/cli/options.ts';
import { readElf } from '../../src/elf/read.ts';
import { parts } from '../../src/report/inspect/text/render.ts';
import { fixture } from '../support/link.ts';
import { elf, run } from './support/memory-host.ts';

const content = (path: string): string =>
  Array.from(fixture(path).bytes as Uint8Array, (byte) => String.fromCharCode(byte)).join('');

const files = {
  'a.o': content('inspect/program.o'),
  'b.o': content('common/a.o'),
  'cut.o': elf,
  'prog.c': 'int x;',
  'libx.a': '!<arch>\n',
};

test('shows an overview and does not link', async () => {
  const { code, host, linked } = await run(['inspect', 'a.o'], files);
  expect([code, host.stderr, linked]).toEqual([0, '', undefined]);
  expect(host.stdout).toMatch(/^a\.o: little-endian BPF object, .*\n[\s\S]*\nMaps \(4\)\n/);
  expect(host.stdout).not.toContain('Sections');
});

test('several files, each under its heading', async () => {
  const { host } = await run(['inspect', 'a.o', 'b.o', '-S'], files);
  expect(host.stdout.match(/^(a|b)\.o: /gm)).toEqual(['a.o: ', 'b.o: ']);
  expect(host.stdout).toContain('\n\nb.o: ');
});

test('letters of readelf and objdump', async () => {
  const { host } = await run(['inspect', '-s', '-r', '-d', 'a.o'], files);
  for (const title of ['Symbols (', 'Relocations of .text', 'note  .text']) {
    expect(host.stdout).toContain(title);
  }
  expect(host.stdout).not.toContain('Programs (');
});

test('--all shows every part', async () => {
  const all = await run(['inspect', '--all', 'a.o'], files);
  const each = await run(['inspect', ...parts.map((part) => `--${part}`), 'a.o'], files);
  expect(all.host.stdout).toBe(each.host.stdout);
});

test('--json: an object for one file, an array for several', async () => {
  const one = await run(['inspect', '--json', 'a.o'], files);
  expect(JSON.parse(one.host.stdout)).toMatchObject({ path: 'a.o', license: 'Dual BSD/GPL' });
  const two = await run(['inspect', 'a.o', '--json', 'b.o'], files);
  expect(JSON.parse(two.host.stdout)).toMatchObject([{ path: 'a.o' }, { path: 'b.o' }]);
});

test('a file that is no object fails, and the others are shown', async () => {
  const { code, host } = await run(['inspect', '--json', 'cut.o', 'a.o', 'none.o'], files);
  expect(code).toBe(1);
  expect(host.stderr).toContain('ELF-003');
  expect(host.stderr).toContain("CLI-011: cannot read input 'none.o': it does not exist");
  expect(JSON.parse(host.stdout)).toMatchObject([{ path: 'a.o' }]);
});

test.each([
  ['prog.c', 'CLI-016'],
  ['libx.a', 'CLI-014'],
])('%s: %s says what to do with it', async (file, expected) => {
  const { code, host } = await run(['inspect', file], files);
  expect([code, host.stdout]).toEqual([1, '']);
  expect(host.stderr).toContain(expected);
});

test.each([
  [[], 'CLI-005: no input files; see bpfld inspect --help'],
  [
    ['--jsno', 'a.o'],
    "CLI-001: unknown option '--jsno' (did you mean '--json'?); see bpfld inspect --help",
  ],
  [['--json=x', 'a.o'], 'CLI-003'],
  [['--color=red', 'a.o'], 'CLI-004'],
  [['-T', 'x.ld', 'a.o'], "CLI-001: unknown option '-T'"],
])('inspect %j is a usage error', async (argv, message) => {
  const { code, host } = await run(['inspect', ...argv], files);
  expect([code, host.stdout]).toEqual([2, '']);
  expect(host.stderr).toContain(message);
});

test('a file of the name is linked where it is written as a path', async () => {
  const named = { inspect: elf };
  expect((await run(['./inspect'], { './inspect': elf })).linked).toBeDefined();
  expect((await run(['--', 'inspect'], named)).linked).toBeDefined();
  expect((await run(['inspect'], named)).linked).toBeUndefined();
});

test('--help lists every option', async () => {
  const { code, host } = await run(['inspect', '--help']);
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^Usage: bpfld inspect /);
  for (const form of inspectOptions.flatMap(formsOf)) expect(host.stdout).toContain(form);
});

test('every part has its option', () => {
  const names: readonly string[] = inspectOptions.map(({ name }) => name);
  expect(names.slice(0, parts.length)).toEqual(parts);
  const forms = inspectOptions.flatMap(formsOf);
  expect(new Set(forms).size).toBe(forms.length);
});

const page = readFileSync(new URL('../../docs/inspect.md', import.meta.url), 'utf8');

test('the documentation has the table of options as it is', () => {
  expect(page).toContain(optionTable(inspectOptions));
});

test("the documentation's example is what is shown", async () => {
  const path = 'fixtures/text-section/nested.o';
  const { host } = await run(['inspect', path], { [path]: content('text-section/nested.o') });
  expect(page).toContain(`# bpfld inspect ${path}\n${host.stdout}\`\`\``);
});

test.each([
  ['--relocations', 'rich/main.o'],
  ['--data', 'config/config.o'],
])("the documentation's lines of %s are of what is shown", async (option, object) => {
  const path = `fixtures/${object}`;
  const { host } = await run(['inspect', option, path], { [path]: content(object) });
  const [, example] = page.split(`# bpfld inspect ${option} ${path}\n`);
  const lines = example!.slice(0, example!.indexOf('```')).split('\n');
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) expect(`${host.stdout}...\n`).toContain(`${line}\n`);
});

test('a file of types alone is shown', async () => {
  const elfFile = readElf(fixture('config/config.o').bytes, 'a.o').object!;
  const { bytes } = elfFile.sections.find(({ name }) => name === '.BTF')!;
  const vmlinux = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const { code, host } = await run(['inspect', '--btf', 'vmlinux'], { vmlinux });
  expect([code, host.stderr]).toEqual([0, '']);
  expect(host.stdout).toContain('struct limits {');
});

test('the documentation names every field of the JSON', async () => {
  const { host } = await run(['inspect', '--json', 'a.o'], files);
  const fields = new Set<string>();
  JSON.parse(host.stdout, (key, value) => {
    if (/^[a-z]\w*$/i.test(key)) fields.add(key);
    return value;
  });
  // Kinds of types are data.
  const kinds = /^(int|ptr|array|struct|typedef|var|func|func_proto|enum|const|volatile|datasec)$/;
  const missing = [...fields].filter(
    (field) => !kinds.test(field) && !page.includes(`\`${field}\``),
  );
  expect(missing).toEqual([]);
});
