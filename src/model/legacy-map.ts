/**
 * Map definitions of the `maps` section, as tc (struct bpf_elf_map) and old loaders (struct bpf_map_def)
 * know them: 32-bit fields in this order, of which an object may leave the last ones out.
 */
import { type ByteOrder, ByteView } from '../base/bytes.ts';

export const legacyMapFields = [
  'type',
  'sizeKey',
  'sizeValue',
  'maxElem',
  'flags',
  'id',
  'pinning',
  'innerId',
  'innerIndex',
] as const;

export type LegacyMap = Readonly<Record<(typeof legacyMapFields)[number], number>>;

/** The whole structure, in bytes. */
export const LEGACY_MAP_SIZE: number = legacyMapFields.length * 4;
/** Up to `maxElem`, in bytes: less is no definition. */
export const LEGACY_MAP_MIN_SIZE = 16;

/** Fields that `bytes` does not reach are 0. */
export function readLegacyMap(bytes: Uint8Array, order: ByteOrder): LegacyMap {
  const view = new ByteView(bytes, order);
  const field = (index: number): number => (view.has(index * 4, 4) ? view.u32(index * 4) : 0);
  const [type, sizeKey, sizeValue, maxElem, flags, id, pinning, innerId, innerIndex] =
    legacyMapFields.map((_, index) => field(index));
  return {
    type: type!,
    sizeKey: sizeKey!,
    sizeValue: sizeValue!,
    maxElem: maxElem!,
    flags: flags!,
    id: id!,
    pinning: pinning!,
    innerId: innerId!,
    innerIndex: innerIndex!,
  };
}

/** The whole structure; `-1` of a field is all ones. */
export function writeLegacyMap(map: LegacyMap, order: ByteOrder): Uint8Array {
  const view = new ByteView(new Uint8Array(LEGACY_MAP_SIZE), order);
  legacyMapFields.forEach((field, index) => {
    view.setU32(index * 4, map[field] >>> 0);
  });
  return view.bytes;
}

/** `innerIndex` of an inner map that stands in no slot: only the outer map's values are like it. */
export const TEMPLATE_ONLY = 0xffffffff;

/** What tc makes of `pinning`. */
export const Pinning = { NONE: 0, OBJECT: 1, GLOBAL: 2 } as const;

/** A section whose program tc puts into slot `key` of the program array with this `id`; scanf's `%i/%i`. */
export function parseTailSection(
  name: string,
): { readonly id: number; readonly key: number } | undefined {
  const [, id, key] =
    /^(0[xX][\da-fA-F]{1,8}|\d{1,10})\/(0[xX][\da-fA-F]{1,8}|\d{1,10})$/.exec(name) ?? [];
  return id === undefined || key === undefined ? undefined : { id: scan(id), key: scan(key) };
}

/** As C reads numbers: a leading 0 makes an octal one. */
function scan(digits: string): number {
  return /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

/** Numbers of enum bpf_map_type (linux/bpf.h) that loaders treat specially. */
export const MapType = {
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  SK_STORAGE: 24,
  STRUCT_OPS: 26,
  RINGBUF: 27,
  INODE_STORAGE: 28,
  TASK_STORAGE: 29,
  USER_RINGBUF: 31,
  CGRP_STORAGE: 32,
  ARENA: 33,
  INSN_ARRAY: 34,
} as const;

export function holdsMaps(type: number): boolean {
  return type === MapType.ARRAY_OF_MAPS || type === MapType.HASH_OF_MAPS;
}
