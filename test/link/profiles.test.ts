/** What profiles ask of passes, on objects of compilers. */
import { expect, test } from 'vitest';
import { KIND } from '../../src/btf/format.ts';
import { STB } from '../../src/elf/constants.ts';
import { linkFixture, type ShippedScript } from '../support/link.ts';
import { TypedOutput } from './parity/support.ts';

function linked(path: string, script: ShippedScript): TypedOutput {
  return new TypedOutput(linkFixture([path], script));
}

test.each([
  ['libbpf.ld', STB.WEAK],
  ['cilium.ld', STB.GLOBAL],
] as const)('a weak definition of a map: %s', (script, binding) => {
  expect(linked('weak-maps/weak.o', script).symbol('counter').binding).toBe(binding);
});

test.each([
  ['libbpf.ld', KIND.TYPEDEF],
  ['cilium.ld', KIND.INT],
] as const)('the type of a setting of the kernel: %s', (script, kind) => {
  const output = linked('weak-maps/weak.o', script);
  const [variable] = output.types('LINUX_KERNEL_VERSION', KIND.VAR);
  expect(output.btf.kind(output.btf.target(variable!))).toBe(kind);
});

test('an enum that is only declared has the size of an int', () => {
  const output = linked('weak-maps/weak.o', 'libbpf.ld');
  const [declared] = output.types('elsewhere', KIND.ENUM);
  expect(output.btf.size(declared!)).toBe(4);
});

test.each([
  ['libbpf.ld', ['global', 'global']],
  ['aya.ld', ['static', 'global']],
  ['cilium.ld', ['static', 'global']],
] as const)('a hidden function and the program that calls it: %s', (script, expected) => {
  const output = linked('aya/hidden.o', script);
  expect([...output.linkages('load'), ...output.linkages('hidden')]).toEqual(expected);
});

test.each([
  ['rust-types/names.o', 'first_of'],
  ['rust-types/plain.o', 'limit_of'],
])('a subprogram of Rust is static: %s', (path, name) => {
  const output = linked(path, 'libbpf.ld');
  expect([...output.linkages(name), ...output.linkages('program')]).toEqual(['static', 'global']);
});
