/**
 * What the kernel wants of a map's numbers when it creates one (`map_alloc_check` of each type): 6.18, and the same
 * since there are such maps unless it says so.
 *
 *     hash          keys, values and entries of at least 1
 *     array         keys of 4 bytes
 *     queue         no keys
 *     ringbuf       no keys and values; entries are bytes: a power of two, of whole pages
 *
 * Limits that depend on the machine (memory, the number of CPUs) are left to the kernel.
 */
import { mapTypeName } from './map-types.ts';

export interface MapNumbers {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

export interface MapFault {
  readonly field: 'type' | 'key_size' | 'value_size' | 'max_entries' | 'map_flags';
  readonly value: number;
  /** What the kernel wants in its place, in words. */
  readonly wants: string;
}

type Test = readonly [accepts: (value: number) => boolean, wants: string];

const any: Test = [() => true, 'any number'];
const some: Test = [(value) => value > 0, 'at least 1'];
/** It has a bucket for each entry, and 2^28 of them do not fit. */
const buckets: Test = [(value) => value > 0 && value <= 2 ** 27, '1 to 134217728'];
const none: Test = [(value) => value === 0, '0'];
const four: Test = [(value) => value === 4, '4'];
const fourOrEight: Test = [(value) => value === 4 || value === 8, '4 or 8'];

const PAGE_SIZE = 4096;
const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
const ring: Test = [
  (value) => isPowerOfTwo(value) && value % PAGE_SIZE === 0,
  `a power of two and a multiple of the page size (${PAGE_SIZE})`,
];

/** The stack's depth is limited by kernel.perf_event_max_stack, 127 unless it is changed. */
const addresses: Test = [(value) => value >= 8 && value % 8 === 0, 'a multiple of 8'];
const prefix: Test = [
  (value) => value >= 5 && value <= 260,
  '5 to 260: 4 bytes for the length of the prefix, then the data',
];
const cgroupKey: Test = [
  (value) => value === 8 || value === 16,
  '8 or 16, struct bpf_cgroup_storage_key',
];

const NO_PREALLOC = 1;
const noPrealloc: Test = [(flags) => (flags & NO_PREALLOC) !== 0, 'BPF_F_NO_PREALLOC (1)'];
const mapped: Test = [(flags) => (flags & 0x400) !== 0, 'BPF_F_MMAPABLE (1024)'];
const prealloc: Test = [(flags) => (flags & NO_PREALLOC) === 0, 'no BPF_F_NO_PREALLOC'];

type Row = readonly [key: Test, value: Test, entries: Test, flags?: Test];

const storage: Row = [four, some, none, noPrealloc];

/** By the type's name. Those that are not here are not looked at. */
const rows: Readonly<Record<string, Row>> = {
  hash: [some, some, buckets],
  array: [four, some, some],
  prog_array: [four, four, some],
  perf_event_array: [four, four, some],
  percpu_hash: [some, some, buckets],
  percpu_array: [four, some, some],
  stack_trace: [four, addresses, some],
  cgroup_array: [four, four, some],
  lru_hash: [some, some, buckets, prealloc],
  lru_percpu_hash: [some, some, buckets, prealloc],
  lpm_trie: [prefix, some, some, noPrealloc],
  array_of_maps: [four, any, some],
  hash_of_maps: [some, any, buckets],
  devmap: [four, fourOrEight, some],
  sockmap: [four, fourOrEight, some],
  cpumap: [four, fourOrEight, some],
  xskmap: [four, four, some],
  sockhash: [some, fourOrEight, some],
  cgroup_storage: [cgroupKey, some, none],
  reuseport_sockarray: [four, fourOrEight, some],
  percpu_cgroup_storage: [cgroupKey, some, none],
  queue: [none, some, some],
  stack: [none, some, some],
  devmap_hash: [four, fourOrEight, some],
  ringbuf: [none, none, ring],
  bloom_filter: [none, some, some],
  user_ringbuf: [none, none, ring],
  sk_storage: storage,
  inode_storage: storage,
  task_storage: storage,
  cgrp_storage: storage,
  arena: [none, none, some, mapped],
};

/** Whether the kernel wants to know the types of its keys and values. */
export function needsTypes(type: number): boolean {
  const name = mapTypeName(type) ?? '';
  return name === 'struct_ops' || rows[name] === storage;
}

/** The first that the kernel would refuse. */
export function mapFault(map: MapNumbers): MapFault | undefined {
  return mapFaults(map)[0];
}

/** All that the kernel would refuse, in its order. */
export function mapFaults(map: MapNumbers): MapFault[] {
  const name = mapTypeName(map.type);
  if (name === undefined || name === 'unspec') {
    return [{ field: 'type', value: map.type, wants: 'a type of enum bpf_map_type' }];
  }
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (row === undefined) return [];
  const [key, value, entries, flags = any] = row;
  const fields = [
    ['map_flags', map.flags, flags],
    ['key_size', map.keySize, key],
    ['value_size', map.valueSize, value],
    ['max_entries', map.maxEntries, entries],
  ] as const;
  return fields.flatMap(([field, value, [accepts, wants]]) =>
    accepts(value) ? [] : [{ field, value, wants }],
  );
}
