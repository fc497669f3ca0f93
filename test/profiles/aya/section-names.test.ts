/** AYA-005: names of sections. That the real aya knows the same is a test of test/loaders/. */
import { expect, test } from 'vitest';
import {
  isProgramSection,
  knownName,
  needsTypes,
} from '../../../src/profiles/rules/aya/section-names.ts';

const old = { name: 'aya', version: [0, 3] } as const;
const newest = { name: 'aya', version: [0, 6] } as const;

test.each([
  ['tc', 'classifier'],
  ['tcx/ingress', 'classifier'],
  ['action', 'classifier'],
  ['xdp/drop', 'xdp'],
  ['xdp_drop', 'xdp'],
  ['xdp.frags/cpumpa', 'xdp.frags/cpumap'],
  ['?fentry.s/do_exit', 'fentry.s/do_exit'],
  ['kprobes/do_exit', 'kprobe/do_exit'],
  ['socket_filter', 'socket'],
  ['cgroup/conect4', 'cgroup/connect4'],
  ['struct_ops/init', undefined],
])('%s is best called %s', (name, known) => {
  expect(isProgramSection(name, newest)).toBe(false);
  expect(knownName(name, newest)).toBe(known);
});

test('uprobe.multi came after 0.3', () => {
  expect(isProgramSection('uprobe.multi/x', old)).toBe(false);
  expect(isProgramSection('uprobe.multi/x', newest)).toBe(true);
});

test('some kinds need types', () => {
  expect(['fentry/x', 'lsm.s/y', 'iter/task'].map(needsTypes)).toEqual([true, true, true]);
  expect(['xdp', 'kprobe/x', 'fentry_more'].map(needsTypes)).toEqual([false, false, false]);
});
