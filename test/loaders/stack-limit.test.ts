import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bpfld, withDirectory, withLinked } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { legacyTc } from './support/legacy-tc.ts';
import { plainPacket } from './support/packets.ts';

function refusal(object: string): string {
  return withDirectory((directory) => {
    const output = `${directory}/out.o`;
    const link = bpfld(fixture(object), '-T', 'tc.ld', '-o', output);
    expect(link.status).toBe(1);
    expect(existsSync(output)).toBe(false);
    return link.stderr;
  });
}

describeLoaders('constants on the stack', () => {
  test('256 bytes fit, and every entry is right', () => {
    const packets = Array.from({ length: 256 }, (_, byte) => plainPacket({ 20: byte }));
    withLinked([fixture('stack-limit/table256.o')], [], (output) => {
      const result = legacyTc(output, { packets });
      if (!result.loaded) throw new Error(result.stderr);
      expect(result.run.results.map(({ retval }) => retval)).toEqual(
        packets.map((_, byte) => (byte * 7 + 3) & 255),
      );
    });
  });

  test('600 bytes do not: the error names constant, size, line and remedy', () => {
    const stderr = refusal('stack-limit/table600.o');
    expect(stderr).toContain('table');
    expect(stderr).toContain('600');
    expect(stderr).toContain('table.c:');
    expect(stderr).toContain('libbpf');
  });

  test('bpf_strncmp cannot be served: the error says why', () => {
    const stderr = refusal('strncmp/strncmp.o');
    expect(stderr).toContain('bpf_strncmp');
    expect(stderr).toContain('strncmp.c:');
    expect(stderr).toContain('read-only map');
  });
});
