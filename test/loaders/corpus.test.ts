/** Objects that nobody here wrote: iproute2's own examples for tc, and Debian's build of xdp-tools. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readElf } from '../../src/elf/index.ts';
import { tcView } from '../../src/profiles/rules/tc/view.ts';
import { bpfld, withDirectory, withLinked } from './support/bpfld.ts';
import { cache, describeLoaders } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { randomPackets } from './support/packets.ts';

const packets = randomPackets(7, 50);

/** Name and path of each. */
function objectsIn(directory: string): [string, string][] {
  const path = join(cache, 'corpus', directory);
  return existsSync(path) ? readdirSync(path).map((name) => [name, join(path, name)]) : [];
}

function sectionsOf(path: string): string[] {
  const { object } = readElf(readFileSync(path), path);
  return tcView(object!).programs.map(({ name }) => name);
}

describeLoaders('iproute2 examples', () => {
  test('are there', () => {
    expect(objectsIn('tc').length).toBeGreaterThanOrEqual(5);
  });

  test.each(objectsIn('tc'))('%s runs after linking as before', (_, input) => {
    withLinked([input], [], (output) => {
      expect(sectionsOf(output).sort()).toEqual(sectionsOf(input).sort());
      // Sections such as 42/0 hold tail-called programs, which tc loads with the others.
      for (const section of sectionsOf(input).filter((name) => !name.includes('/'))) {
        const before = legacyTc(input, { section, packets });
        const after = legacyTc(output, { section, packets });
        expect(after.loaded, `${section}: ${after.stderr}`).toBe(before.loaded);
        if (!before.loaded || !after.loaded) continue;
        expect(after.run.results).toEqual(before.run.results);
      }
    });
  });
});

describeLoaders('xdp-tools', () => {
  test('is there', () => {
    expect(objectsIn('xdp').length).toBeGreaterThanOrEqual(10);
  });

  test.each(objectsIn('xdp'))('%s: linked again, the output stays the same', (_, input) => {
    withDirectory((directory) => {
      const outputs = ['1.o', '2.o', '3.o'].map((name) => join(directory, name));
      [input, ...outputs].slice(0, 3).forEach((from, i) => {
        expect(bpfld(from, '-o', outputs[i]!).status).toBe(0);
      });
      const [, second, third] = outputs.map((path) => readFileSync(path));
      expect(second!.equals(third!)).toBe(true);
    });
  });

  test.each(objectsIn('xdp'))(
    '%s for tc: it loads, or the rule that refuses it is named',
    (_, input) => {
      withDirectory((directory) => {
        const output = join(directory, 'out.o');
        const link = bpfld(input, '-T', 'tc.ld', '-o', output);
        if (link.status !== 0) {
          expect(link.stderr).toMatch(/^error: TC-0(10|24): /m);
          return;
        }
        for (const section of sectionsOf(output)) {
          const { loaded, stderr } = legacyTc(output, { section, type: 'xdp' });
          expect(loaded, `${section}: ${stderr}`).toBe(true);
        }
      });
    },
  );
});
