/**
 * Debian's tc, built with libbpf 1.1: what it makes of objects that break its rules is what bpfld says of them, and
 * what is linked for it loads and runs.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takenByTc, tcLibbpfCases } from '../profiles/tc-libbpf/cases.ts';
import { checkTcLibbpf } from '../profiles/tc-libbpf/check.ts';
import { bpfld, withDirectory } from './support/bpfld.ts';
import { describeLoaders, fixture } from './support/environment.ts';
import { libbpfTc } from './support/libbpf-tc.ts';
import { plainPacket } from './support/packets.ts';

const packets = [plainPacket({ 20: 2 }), plainPacket({ 20: 100 })];
const results = [2 * (2 + 321), 2 * (100 + 321)];

function returned(object: string, section: string): number[] {
  const result = libbpfTc(object, { section, packets });
  if (!result.loaded) throw new Error(result.stderr);
  return result.run.results.map(({ retval }) => retval);
}

const cases = tcLibbpfCases.map((one) => [one.rule, one.what, one] as const);

describeLoaders('rules of tc with libbpf', () => {
  test.each(cases)('%s: %s', (rule, _, { object, section, severity }) => {
    const result = libbpfTc(fixture(object), { section });
    expect(result.loaded, result.stderr).toBe(severity === 'warning');
    if (result.loaded) return;
    const found = checkTcLibbpf(object).filter(({ code }) => code === rule);
    const said = found.some(({ says }) => says === undefined || result.stderr.includes(says.text));
    expect(said, `${JSON.stringify(found.map(({ says }) => says))}\n${result.stderr}`).toBe(true);
  });

  test.each(takenByTc)('%s loads and runs', (object, section) => {
    expect(returned(fixture(object), section)).toEqual(results);
  });
});

/** Inputs, the section to ask for, and what its program returns. */
const linked: readonly (readonly [
  inputs: readonly string[],
  section: string,
  returns: number[],
])[] = [
  [['tc-libbpf-rules/fine.o'], 'classifier', results],
  [['tc-libbpf-rules/pinned.o'], 'classifier', results],
  [['tc-libbpf-rules/other-name.o'], 'anything', results],
  [['libbpf-rules/odd-section.o'], 'tc', [7, 7]],
];

describeLoaders('objects linked for tc with libbpf', () => {
  test.each(linked)('%j', (inputs, section, returns) => {
    withDirectory((directory) => {
      const output = join(directory, 'out.o');
      const link = bpfld(...inputs.map(fixture), '--profile', 'tc-libbpf', '-o', output);
      expect([link.status, link.stderr]).toEqual([0, '']);
      expect(returned(output, section)).toEqual(returns);
    });
  });

  test('what tc would refuse is refused', () => {
    withDirectory((directory) => {
      const input = fixture('tc-libbpf-rules/slot-other.o');
      const link = bpfld(input, '--profile', 'tc-libbpf', '-o', join(directory, 'out.o'));
      expect(link.status).toBe(1);
      expect(link.stderr).toContain('TCL-002');
    });
  });
});
