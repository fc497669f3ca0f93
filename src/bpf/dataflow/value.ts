/**
 * What is known about a register or stack slot.
 *
 *     constant < unknown
 *     address with exact offset < without < with more targets
 *     unknown and every address < impure address of the union of targets
 *
 * Nothing forgets a target: an address that may also be a number, or that was shifted, is an *impure*
 * address, which says "derived from one of these, or from nothing". Only `unknown` claims that a value
 * comes from no target.
 */
import type { TargetSet, TargetTable } from './targets.ts';

/** Any number, not derived from a target's address. */
export interface Unknown {
  readonly kind: 'unknown';
}

export interface Constant {
  readonly kind: 'constant';
  /** 64 bits, unsigned. */
  readonly value: bigint;
}

export interface Address {
  readonly kind: 'address';
  readonly targets: TargetSet;
  /** Bytes from the target's start (from r10 for the stack); known only for one target and if pure. */
  readonly offset: number | undefined;
  /** An address of one of the targets plus a number, for certain. */
  readonly pure: boolean;
}

export type Value = Unknown | Constant | Address;

export const UNKNOWN: Unknown = { kind: 'unknown' };

/** Offsets beyond this are not tracked: no object is that large. */
const LARGEST_OFFSET = 2 ** 32;

export function constant(value: bigint): Constant {
  return { kind: 'constant', value: BigInt.asUintN(64, value) };
}

export function address(targets: TargetSet, offset: number | undefined): Address {
  const known = offset !== undefined && targets.ids.length === 1;
  const exact = known && Math.abs(offset) <= LARGEST_OFFSET ? offset : undefined;
  return { kind: 'address', targets, offset: exact, pure: true };
}

export function impure(targets: TargetSet): Address {
  return { kind: 'address', targets, offset: undefined, pure: false };
}

export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === 'constant') return b.kind === 'constant' && a.value === b.value;
  if (a.kind === 'address') {
    return (
      b.kind === 'address' && a.targets === b.targets && a.offset === b.offset && a.pure === b.pure
    );
  }
  return a.kind === b.kind;
}

/** The least value above both; `a` itself where that is enough. */
export function join(a: Value, b: Value, table: TargetTable): Value {
  if (equalValues(a, b)) return a;
  if (a.kind !== 'address') return b.kind === 'address' ? spoil(b) : UNKNOWN;
  if (b.kind !== 'address') return spoil(a);
  const targets = table.union(a.targets, b.targets);
  const joined = a.pure && b.pure ? address(targets, undefined) : impure(targets);
  return equalValues(joined, a) ? a : joined;
}

/** The same targets, but nothing else known. */
export function spoil(value: Address): Address {
  return value.pure ? impure(value.targets) : value;
}

/** What is left of some values after their bits were mixed. */
export function mix(a: Value, b: Value, table: TargetTable): Value {
  if (a.kind !== 'address') return b.kind === 'address' ? spoil(b) : UNKNOWN;
  return b.kind === 'address' ? impure(table.union(a.targets, b.targets)) : spoil(a);
}
