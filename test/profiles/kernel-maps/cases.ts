/**
 * Definitions of maps in `.maps`, and what becomes of each with libbpf, aya and cilium/ebpf: an `error` or a `warning`
 * where the kernel refuses the map, by the rule about it, else `fine`.
 */
import { KIND, LINKAGE } from '../../../src/btf/format.ts';
import { info, type TypeRows } from '../../btf/support/table.ts';
import { data, intRow, make, program, types, variable } from '../aya/build.ts';
import { type MapFields, mapTypes } from '../aya/typed.ts';

/** By the rules that are looked for: LIBBPF-020, AYA-047 or AYA-048, and CILIUM-019. */
export type Expected = 'error' | 'warning' | 'fine' | 'AYA-048';

export interface KernelMapCase {
  readonly name: string;
  readonly object: () => Uint8Array;
  readonly libbpf: Expected;
  readonly aya: Expected;
  readonly cilium: Expected;
  /** In the message of all that tell. */
  readonly message: string;
}

const HASH = 1;
const ARRAY = 2;
const PROG_ARRAY = 3;
const PERF_EVENT_ARRAY = 4;
const STACK_TRACE = 7;
const LRU_HASH = 9;
const LPM_TRIE = 11;
const ARRAY_OF_MAPS = 12;
const DEVMAP = 14;
const CPUMAP = 16;
const CGROUP_STORAGE = 19;
const QUEUE = 22;
const SK_STORAGE = 24;
const RINGBUF = 27;
const BLOOM_FILTER = 30;
const USER_RINGBUF = 31;

/** Types of keys and values, by the ids that `typed` gives them. */
const INT = 1;
/** "int" among the strings. */
const NAME = 1;
const INT_POINTER = 2;
const STRUCT_POINTER = 4;
const ENUM_POINTER = 6;

function typed(numbers: MapFields['numbers'], fields: MapFields['fields']): MapFields {
  return {
    numbers: numbers ?? {},
    fields: fields ?? {},
    rows: [
      [0, info(KIND.PTR), INT],
      [0, info(KIND.STRUCT, 1), 4, 0, INT, 0],
      [0, info(KIND.PTR), 3],
      [0, info(KIND.ENUM, 1), 4, NAME, 0],
      [0, info(KIND.PTR), 5],
    ],
  };
}

function sizes(type: number, ...[key, value, entries, flags]: readonly number[]): MapFields {
  const given = { type, key_size: key, value_size: value, max_entries: entries, map_flags: flags };
  const numbers = Object.entries(given).filter((one): one is [string, number] => !!one[1]);
  return { numbers: Object.fromEntries(numbers) };
}

/** The types of an object with one map, and the bytes that its definition takes. */
interface Definition {
  readonly size: number;
  readonly rows: TypeRows;
}

function plain(fields: MapFields): Definition {
  const size = Object.keys({ ...fields.numbers, ...fields.fields }).length * 8;
  return { size, rows: mapTypes(fields) };
}

function mapObject({ size, rows }: Definition): Uint8Array {
  return make(
    program(),
    data('.maps', new Array<number>(size).fill(0)),
    variable('values', '.maps', size),
    types(rows),
  );
}

/** An array of maps whose inner map has such numbers. */
function outer(inner: Readonly<Record<string, number>>): Definition {
  const given = Object.entries({ type: ARRAY_OF_MAPS, max_entries: 4, key_size: 4 });
  const size = (given.length + 1) * 8;
  const rows: TypeRows = (name) => {
    const table: (readonly number[])[] = [intRow(name('int'))];
    const number = (value: number): number =>
      table.push([0, info(KIND.ARRAY), 0, INT, INT, value], [0, info(KIND.PTR), table.length + 1]);
    const struct = (fields: readonly (readonly [name: string, type: number])[]): number =>
      table.push([
        ...[0, info(KIND.STRUCT, fields.length), fields.length * 8],
        ...fields.flatMap(([field, type], i) => [name(field), type, i * 64]),
      ]);
    const numbers = (fields: readonly (readonly [string, number])[]) =>
      fields.map(([field, value]) => [field, number(value)] as const);
    const slot = table.push([0, info(KIND.PTR), struct(numbers(Object.entries(inner)))]);
    const values = table.push([0, info(KIND.ARRAY), 0, slot, INT, 0]);
    const map = struct([...numbers(given), ['values', values]]);
    const variable = table.push([name('values'), info(KIND.VAR), map, LINKAGE.GLOBAL]);
    table.push([name('.maps'), info(KIND.DATASEC, 1), size, variable, 0, size]);
    return table;
  };
  return { size, rows };
}

type Row = readonly [
  name: string,
  definition: MapFields | Definition,
  message: string,
  libbpf: Expected,
  aya?: Expected,
  cilium?: Expected,
];

const int = { key: INT_POINTER, value: INT_POINTER };
const entries = (type: number, map_flags?: number): Record<string, number> => ({
  type,
  max_entries: 4,
  ...(map_flags === undefined ? {} : { map_flags }),
});

const rows: readonly Row[] = [
  ['hash', sizes(HASH, 4, 4, 4), '', 'fine'],
  ['hash without max_entries', sizes(HASH, 4, 4), 'has max_entries 0', 'warning'],
  ['hash without a key', sizes(HASH, 0, 4, 4), 'has key_size 0', 'warning', 'error'],
  ['hash without a value', sizes(HASH, 4, 0, 4), 'has value_size 0', 'warning', 'error'],
  ['hash of 2^28', sizes(HASH, 4, 4, 2 ** 28), 'max_entries 268435456', 'error'],
  ['array with keys of 8 bytes', sizes(ARRAY, 8, 4, 4), 'key_size 8; the kernel wants 4', 'error'],
  ['wrong key, no entries', sizes(ARRAY, 8, 4), 'key_size 8', 'error'],
  ['LRU hash not preallocated', sizes(LRU_HASH, 4, 4, 4, 1), 'no BPF_F_NO_PREALLOC', 'error'],
  ['LPM trie preallocated', sizes(LPM_TRIE, 8, 4, 4), 'wants BPF_F_NO_PREALLOC (1)', 'error'],
  ['LPM trie', sizes(LPM_TRIE, 8, 4, 4, 1), '', 'fine'],
  ['LPM trie of short keys', sizes(LPM_TRIE, 4, 4, 4, 1), 'key_size 4', 'error'],
  [
    'perf event array of no sizes',
    sizes(PERF_EVENT_ARRAY),
    'key_size 0; the kernel wants 4',
    'error',
    'error',
    'fine',
  ],
  ['perf event array of no length', sizes(PERF_EVENT_ARRAY, 4, 4), '', 'fine'],
  ['perf event array of long keys', sizes(PERF_EVENT_ARRAY, 8, 4), 'key_size 8', 'error'],
  ['program array of no sizes', sizes(PROG_ARRAY, 0, 0, 4), 'key_size 0', 'error'],
  ['stack trace of no depth', sizes(STACK_TRACE, 4, 0, 4), 'value_size 0', 'warning', 'error'],
  ['queue with a key', sizes(QUEUE, 4, 4, 4), 'key_size 4; the kernel wants 0', 'error'],
  ['queue', sizes(QUEUE, 0, 4, 4), '', 'fine'],
  ['ring buffer of no size', sizes(RINGBUF), 'max_entries 0', 'warning'],
  ['ring buffer', sizes(RINGBUF, 0, 0, 4096), '', 'fine'],
  ['ring buffer with a key', sizes(RINGBUF, 4, 0, 4096), 'key_size 4', 'error'],
  ['ring buffer with values', sizes(RINGBUF, 0, 4, 4096), 'value_size 4', 'error', 'fine', 'error'],
  ['user ring buffer with values', sizes(USER_RINGBUF, 0, 4, 4096), 'value_size 4', 'error'],
  ['devmap of no values', sizes(DEVMAP, 4, 0, 4), 'value_size 0', 'warning', 'fine', 'warning'],
  ['cpumap of odd values', sizes(CPUMAP, 4, 2, 4), 'value_size 2', 'error', 'fine', 'error'],
  ['cpumap of no length', sizes(CPUMAP, 4, 4), 'max_entries 0', 'warning', 'warning', 'fine'],
  ['cgroup storage of a length', sizes(CGROUP_STORAGE, 8, 4, 4), 'max_entries 4', 'error'],
  ['socket storage', typed({ type: SK_STORAGE, map_flags: 1 }, int), '', 'fine'],
  ['socket storage preallocated', typed({ type: SK_STORAGE }, int), 'BPF_F_NO_PREALLOC', 'error'],
  ['socket storage by sizes', sizes(SK_STORAGE, 4, 4, 0, 1), 'needs __type(key, int)', 'error'],
  [
    'socket storage by a struct',
    typed({ type: SK_STORAGE, map_flags: 1 }, { ...int, key: STRUCT_POINTER }),
    'needs __type(key, int)',
    'error',
  ],
  [
    'hash, type of the value alone',
    typed({ ...entries(HASH), key_size: 4 }, { value: INT_POINTER }),
    'of its key the size only',
    'fine',
    'AYA-048',
    'fine',
  ],
  [
    'hash, type of the key alone',
    typed({ ...entries(HASH), value_size: 4 }, { key: INT_POINTER }),
    'of its value the size only',
    'fine',
    'AYA-048',
    'fine',
  ],
  ['hash by a struct', typed(entries(HASH), { ...int, key: STRUCT_POINTER }), '', 'fine'],
  [
    'array by a struct',
    typed(entries(ARRAY), { ...int, key: STRUCT_POINTER }),
    'keys are no integers',
    'fine',
    'AYA-048',
    'fine',
  ],
  [
    'array by an enum',
    typed(entries(ARRAY), { ...int, key: ENUM_POINTER }),
    'keys are no integers',
    'fine',
    'AYA-048',
    'fine',
  ],
  ['bloom filter', typed(entries(BLOOM_FILTER), { value: INT_POINTER }), '', 'fine'],
  ['queue by a type', typed(entries(QUEUE), { value: INT_POINTER }), '', 'fine'],
  [
    'devmap, type of the value alone',
    typed({ ...entries(DEVMAP), key_size: 4 }, { value: INT_POINTER }),
    '',
    'fine',
  ],
  [
    'array of no inner maps',
    sizes(ARRAY_OF_MAPS, 4, 4, 4),
    'does not say what maps',
    'warning',
    'fine',
    'fine',
  ],
  [
    'array of arrays',
    outer({ type: ARRAY, key_size: 4, value_size: 4, max_entries: 1 }),
    '',
    'fine',
  ],
  [
    'array of arrays of long keys',
    outer({ type: ARRAY, key_size: 8, value_size: 4, max_entries: 1 }),
    "array inside of 'values' has key_size 8",
    'error',
  ],
  [
    'array of arrays of no length',
    outer({ type: ARRAY, key_size: 4, value_size: 4 }),
    "array inside of 'values' has max_entries 0",
    'warning',
  ],
  [
    'array of small ring buffers',
    outer({ type: RINGBUF, max_entries: 1000 }),
    'a power of two',
    'fine',
    'error',
    'fine',
  ],
];

export const kernelMapCases: readonly KernelMapCase[] = rows.map(
  ([name, definition, message, libbpf, aya = libbpf, cilium = libbpf]) => ({
    name,
    message,
    object: () => mapObject('size' in definition ? definition : plain(definition)),
    libbpf,
    aya,
    cilium,
  }),
);
