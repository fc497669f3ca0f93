/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { readElf } from '../../../src/elf/read.ts';
import { check, fixtureBytes } from './check.ts';

const objects = ['struct-ops-fine', 'slots-fine', 'kernel-type', 'extern-setting'];

test.each(objects)('%s with any byte of its tables changed', (name) => {
  const bytes = fixtureBytes(`libbpf-rules/${name}.o`);
  const { object } = readElf(bytes, name);
  let read = 0;
  for (const section of object!.sections) {
    if (!/^\.(BTF|BTF\.ext|symtab|maps|rel\.maps|rel\.struct_ops.*)$/.test(section.name)) continue;
    for (let i = 0; i < section.bytes.length; i++) {
      const changed = bytes.slice();
      const at = section.bytes.byteOffset - bytes.byteOffset + i;
      changed[at] = changed[at]! ^ 0x41;
      if (readElf(changed, name).object === undefined) continue;
      check(changed);
      read++;
    }
  }
  expect(read).toBeGreaterThan(500);
});
