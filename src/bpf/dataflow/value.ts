/**
 * What is known about a register or stack slot.
 *
 *     constant < unknown below 2^n < unknown
 *     address with exact offset < with a lowest offset < without < with more targets
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
  /** The number, unsigned, is below 2^bits (see `numbers.ts`); 64 where nothing is known. */
  readonly bits: number;
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
  /** If it is an address: it is not below this, from the start of whichever target. -Infinity: not known. */
  readonly lowest: number;
  /** An address of one of the targets plus a number, for certain. */
  readonly pure: boolean;
  /** As of `Unknown`: 64 but for what was masked or shifted, and so is no address of anything. */
  readonly bits: number;
}

export type Value = Unknown | Constant | Address;

const NUMBERS: readonly Unknown[] = Array.from({ length: 65 }, (_, bits) => ({
  kind: 'unknown',
  bits,
}));

export const UNKNOWN: Unknown = NUMBERS[64]!;

/** Offsets beyond this are not tracked: no object is that large. */
const LARGEST_OFFSET = 2 ** 32;

/** How often sums may add what to a number that is below 2^bits, and leave it there; see `sumBits`. */
const COUNTED = [
  { bits: 48, step: 16 },
  { bits: 62, step: 32 },
] as const;

export function constant(value: bigint): Constant {
  return { kind: 'constant', value: BigInt.asUintN(64, value) };
}

/** A number below 2^bits, never one of the sizes that only sums have. */
export function unknownBelow(bits: number): Unknown {
  return NUMBERS[COUNTED.some((counted) => counted.bits === bits) ? bits + 1 : bits]!;
}

/**
 * The sum of two numbers. A counter in a loop must not seem to grow without end, so a sum that stays
 * within 48 or 62 bits by the sizes of its parts is said to be of that size, and adding a step of at most
 * 16 or 32 bits leaves it so: such a number is below 2^47 (2^61) and the steps, and no program takes the
 * 2^31 (2^29) steps that would double it.
 */
export function sumBits(a: number, b: number): Unknown {
  const [low, high] = a < b ? [a, b] : [b, a];
  for (const { bits, step } of COUNTED) {
    if (low <= step && high <= bits && high >= bits - 1) return NUMBERS[bits]!;
  }
  return unknownBelow(Math.min(high + 1, 64));
}

/** The least `n` for which a number is below 2^n. */
export function bitsOf(value: Value): number {
  return value.kind === 'constant' ? unknownBelow(bitLength(value.value)).bits : value.bits;
}

/** What is known of a value as a number. */
export function asNumber(value: Value): Unknown | Constant {
  return value.kind === 'address' ? NUMBERS[value.bits]! : value;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** Without `lowest`, only an exact address has one. */
export function address(
  targets: TargetSet,
  offset: number | undefined,
  lowest: number = offset ?? Number.NEGATIVE_INFINITY,
): Address {
  const known = offset !== undefined && targets.ids.length === 1;
  const exact = known && Math.abs(offset) <= LARGEST_OFFSET ? offset : undefined;
  return { kind: 'address', targets, offset: exact, lowest: bounded(lowest), pure: true, bits: 64 };
}

function bounded(lowest: number): number {
  if (lowest < -LARGEST_OFFSET) return Number.NEGATIVE_INFINITY;
  return Math.min(lowest, LARGEST_OFFSET);
}

export function impure(
  targets: TargetSet,
  lowest: number = Number.NEGATIVE_INFINITY,
  bits = 64,
): Address {
  return {
    kind: 'address',
    targets,
    offset: undefined,
    lowest: bounded(lowest),
    pure: false,
    bits,
  };
}

export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === 'constant') return b.kind === 'constant' && a.value === b.value;
  if (a.kind === 'address') {
    return (
      b.kind === 'address' &&
      a.targets === b.targets &&
      a.offset === b.offset &&
      a.lowest === b.lowest &&
      a.pure === b.pure &&
      a.bits === b.bits
    );
  }
  return b.kind === 'unknown' && a.bits === b.bits;
}

/**
 * The least value above both; `a` itself where that is enough. `coarse`: what changes, changes so much
 * that it will not change often.
 */
export function join(a: Value, b: Value, table: TargetTable, coarse = false): Value {
  if (equalValues(a, b)) return a;
  const bits = joinBits(a, bitsOf(b), coarse);
  if (a.kind !== 'address') {
    if (b.kind === 'address') return impure(b.targets, b.lowest, bits);
    return a.kind === 'unknown' && a.bits === bits ? a : NUMBERS[bits]!;
  }
  const joined =
    b.kind === 'address'
      ? joinAddresses(a, b, bits, table, coarse)
      : impure(a.targets, a.lowest, bits);
  return equalValues(joined, a) ? a : joined;
}

function joinAddresses(
  a: Address,
  b: Address,
  bits: number,
  table: TargetTable,
  coarse: boolean,
): Address {
  const targets = table.union(a.targets, b.targets);
  const lower = Math.min(a.lowest, b.lowest);
  const lowest = coarse && lower < a.lowest ? Number.NEGATIVE_INFINITY : lower;
  return a.pure && b.pure ? address(targets, undefined, lowest) : impure(targets, lowest, bits);
}

function joinBits(a: Value, other: number, coarse: boolean): number {
  const old = bitsOf(a);
  const bits = Math.max(old, other);
  if (!coarse || (a.kind !== 'constant' && bits === old)) return bits;
  return COUNTED.find((counted) => bits <= counted.bits)?.bits ?? 64;
}

/** What is left of some values after their bits were mixed: no address that anything could be read at. */
export function mix(a: Value, b: Value, table: TargetTable, bits = 64): Value {
  const targets =
    a.kind === 'address' && b.kind === 'address' ? table.union(a.targets, b.targets) : undefined;
  const [only] = [a, b].filter((value) => value.kind === 'address');
  if (only === undefined) return NUMBERS[bits]!;
  return impure(targets ?? only.targets, Number.NEGATIVE_INFINITY, bits);
}

/** What is left where either was stored, or a part of it: the verifier gives no address but a whole one. */
export function blend(a: Value, b: Value, table: TargetTable): Value {
  if (a.kind !== 'address') return b.kind === 'address' ? impure(b.targets, b.lowest) : UNKNOWN;
  if (b.kind !== 'address') return impure(a.targets, a.lowest);
  return impure(table.union(a.targets, b.targets), Math.min(a.lowest, b.lowest));
}
