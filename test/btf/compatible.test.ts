/** What two tables may say of one name; the rules themselves are tested with whole links (test/link/parity). */
import { expect, test } from 'vitest';
import { incompatibility } from '../../src/btf/compatible.ts';
import { KIND } from '../../src/btf/format.ts';
import { typeIds } from '../../src/btf/query.ts';
import { declare } from './support/declare.ts';

/** Prototypes that take the one before twice: as a tree, 2^60 of them. */
function tower(first: string) {
  const floors = Array.from(
    { length: 60 },
    (_, i) => `typedef f${i + 1} *fn(a: f${i}, b: f${i}) void`,
  );
  const btf = declare([`typedef f0 *fn(a: ${first}) void`, ...floors].join('; '));
  const id = [...typeIds(btf, KIND.TYPEDEF)].find((candidate) => btf.name(candidate) === 'f60')!;
  return { btf, id };
}

test('a pair of prototypes is compared once, however many ways lead to it', () => {
  expect(incompatibility(tower('int'), tower('int'))).toBeUndefined();
  expect(incompatibility(tower('int'), tower('long'))).toContain("'int' has 4 bytes, 'long' 8");
});
