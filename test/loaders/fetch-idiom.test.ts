import { expect, test } from 'vitest';
import { bpfld, withDirectory, withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

/** The mark that the linked program sets under legacy tc. */
function markOf(object: string, options: readonly string[]): number {
  return withLinked([fixture(object)], options, (output) => {
    const result = legacyTc(output, { packets: [plainPacket()] });
    if (!result.loaded) throw new Error(result.stderr);
    return result.run.results[0]!.mark;
  });
}

describeLoaders('configuration read by address', () => {
  test.each([
    ['--fetch foo', ['--fetch', 'foo'], 42],
    ['--set foo=7', ['--fetch', 'foo', '--set', 'foo=7'], 7],
    ['--fetch .data', ['--fetch', '.data'], 42],
  ])('(__u32)&foo with %s', (_, options, mark) => {
    expect(markOf('fetch-idiom/address.o', options)).toBe(mark);
  });

  test('(__u32)&foo without --fetch is an error that says what it needs', () => {
    withDirectory((directory) => {
      const object = fixture('fetch-idiom/address.o');
      const link = bpfld(object, '-T', 'tc.ld', '-o', `${directory}/out.o`);
      expect(link.status).toBe(1);
      expect(link.stderr).toContain('foo');
      expect(link.stderr).toContain('--fetch foo');
    });
  });

  test.each([
    ['as it is', [], 0x03020100],
    ['--set foo=[4,5,6,7]', ['--set', 'foo=[4,5,6,7]'], 0x07060504],
  ])('four bytes copied by memcpy, %s', (_, options, mark) => {
    expect(markOf('fetch-idiom/memcpy.o', options)).toBe(mark);
  });
});
