/**
 * Where C puts the members of a struct on BPF, and what must be written so that it puts them where BTF has
 * them. BTF knows offsets and sizes, but not which attributes made them:
 *
 *     struct { char a; long b; }        a at 0, b at 8, size 16     nothing to write
 *     struct { char a; long b; }        a at 0, b at 1, size 9      packed: no alignment gives this
 *     struct { char a; char b; }        a at 0, b at 4, size 64     padding before b and at the end
 *
 * Padding is unnamed bit-fields, which leave the alignment of the struct alone, and for large gaps an
 * array. An `aligned` attribute is never written: padding has the same effect, and the struct may lie
 * anywhere in another one. Members in another order, as rustc has them, are sorted. Members that share
 * bytes (variants of a Rust enum) become an overlay: a union of packed structs, each of which is one member
 * with the padding before it.
 *
 * Not attempted: bit-fields of the old form, with their place in the INT, which no compiler writes now.
 */

import { alignUp } from '../../base/bytes.ts';
import type { Btf } from '../types.ts';

export type Row =
  | { readonly kind: 'member'; readonly index: number }
  /** An unnamed bit-field; the width of its type, and its own. */
  | { readonly kind: 'bits'; readonly of: 8 | 16 | 32 | 64; readonly width: number }
  | { readonly kind: 'bytes'; readonly count: number };

export type Layout =
  | { readonly form: 'sequence'; readonly packed: boolean; readonly rows: readonly Row[] }
  /** One struct or member after the other, all at the start. */
  | { readonly form: 'overlay'; readonly parts: readonly (readonly Row[])[] };

export interface PlacedMember {
  readonly index: number;
  readonly offsetBits: number;
  /** Of a bit-field; 0 for an ordinary member. */
  readonly bitWidth: number;
  /** Bytes, of the member's type. */
  readonly size: number;
  readonly align: number;
}

export interface Laid {
  readonly layout: Layout;
  /** Bytes, as C aligns what is written. */
  readonly align: number;
}

/** The layout of a struct of `size` bytes. */
export function layOutStruct(members: readonly PlacedMember[], size: number): Laid {
  const ordered = inOrder(members);
  return sequence(ordered, size, false) ?? sequence(ordered, size, true) ?? overlay(members, size);
}

/** The layout of a union of `size` bytes. */
export function layOutUnion(members: readonly PlacedMember[], size: number): Laid {
  if (members.some(({ offsetBits }) => offsetBits !== 0)) return overlay(members, size);
  const rows: Row[] = members.map(({ index }) => ({ kind: 'member', index }));
  const longest = members.reduce((most, member) => Math.max(most, bitsOf(member)), 0);
  const natural = members.reduce((most, { align }) => Math.max(most, align), 1);
  const packed = size % natural !== 0;
  const align = packed ? 1 : natural;
  if (alignUp(Math.ceil(longest / 8), align) < size) rows.push({ kind: 'bytes', count: size });
  return { layout: { form: 'sequence', packed, rows }, align };
}

function bitsOf({ bitWidth, size }: PlacedMember): number {
  return bitWidth === 0 ? size * 8 : bitWidth;
}

function inOrder(members: readonly PlacedMember[]): readonly PlacedMember[] {
  const sorted = members.every(
    ({ offsetBits }, i) => i === 0 || members[i - 1]!.offsetBits <= offsetBits,
  );
  if (sorted) return members;
  // What has no size first, or it would lie behind what begins where it does.
  return [...members].sort((a, b) => a.offsetBits - b.offsetBits || bitsOf(a) - bitsOf(b));
}

/** Undefined where the members cannot be written one after the other (with natural alignment). */
function sequence(
  members: readonly PlacedMember[],
  size: number,
  packed: boolean,
): Laid | undefined {
  const rows: Row[] = [];
  let at = 0;
  let align = 1;
  for (const member of members) {
    const { offsetBits } = member;
    if (place(member, at, packed) !== offsetBits) {
      if (offsetBits < at || place(member, offsetBits, packed) !== offsetBits) return undefined;
      pad(rows, at, offsetBits);
    }
    rows.push({ kind: 'member', index: member.index });
    at = offsetBits + bitsOf(member);
    if (!packed) align = Math.max(align, member.align);
  }
  const end = size * 8;
  if (size % align !== 0 || at > end) return undefined;
  if (alignUp(at, align * 8) < end) pad(rows, at, end);
  return { layout: { form: 'sequence', packed, rows }, align };
}

/** The bit at which C puts a member that follows what ends at bit `at`. */
function place(member: PlacedMember, at: number, packed: boolean): number {
  const align = packed ? 8 : member.align * 8;
  if (member.bitWidth === 0) return alignUp(at, align);
  // A bit-field moves on only where it would cross the end of a unit of its type.
  const crosses = (at % align) + member.bitWidth > member.size * 8;
  return packed || !crosses ? at : alignUp(at, align);
}

const WIDTHS = [64, 32, 16, 8] as const;

/** Bytes from which on padding is an array. */
const LARGE_GAP = 64;

function pad(rows: Row[], start: number, end: number): void {
  let at = start;
  while (at < end) {
    if (at % 8 === 0 && end - at >= LARGE_GAP * 8) {
      const count = Math.floor((end - at) / 8);
      rows.push({ kind: 'bytes', count });
      at += count * 8;
      continue;
    }
    const fitting = WIDTHS.find((width) => at % width === 0 && end - at >= width);
    const width = fitting ?? Math.min(8 - (at % 8), end - at);
    rows.push({ kind: 'bits', of: fitting ?? 8, width });
    at += width;
  }
}

function overlay(members: readonly PlacedMember[], size: number): Laid {
  const parts = members.map(({ index, offsetBits }) => {
    const rows: Row[] = [];
    pad(rows, 0, offsetBits);
    rows.push({ kind: 'member', index });
    return rows;
  });
  return {
    layout: { form: 'overlay', parts: [...parts, [{ kind: 'bytes', count: size }]] },
    align: 1,
  };
}

/** A type's size and the alignment of what is printed for it, in bytes. */
export interface Extent {
  readonly size: number;
  readonly align: number;
}

/** Without members that have no size, such as rustc's of type `char`: padding takes their place. */
export function placedMembers(
  btf: Btf,
  id: number,
  extentOf: (type: number) => Extent | undefined,
): PlacedMember[] {
  return btf.members(id).flatMap(({ type, offsetBits, sizeBits }, index) => {
    const extent = extentOf(type);
    return extent === undefined ? [] : [{ index, offsetBits, bitWidth: sizeBits, ...extent }];
  });
}
