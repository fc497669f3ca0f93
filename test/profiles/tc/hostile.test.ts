/** Objects that somebody has tampered with: the rules say what they like of them, and come to an end. */
import { expect, test } from 'vitest';
import { tampered } from '../../support/tamper.ts';
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
  let read = 0;
  for (const changed of tampered(fixtureBytes(path), tables)) {
    checkTc(changed);
    read++;
  }
  expect(read).toBeGreaterThan(200);
});
