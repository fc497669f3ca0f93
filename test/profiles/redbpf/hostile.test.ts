/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { readElf } from '../../../src/elf/read.ts';
import { fixture } from '../../support/link.ts';
import { check } from './check.ts';

test('any byte of the symbols, the relocations and the section headers changed', () => {
  const { bytes } = fixture('redbpf/panics.o');
  let read = 0;
  for (let at = 0x208; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = changed[at]! ^ 0x41;
    if (readElf(changed, 'output').object === undefined) continue;
    check(changed);
    read++;
  }
  expect(read).toBeGreaterThan(500);
});
