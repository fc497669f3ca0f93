/** Types of the running kernel and of the fixtures, with bpftool and clang for judges. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acceptable } from '../../src/btf/acceptable.ts';
import { readBtf, validateBtf, writeBtf } from '../../src/btf/index.ts';
import { allObjectTypes, typesOf } from '../btf/support/objects.ts';
import { compiled, layouts } from './support/layouts.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';

function missing(...tools: readonly string[]): string | undefined {
  return tools.find((name) => spawnSync(name, ['--version']).error !== undefined);
}

/** Skipped with a line that says why where something is not here. */
function describeWith(name: string, lack: string | undefined, body: () => void): void {
  if (lack !== undefined) console.warn(`skipped: ${name}: no ${lack}`);
  describe.skipIf(lack !== undefined)(name, body);
}

const noKernel = existsSync(VMLINUX) ? undefined : VMLINUX;

describeWith("the kernel's types", noKernel ?? missing('bpftool', 'clang-19'), () => {
  const bytes = (): Uint8Array => new Uint8Array(readFileSync(VMLINUX));

  test('are valid, and written as they were', () => {
    const original = bytes();
    const { btf, fault } = readBtf(original, 'little');
    expect(fault).toBeUndefined();
    expect(validateBtf(btf!)).toBeUndefined();
    const written = writeBtf(btf!, 'little');
    if (new DataView(original.buffer).getUint32(4, true) === 24) {
      expect(Buffer.compare(written, original)).toBe(0);
    }
    const other = readBtf(writeBtf(btf!, 'big'), 'big').btf!;
    expect(Buffer.compare(writeBtf(other, 'little'), written)).toBe(0);
  });

  test('are the same to bpftool', () => {
    const directory = mkdtempSync(join(tmpdir(), 'bpfld-btf-'));
    try {
      const path = join(directory, 'written');
      writeFileSync(path, writeBtf(readBtf(bytes(), 'little').btf!, 'little'));
      const dump = (file: string): string =>
        execFileSync('bpftool', ['btf', 'dump', 'file', file], {
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
        });
      expect(dump(path) === dump(VMLINUX)).toBe(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('printed as C compile to the same layouts', () => {
    const { btf } = readBtf(bytes(), 'little');
    const expected = layouts(btf!);
    const found = layouts(compiled(btf!, 'little'));
    expect(found.length).toBe(expected.length);
    expect(found.filter((layout, i) => layout !== expected[i]).slice(0, 5)).toEqual([]);
  });
});

describeWith('types of objects, printed as C,', missing('clang-19'), () => {
  test.each(allObjectTypes())('$path: compile to the same layouts', (object) => {
    // C has no other names, and members in order.
    const btf = acceptable(typesOf(object));
    const made = layouts(compiled(btf, object.order));
    expect(made).toEqual(layouts(btf));
  });
});
