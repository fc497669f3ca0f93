import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withDirectory, withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

/** What the linked program returns for one mark, as a signed number; wide ones are put together from cb. */
function read(object: string, options: readonly string[], mark: number): bigint {
  return withLinked([fixture(object)], options, (output) => {
    const result = legacyTc(output, { packets: [{ ...plainPacket(), mark }] });
    if (!result.loaded) throw new Error(result.stderr);
    const { retval, cb } = result.run.results[0]!;
    const wide = mark === 3 || mark === 6;
    return wide
      ? BigInt.asIntN(64, (BigInt(cb[1]!) << 32n) | BigInt(cb[0]!))
      : BigInt.asIntN(32, BigInt(retval));
  });
}

const settings: readonly [setting: string, mark: number, before: bigint, after: bigint][] = [
  ['byte_value=0xff', 0, 8n, 255n],
  ['half_value=0b11', 1, 1600n, 3n],
  ['word_value=0o17', 2, 320000n, 15n],
  ['wide_value=0x0102030405060708', 3, 0x1122334455667788n, 0x0102030405060708n],
  ['signed_byte=-1', 4, -8n, -1n],
  ['signed_word=-100', 5, -32n, -100n],
  ['signed_wide=-5', 6, -64n, -5n],
  ['flag=0', 7, 1n, 0n],
  ['mode=1', 8, 7n, 1n],
  ['name="wlan0"', 9, 0x65746830n, 0x776c616en],
  ['grid=[[1,2,9],[4,8,6]]', 11, 305n, 908n],
  ['data_word=3', 12, 77n, 3n],
  ['bss_word=4', 13, 0n, 4n],
];

describeLoaders('configuration', () => {
  test.each(settings)('%s', (setting, mark, before, after) => {
    expect(read('config/config.o', [], mark)).toBe(before);
    expect(read('config/config.o', ['--set', setting], mark)).toBe(after);
  });

  test('an object without BTF', () => {
    expect(read('config/config-plain.o', ['--set', 'half_value=7'], 1)).toBe(7n);
  });

  test('values from a file', () => {
    withDirectory((directory) => {
      const file = `${directory}/values.json`;
      writeFileSync(
        file,
        JSON.stringify({
          word_value: 5,
          name: 'abcd',
          grid: [
            [1, 2, 3],
            [4, 6, 6],
          ],
        }),
      );
      expect(read('config/config.o', ['--set-from', file], 2)).toBe(5n);
      expect(read('config/config.o', ['--set-from', file], 9)).toBe(0x61626364n);
      expect(read('config/config.o', ['--set-from', file], 11)).toBe(306n);
    });
  });
});
