/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { tampered } from '../../support/tamper.ts';
import { check, fixtureBytes } from './check.ts';

const objects = [
  'cilium-rules/fine.o',
  'cilium-rules/weak-setting.o',
  'cilium-rules/hidden-result.o',
  'libbpf-rules/struct-ops-fine.o',
  'libbpf-rules/slots-fine.o',
];

const tables = /^(\.BTF|\.BTF\.ext|\.symtab|\.maps|tc|\.reltc|\.rel\.maps|\.rel\.struct_ops.*)$/;

test.each(objects)('%s with any byte of its tables changed', (name) => {
  let read = 0;
  for (const changed of tampered(fixtureBytes(name), tables)) {
    check(changed);
    check(changed, [0, 13]);
    read++;
  }
  expect(read).toBeGreaterThan(500);
});
