import { KIND } from '../format.ts';
import type { Btf } from '../types.ts';

/** C's modes for the sizes that an enum does not have by its values. */
const MODES: Readonly<Record<number, string>> = { 1: 'byte', 2: 'HI', 8: 'DI' };

/** `{ A = 1, B = 2 }` over several lines, and what gives the enum its size. */
export function enumBody(
  btf: Btf,
  id: number,
  indent: string,
  nameOf: (name: string) => string,
): string {
  const suffix = btf.kind(id) === KIND.ENUM64 ? (btf.flag(id) ? 'LL' : 'ULL') : '';
  const lines = btf
    .enumerators(id)
    .map(({ name, value }) => `${indent}\t${nameOf(name)} = ${literal(value, suffix)},\n`);
  const mode = MODES[btf.size(id)];
  const attribute = mode === undefined ? '' : ` __attribute__((mode(${mode})))`;
  return `{\n${lines.join('')}${indent}}${attribute}`;
}

const LEAST = -(2n ** 63n);

function literal(value: bigint, suffix: string): string {
  // C has no negative literals, and 2^63 does not fit before the sign.
  return value === LEAST ? `(${value + 1n}${suffix} - 1)` : `${value}${suffix}`;
}
