/** What `bpfld inspect` says, beside what llvm-readelf, llvm-objdump and bpftool say of the same objects. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inspect } from '../../src/report/inspect/inspect.ts';
import type { Inspection } from '../../src/report/inspect/types.ts';
import { describeLoaders, fixture } from './support/environment.ts';

const objects = [
  'inspect/program.o',
  'inspect/program.be.o',
  'rich/main.o',
  'config/config.be.o',
  'gcc/calls.o',
  'founding-rust/founding.o',
  'rela/rela.o',
  'comdat/library.o',
];

function report(path: string): Inspection {
  return inspect(readFileSync(fixture(path)), path).report!;
}

function output(tool: string, ...argv: readonly string[]): string {
  const { status, stdout } = spawnSync(tool, argv, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect([tool, status]).toEqual([tool, 0]);
  return stdout;
}

/** Rows of a table of llvm-readelf that begin with a number and a colon, or a number in brackets. */
const rows = (text: string, begin: RegExp): string[][] =>
  text
    .split('\n')
    .filter((line) => begin.test(line))
    .map((line) =>
      line
        .replace(/[[\]:]/g, ' ')
        .trim()
        .split(/\s+/),
    );

describeLoaders('inspect and other tools agree', () => {
  test.each(objects)('%s: symbols, with llvm-readelf', (path) => {
    const printed = rows(output('llvm-readelf-19', '--symbols', fixture(path)), /^\s*[1-9]\d*: /);
    expect(
      report(path).symbols.map(
        ({ value, size, type, binding, visibility, place, section, name }) => ({
          value,
          size,
          type,
          binding,
          visibility,
          place,
          section: section !== null,
          name,
        }),
      ),
    ).toEqual(
      printed.map(([, value, size, type, binding, visibility, index, name = '']) => ({
        value: Number.parseInt(value!, 16),
        size: Number(size),
        type,
        binding: binding!.toLowerCase(),
        visibility: visibility!.toLowerCase(),
        place: { UND: 'undefined', ABS: 'absolute', COM: 'common' }[index!] ?? 'section',
        section: /^\d+$/.test(index!),
        name,
      })),
    );
  });

  test.each(objects)('%s: section names and sizes, with llvm-readelf', (path) => {
    const text = output('llvm-readelf-19', '--sections', '--wide', fixture(path));
    const printed = rows(text, /^\s*\[\s*[1-9]\d*\]/);
    expect(report(path).sections.map(({ name, type, size }) => [name, type, size])).toEqual(
      printed.map(([, name, type, , , size]) => [name, type, Number.parseInt(size!, 16)]),
    );
  });

  test.each(objects)('%s: as many instructions as llvm-objdump', (path) => {
    const text = output('llvm-objdump-19', '-d', '--no-show-raw-insn', fixture(path));
    const offsets = [...text.matchAll(/^\s+(\d+):\s/gm)].map(([, slot]) => Number(slot) * 8);
    const { code } = report(path);
    expect(code!.flatMap(({ instructions }) => instructions.map(({ offset }) => offset))).toEqual(
      offsets,
    );
  });

  test.each(['inspect/program.o', 'config/config.o'])('%s: types, with bpftool', (path) => {
    const dump = output('bpftool', 'btf', 'dump', 'file', fixture(path));
    const { btf } = report(path);
    expect(btf!.typeCount).toBe([...dump.matchAll(/^\[\d+\] /gm)].length);
    const kinds = [...dump.matchAll(/^\[\d+\] (\w+)/gm)].map(([, kind]) => kind!.toLowerCase());
    for (const [kind, count] of Object.entries(btf!.kinds)) {
      expect([kind, kinds.filter((one) => one === kind).length]).toEqual([kind, count]);
    }
  });
});
