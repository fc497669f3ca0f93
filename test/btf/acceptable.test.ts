/** What the kernel refuses of Rust's types is mended where they are read. */
import { expect, test } from 'vitest';
import { acceptable, hasForeignNames } from '../../src/btf/acceptable.ts';
import { KIND } from '../../src/btf/format.ts';
import { findType, typeIds } from '../../src/btf/query.ts';
import { readBtf } from '../../src/btf/read.ts';
import type { Btf } from '../../src/btf/types.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { readElf } from '../../src/elf/read.ts';
import { parityLink, TypedOutput } from '../link/parity/support.ts';
import { fixture } from '../support/link.ts';

function typesOf(path: string): Btf {
  const { object } = readElf(fixture(path).bytes as Uint8Array, path);
  const section = object!.sections.find(({ name }) => name === '.BTF')!;
  return readBtf(section.bytes, object!.order).btf!;
}

test('names become names, and members stand in order', () => {
  const rust = typesOf('rust-types/names.o');
  expect(hasForeignNames(rust)).toBe(true);
  const mended = acceptable(rust);
  expect(hasForeignNames(mended)).toBe(false);
  expect(validateBtf(mended)).toBeUndefined();
  const [pair] = [...typeIds(mended, KIND.STRUCT)];
  expect(mended.name(pair!)).toBe('Pair_u32___u8_');
  expect(mended.members(pair!).map(({ name, offsetBits }) => [name, offsetBits])).toEqual([
    ['second', 0],
    ['first', 64],
  ]);
  expect(findType(rust, 'Pair<u32, &u8>')).toBe(pair);
});

test('C has none', () => {
  expect(hasForeignNames(typesOf('types/one.o'))).toBe(false);
});

test('a subprogram becomes static, a program stays global', () => {
  const output = new TypedOutput(parityLink(['rust-types/names.o'], 'libbpf.ld'));
  expect(output.linkages('first_of')).toEqual(['static']);
  expect(output.linkages('program')).toEqual(['global']);
});
