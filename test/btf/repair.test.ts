/** What compilers write and the kernel refuses; GCC's types are tested with whole links (test/link/parity). */
import { expect, test } from 'vitest';
import { KIND } from '../../src/btf/format.ts';
import { withoutMethods } from '../../src/btf/repair.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { info, table } from './support/table.ts';

test('member functions of a class, which LLVM writes as members without a type, are left out', () => {
  const btf = table((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [name('point'), info(KIND.STRUCT, 3), 4, name('x'), 1, 0, name('sum'), 0, 256, name('~'), 0, 9],
    [name('none'), info(KIND.STRUCT, 1), 0, name('f'), 0, 256],
    [name('p'), info(KIND.PTR), 2],
  ]);
  expect(validateBtf(btf)).toContain('beyond its 4 bytes');
  const mended = withoutMethods(btf);
  expect(validateBtf(mended)).toBeUndefined();
  expect(mended.members(2).map(({ name }) => name)).toEqual(['x']);
  expect([mended.vlen(3), mended.typeCount, mended.target(4)]).toEqual([0, 4, 2]);
  expect(withoutMethods(mended)).toBe(mended);
});
