/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { readElf } from '../../../src/elf/read.ts';
import { checkTc } from './check.ts';
import { fixtureBytes } from './objects.ts';

const objects = [
  'tail-calls/tail.o',
  'map-in-map/nested.o',
  'text-section/text.o',
  'tc-rules/annotated.o',
];
const tables = /^(maps|classifier|action|\.text|\.symtab|\.BTF|\.rel(classifier|\.text))$/;

test.each(objects)('%s with any byte of its tables changed', (path) => {
  const bytes = fixtureBytes(path);
  const { object } = readElf(bytes, path);
  let read = 0;
  for (const section of object!.sections) {
    if (!tables.test(section.name)) continue;
    for (let i = 0; i < section.bytes.length; i++) {
      const changed = bytes.slice();
      const at = section.bytes.byteOffset - bytes.byteOffset + i;
      changed[at] = changed[at]! ^ 0x41;
      if (readElf(changed, path).object === undefined) continue;
      checkTc(changed);
      read++;
    }
  }
  expect(read).toBeGreaterThan(200);
});
