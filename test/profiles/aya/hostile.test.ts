/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { readElf } from '../../../src/elf/read.ts';
import { brokenObjects, cleanObjects } from './cases.ts';
import { check } from './check.ts';

const objects = [
  ...cleanObjects,
  ...brokenObjects.map(({ name, object }) => [name, object] as const),
];

test.each(objects)('%s with any byte of its tables changed', (name, object) => {
  const bytes = object();
  const { object: elf } = readElf(bytes, name);
  for (const section of elf!.sections) {
    // Sixty-five sections alike say no more than a few.
    if (section.bytes.length === 0 || section.index > 12) continue;
    for (let i = 0; i < Math.min(section.bytes.length, 400); i += 3) {
      const changed = bytes.slice();
      const at = section.bytes.byteOffset - bytes.byteOffset + i;
      changed[at] = changed[at]! ^ 0x41;
      if (readElf(changed, name).object === undefined) continue;
      expect(Array.isArray(check(changed, i % 2 === 0 ? [0, 3] : [0, 6]))).toBe(true);
    }
  }
});
