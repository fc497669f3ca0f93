/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { readElf } from '../../../src/elf/read.ts';
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
  const bytes = fixtureBytes(name);
  const { object } = readElf(bytes, name);
  let read = 0;
  for (const section of object!.sections) {
    if (!tables.test(section.name)) continue;
    for (let i = 0; i < section.bytes.length; i++) {
      const changed = bytes.slice();
      const at = section.bytes.byteOffset - bytes.byteOffset + i;
      changed[at] = changed[at]! ^ 0x41;
      if (readElf(changed, name).object === undefined) continue;
      check(changed);
      check(changed, [0, 13]);
      read++;
    }
  }
  expect(read).toBeGreaterThan(500);
});
