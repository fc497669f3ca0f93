/** Whole tables, with their declarations. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dedupBtf, mergeBtf } from '../../src/btf/dedup.ts';
import { KIND } from '../../src/btf/format.ts';
import { typeIds } from '../../src/btf/query.ts';
import { readBtf } from '../../src/btf/read.ts';
import type { Btf } from '../../src/btf/types.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { titles } from './support/merge.ts';
import { allObjectTypes, typesOf } from './support/objects.ts';
import { info, table } from './support/table.ts';

const declarations = table((name) => [
  [name('int'), info(KIND.INT), 4, 0x20],
  [0, info(KIND.FUNC_PROTO), 0],
  [name('f'), info(KIND.FUNC, 1), 2],
  [name('v'), info(KIND.VAR), 1, 1],
  [name('t'), info(KIND.DECL_TAG), 3, 0xffffffff],
  [name('t'), info(KIND.DECL_TAG), 4, 0xffffffff],
  [name('.data'), info(KIND.DATASEC, 1), 4, 4, 0, 4],
  [name('.bss'), info(KIND.DATASEC), 0],
]);

test('functions are merged; variables, sections and what tags those are not', () => {
  expect(dedupBtf(declarations)).toEqual(declarations);
  expect(titles(mergeBtf([declarations, declarations]))).toEqual([
    ...titles(declarations),
    "variable 'v'",
    "declaration tag 't'",
    "section '.data'",
    "section '.bss'",
  ]);
});

test.each(allObjectTypes().map((object) => [object.path, object] as const))(
  '%s: what is left makes sense, and is not less the second time',
  (_, object) => {
    const once = dedupBtf(typesOf(object));
    expect(validateBtf(once)).toBeUndefined();
    expect(dedupBtf(once)).toEqual(once);
  },
);

const kernel = '/sys/kernel/btf/vmlinux';

/** Kind, name, number of entries, and size or id of each type, declarations apart. */
function summary(btf: Btf): string {
  return [...typeIds(btf)]
    .filter((id) => btf.kind(id) !== KIND.VAR && btf.kind(id) !== KIND.DATASEC)
    .map((id) => `${btf.kind(id)} ${btf.name(id)} ${btf.vlen(id)} ${btf.size(id)}`)
    .join('\n');
}

test.skipIf(!existsSync(kernel))(
  "the kernel's types, which were merged before",
  () => {
    const { btf } = readBtf(readFileSync(kernel), 'little');
    const before = summary(btf!);
    expect(summary(dedupBtf(btf!)) === before).toBe(true);
    expect(summary(mergeBtf([btf!, btf!])) === before).toBe(true);
  },
  60_000,
);
