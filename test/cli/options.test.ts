import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderHelp } from '../../src/cli/help.ts';
import { formsOf, options, optionTable } from '../../src/cli/options.ts';
import { version, versionLine } from '../../src/cli/version.ts';

test('no two options have a form in common', () => {
  const forms = options.flatMap(formsOf);
  expect(new Set(forms).size).toBe(forms.length);
});

test('--help lists every form of every option, and no other', async () => {
  const help = await renderHelp(options);
  const listed = help
    .split('\n')
    .filter((line) => /^ {2,6}-/.test(line))
    .flatMap((line) => line.trim().split(/ {2,}/)[0]!.split(', '));
  expect(listed.toSorted()).toEqual(options.flatMap(formsOf).toSorted());
});

test('--help explains every option and fits a terminal', async () => {
  const help = await renderHelp(options);
  const text = help.replace(/\s+/g, ' ');
  for (const option of options) expect(text).toContain(option.help.split(' (')[0]);
  for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('the documentation has the table of options as it is', () => {
  const page = new URL('../../docs/command-line.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toContain(optionTable());
});

test('the version is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(version).toBe((JSON.parse(text) as { version: string }).version);
  expect(versionLine).toContain('GNU ld');
});
