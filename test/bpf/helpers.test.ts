import { expect, test } from 'vitest';
import { helperById, helperByName, mapArgument } from '../../src/bpf/helpers.ts';

test.each([
  [1, 'map_lookup_elem', 2],
  [6, 'trace_printk', 5],
  [12, 'tail_call', 3],
  [51, 'redirect_map', 3],
  [93, 'spin_lock', 1],
  [113, 'probe_read_kernel', 3],
  [165, 'snprintf', 5],
  [182, 'strncmp', 3],
  [194, 'kptr_xchg', 2],
  [209, 'user_ringbuf_drain', 4],
  [211, 'cgrp_storage_delete', 2],
])('helper %d is %s with %d arguments', (id, name, count) => {
  const helper = helperById(id);
  expect(helper?.name).toBe(name);
  expect(helper?.arguments).toHaveLength(count);
  expect(helperByName(`bpf_${name}`)).toBe(helper);
});

test.each([0, 212, -1])('there is no helper %d', (id) => {
  expect(helperById(id)).toBeUndefined();
});

test('a size argument is named by its number', () => {
  expect(helperByName('skb_load_bytes')?.arguments[2]).toEqual({
    kind: 'memory',
    access: 'write',
    size: { kind: 'argument', argument: 4 },
  });
});

test('every size argument is a number that the helper has', () => {
  for (let id = 1; id <= 211; id++) {
    const { arguments: list } = helperById(id)!;
    for (const argument of list) {
      if (argument.kind !== 'memory' || argument.size?.kind !== 'argument') continue;
      expect(list[argument.size.argument - 1]?.kind).toBe('number');
    }
  }
});

test.each([
  ['strncmp', 3, 'read-only-map'],
  ['snprintf', 3, 'read-only-map'],
  ['spin_lock', 1, 'map-value'],
  ['timer_start', 1, 'map-value'],
  ['kptr_xchg', 1, 'map-value'],
  ['dynptr_from_mem', 1, 'map-value'],
])('%s takes argument %d only from a %s', (name, argument, only) => {
  expect(helperByName(name)?.arguments[argument - 1]).toMatchObject({ kind: 'memory', only });
});

test.each([
  ['map_lookup_elem', 1],
  ['tail_call', 2],
  ['timer_init', 2],
  ['ktime_get_ns', undefined],
])('the map of %s is argument %s', (name, argument) => {
  expect(mapArgument(helperByName(name)!)).toBe(argument);
});

test.each([
  ['loop', true],
  ['dynptr_data', true],
  ['map_update_elem', false],
])('%s is opaque: %s', (name, opaque) => {
  expect(helperByName(name)?.opaque).toBe(opaque);
});
