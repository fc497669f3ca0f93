/**
 * Maps that the kernel does not create: LIBBPF-020, AYA-047, AYA-048 and CILIUM-019. What the loaders and the kernel
 * make of the same objects is in test/loaders/kernel-maps.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/check.ts';
import { kernelMapCases } from './cases.ts';

const profiles = [
  ['libbpf', /^LIBBPF-020$/],
  ['aya', /^AYA-04[78]$/],
  ['aya@0.3', /^AYA-04[78]$/],
  ['cilium', /^CILIUM-019$/],
] as const;

describe.each(profiles)('%s', (profile, codes) => {
  const loader = profile.replace(/@.*/, '') as 'libbpf' | 'aya' | 'cilium';
  test.each(kernelMapCases.map((one) => [one.name, one[loader], one] as const))(
    '%s: %s',
    (_, expected, { object, message }) => {
      const file = { path: 'map.o', bytes: object() };
      const found = check({ file, profile }).diagnostics.filter(({ code }) => codes.test(code));
      expect(found.map(({ code, severity }) => (code === 'AYA-048' ? code : severity))).toEqual(
        expected === 'fine' ? [] : [expected],
      );
      if (expected !== 'fine') expect(found[0]!.message).toContain(message);
    },
  );
});

test('an array of maps that does not say of which', () => {
  const [sizes] = kernelMapCases.filter(({ name }) => name === 'array of no inner maps');
  const file = { path: 'map.o', bytes: sizes!.object() };
  const [found] = check({ file, profile: 'libbpf' }).diagnostics;
  expect(found).toMatchObject({ code: 'LIBBPF-020', severity: 'warning' });
  expect(found!.notes.join()).toContain('bpf_map__set_inner_map_fd()');
});
