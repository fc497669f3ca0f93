/** How messages call a type of the table: `type 12 (struct 'foo')`. */
import type { Btf } from './types.ts';

/** By kind. */
const TITLES: readonly string[] = [
  'void',
  'int',
  'pointer',
  'array',
  'struct',
  'union',
  'enum',
  'forward declaration',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'function',
  'function prototype',
  'variable',
  'section',
  'float',
  'declaration tag',
  'type tag',
  'enum',
];

/** A name that is longer is no help, and comes from a damaged file. */
const LONGEST = 80;

export function describeType(btf: Btf, id: number): string {
  const title = TITLES[btf.kind(id)] ?? 'unknown';
  const name = btf.name(id);
  if (name === '') return `type ${id} (${title})`;
  return `type ${id} (${title} '${name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name}')`;
}
