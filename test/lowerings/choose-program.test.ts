/** Which function of a section is the program: the one that nothing calls, if there is no doubt. */
import { expect, test } from 'vitest';
import { exit } from '../../src/bpf/build.ts';
import { codes, linked, refused, shippedScript } from '../support/link.ts';
import { callOf, type FunctionSpec, program, returns } from './support/assemble.ts';

const tc = shippedScript('tc.ld').text;
const global = 'global' as const;
const one = (name: string, binding: 'local' | 'global' = 'local'): FunctionSpec => ({
  name,
  binding,
  lines: returns(1),
});
const calling = (name: string, callee: string, binding: 'local' | 'global' = 'local') => ({
  name,
  binding,
  lines: [callOf(callee), exit()],
});

const several: readonly [why: string, functions: readonly FunctionSpec[], named: string][] = [
  ['a local one stands first', [one('prog'), one('other', global)], 'prog, other'],
  ['both are global', [one('prog', global), one('other', global)], 'prog, other'],
  [
    'only dead code calls the first one',
    [one('prog', global), calling('dead', 'prog'), one('other', global)],
    'other, prog',
  ],
  [
    'none of the local ones stands first',
    [one('helper'), calling('x', 'helper'), calling('y', 'helper')],
    'x, y',
  ],
];

test.each(several)('TC-010: %s', (_, functions, named) => {
  const found = refused({ 'a.o': program({ classifier: functions }) }, tc);
  expect(codes(found)).toEqual(['TC-010']);
  expect(found[0]?.message).toContain(named);
});

const chosen: readonly [
  why: string,
  functions: readonly FunctionSpec[],
  left: readonly string[],
][] = [
  ['dead local functions are left out', [one('prog', global), one('dead')], ['prog']],
  ['a helper may stand first', [one('helper'), calling('prog', 'helper')], ['prog', 'helper']],
];

test.each(chosen)('%s', (_, functions, left) => {
  const dead = calling('unreached', functions[0]!.name);
  const output = linked({ 'a.o': program({ classifier: functions, '.text': [dead] }) }, tc);
  const names = output.elf.symbols.filter(({ type }) => type === 2).map(({ name }) => name);
  expect(names.sort()).toEqual([...left].sort());
});
