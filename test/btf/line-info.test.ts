import { expect, test } from 'vitest';
import { emptyExt, readBtfExt } from '../../src/btf/ext.ts';
import { KIND } from '../../src/btf/format.ts';
import { LineTable } from '../../src/btf/line-info.ts';
import { objectTypes, typesOf } from './support/objects.ts';
import { info, table } from './support/table.ts';

test.each(['config/config.o', 'config/config.be.o'])('%s: lines are found', (path) => {
  const object = objectTypes(path)!;
  const btf = typesOf(object);
  const { ext } = readBtfExt(object.ext!, object.order, btf);
  const lines = new LineTable(btf, ext!);
  const line = lines.at('classifier', 0);
  expect(line?.file).toMatch(/config\.c$/);
  expect(line?.text).toContain('int config(struct __sk_buff *skb)');
  expect(line?.line).toBeGreaterThan(1);
  expect(lines.at('other', 0)).toBeUndefined();
});

test('a line reaches to the next one, whatever the order of the records', () => {
  const btf = table((name) => [
    [name('tc'), info(KIND.FWD), 0],
    [name('a.c'), info(KIND.FWD), 0],
  ]);
  const record = (offset: number, line: number): number[] => [offset, 4, 0, line << 10];
  const lines = new LineTable(btf, {
    ...emptyExt,
    line: [
      { section: 1, records: Uint32Array.of(...record(24, 3), ...record(8, 1)) },
      { section: 1, records: Uint32Array.of(...record(16, 2)) },
    ],
  });
  expect([0, 8, 16, 24, 800].map((offset) => lines.at('tc', offset)?.line)).toEqual([
    undefined,
    1,
    2,
    3,
    3,
  ]);
  expect(lines.at('tc', 8)?.file).toBe('a.c');
});
