import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bpfld, withDirectory } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';

const tools = ['llvm-readelf-19', 'llvm-readelf', 'readelf'].filter(
  (tool) => spawnSync(tool, ['--version']).status === 0,
);

const links: readonly (readonly [script: string, ...objects: string[]])[] = [
  ['tc.ld', 'rich/main.o', 'rich/lib.o'],
  ['tc.ld', 'founding-c/founding.be.o'],
  ['generic.ld', 'rich/main.be.o', 'rich/lib.be.o'],
  ['generic.ld', 'config/config.o'],
  ['generic.ld', 'comdat/program.o', 'comdat/library.o'],
  ['generic.ld', 'common/a.o', 'common/b.o'],
  ['generic.ld', 'gcc/calls.o', 'gcc/other.o'],
  ['generic.ld', 'relative-lookup-table/table.o'],
];

describeLoaders('tools that read ELF', () => {
  test('are there', () => {
    expect(tools).toEqual(expect.arrayContaining(['llvm-readelf-19', 'readelf']));
  });

  describe.each(tools)('%s', (tool) => {
    test.each(links.map((words) => [words]))('prints the output without a warning: %j', (words) => {
      const [script, ...objects] = words;
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        const link = bpfld(...objects.map(fixture), '-T', script!, '-o', output);
        expect(link.status).toBe(0);
        const printed = spawnSync(tool, ['--all', '--wide', output], { encoding: 'utf8' });
        expect([printed.status, printed.stderr]).toEqual([0, '']);
        expect(printed.stdout).not.toMatch(/warning|error/i);
        expect(printed.stdout).toContain('Section Headers:');
      });
    });
  });
});
