import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/cli/markdown.ts';
import { explanations } from '../../src/diag/explanations.ts';
import { run } from './support/memory-host.ts';

test('prints the section of a code', async () => {
  const { code, host, linked } = await run(['explain', 'CLI-004']);
  expect([code, host.stderr, linked]).toEqual([0, '', undefined]);
  const { title, text } = explanations().get('CLI-004')!;
  expect(host.stdout).toBe(`CLI-004: ${title}\n\n${text}\n`);
});

test('several codes, in any case of letters', async () => {
  const { host } = await run(['explain', 'cli-004', 'Elf-003']);
  expect(host.stdout.match(/^(CLI-004|\nELF-003): /gm)).toHaveLength(2);
});

test('an unknown code is a usage error that names a near one, and the others are told', async () => {
  const { code, host } = await run(['explain', 'CLI-0O4', 'CLI-005']);
  expect(code).toBe(2);
  expect(host.stderr).toMatch(
    /^error: CLI-023: unknown code 'CLI-0O4' \(did you mean 'CLI-\d+'\?\); see bpfld explain --help\n$/,
  );
  expect(host.stdout).toMatch(/^CLI-005: /);
});

test.each([[[]], [['--list']]])('explain %j lists all codes under their pages', async (argv) => {
  const { code, host } = await run(['explain', ...argv]);
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^BTF: types of the inputs\n {2}BTF-001 {5}\S/m);
  const listed = [...host.stdout.matchAll(/^ {2}([A-Z]+-\d{3}) /gm)].map(([, one]) => one);
  expect(listed.sort()).toEqual([...explanations().keys()].sort());
});

test('--help', async () => {
  const { code, host } = await run(['explain', '--help']);
  expect(code).toBe(0);
  expect(host.stdout).toMatch(/^Usage: bpfld explain /);
});

test.each([
  ['## Heading', 'Heading', '\x1b[1mHeading\x1b[0m'],
  ['see [page](page.md#x), `code`', 'see page, `code`', 'see page, \x1b[36m`code`\x1b[0m'],
  ['a\n```c\nint x;\n\n`# y`\n```\nb', 'a\n    int x;\n\n    `# y`\nb', undefined],
])('markdown %j on a terminal', (text, plain, coloured) => {
  expect(renderMarkdown(text, false)).toBe(plain);
  expect(renderMarkdown(text, true)).toBe(coloured ?? plain);
});
