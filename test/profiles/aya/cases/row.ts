/** What every list of broken objects is made of. */
import { addressOf, call, callOf, func, load, make, type Part, pass, program } from '../build.ts';

/**
 * What aya and the kernel do: `refuses` in user space, `panics`, `object`: the kernel refuses types or maps,
 * `program`: it refuses a program. `silent`: all loads, to another effect than was meant, or without what is left out.
 * `fine`: this version has no such rule.
 */
export type Outcome = 'refuses' | 'panics' | 'object' | 'program' | 'silent' | 'fine';

/** One outcome for both versions, or one each. `message` is in bpfld's. */
export type Row = readonly [
  rule: string,
  name: string,
  outcome: Outcome | readonly [old: Outcome, now: Outcome],
  message: string,
  object: () => Uint8Array,
  severity?: 'warning',
];

export const helper: Part = func('helper', '.text');

/** A program with one reference, and what it refers to. */
export function refers(target: string, ...parts: readonly Part[]): Uint8Array {
  return make(program([load, ...pass], [addressOf(target)]), ...parts);
}

export function calls(target: string, ...parts: readonly Part[]): Uint8Array {
  return make(program([call, ...pass], [callOf(target)]), ...parts);
}

export function local({ sections, symbols }: Part): Part {
  return { sections, symbols: symbols.map((one) => ({ ...one, binding: 'local' })) };
}

/** 32 bits each. */
export function words(...values: readonly number[]): number[] {
  return values.flatMap((value) => [
    ...[value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24],
  ]);
}
