import { expect, test } from 'vitest';
import { withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

const packets = [0, 1, 2, 3].map((byte) => plainPacket({ 20: byte }));
/** 1000 * this table + 100 * the other object's + the strong level and limit. */
const expected = [1925, 2825, 3725, 4625];

describeLoaders('two objects that share names', () => {
  test.each([
    ['program first', ['clash-static/program.o', 'clash-static/helper.o']],
    ['helper first', ['clash-static/helper.o', 'clash-static/program.o']],
  ])('own statics, strong over weak, one map: %s', (_, objects) => {
    withLinked(objects.map(fixture), [], (output) => {
      const result = legacyTc(output, { packets });
      if (!result.loaded) throw new Error(result.stderr);
      expect(result.run.results.map(({ retval }) => retval)).toEqual(expected);
      expect(result.run.maps.map(({ entries }) => entries)).toEqual([
        [
          { key: '00000000', value: '0400000000000000' },
          { key: '01000000', value: '0400000000000000' },
        ],
      ]);
    });
  });
});
