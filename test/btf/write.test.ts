import { expect, test } from 'vitest';
import { KIND } from '../../src/btf/format.ts';
import { readBtf } from '../../src/btf/read.ts';
import { validateBtf } from '../../src/btf/validate.ts';
import { writeBtf } from '../../src/btf/write.ts';
import { allObjectTypes, typesOf } from './support/objects.ts';
import { info, section, table } from './support/table.ts';

test.each(allObjectTypes())('$path is valid, and written as it was', (object) => {
  const btf = typesOf(object);
  expect(validateBtf(btf)).toBeUndefined();
  expect(writeBtf(btf, object.order)).toEqual(new Uint8Array(object.types));
});

test('a table is written in either byte order, whatever it was read from', () => {
  const types = () => [[0, info(KIND.FWD, 0, true), 0]];
  const btf = table(types);
  expect(writeBtf(btf, 'little')).toEqual(section(types));
  expect(writeBtf(btf, 'big')).toEqual(section(types, { order: 'big' }));
  expect(readBtf(writeBtf(btf, 'big'), 'big').btf?.words).toEqual(btf.words);
});

test('a longer header becomes one of 24 bytes', () => {
  const types = () => [[0, info(KIND.FWD), 0]];
  const { btf } = readBtf(section(types, { header: 32 }), 'little');
  expect(writeBtf(btf!, 'little')).toEqual(section(types));
});
