import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { withDirectory } from './support/bpfld.ts';
import { describeLoaders, fixture, inRepository } from './support/environment.ts';

/** In a mount namespace: a full disk with an old output on it, a link, and what is there afterwards. */
const script = `
  mount -t tmpfs -o size=4k tmpfs "$1"
  head -c 4096 /dev/zero | tr '\\0' x >"$1/out.o"
  "$2" "$3" "$4" -T tc.ld -o "$1/out.o"
  echo "status $?"
  ls -A "$1"
  tr -d x <"$1/out.o" | wc -c
`;

describeLoaders('a full disk', () => {
  test('is named, and the old output is left alone', () => {
    withDirectory((directory) => {
      const words = [directory, process.execPath, inRepository('bin/bpfld.js')];
      const child = spawnSync(
        'unshare',
        [
          ...['--mount', '--propagation', 'private', 'bash', '-c', script, 'bash'],
          ...words,
          fixture('plain/plain.o'),
        ],
        { encoding: 'utf8' },
      );
      expect(child.stdout.split(/\s+/).filter(Boolean)).toEqual(['status', '1', 'out.o', '0']);
      expect(child.stderr).toContain('out.o');
      expect(child.stderr).toMatch(/the disk is full/);
    });
  });
});
