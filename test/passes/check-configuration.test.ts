import { expect, test } from 'vitest';
import { codes, linkFixture } from '../support/link.ts';

test.each(['tc.ld', 'redbpf.ld'] as const)(
  'SYM-008: a weak setting of the kernel: %s',
  (script) => {
    const { output, diagnostics } = linkFixture(['verdicts/36-weak-setting/program.o'], script);
    expect([output, codes(diagnostics)]).toEqual([undefined, ['SYM-008']]);
  },
);

test('libbpf fills it in', () => {
  const { output } = linkFixture(['verdicts/36-weak-setting/program.o'], 'libbpf.ld');
  expect(output).toBeDefined();
});
