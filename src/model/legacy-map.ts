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

/** Numbers of enum bpf_map_type (linux/bpf.h) that loaders treat specially. */
export const MapType = {
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  RINGBUF: 27,
} as const;
