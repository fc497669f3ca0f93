/** BTF-006: CO-RE relocations meet a loader that does not know them. */
import { expect, test } from 'vitest';
import { link } from '../../src/link.ts';
import { fixture } from '../support/link.ts';

const inputs = [fixture('weak-records/one.o')];

test('BTF-006: the warning counts them and names the line of the first', () => {
  const { diagnostics } = link({ inputs, profile: 'tc' });
  const [warning] = diagnostics.filter(({ code }) => code === 'BTF-006');
  expect(warning).toMatchObject({
    severity: 'warning',
    message: '2 CO-RE relocations, which the tc loader does not apply',
    at: [{ kind: 'source', file: expect.stringContaining('weak.c') }, { file: inputs[0]!.path }],
  });
});

test('a loader that applies them gives no cause', () => {
  const { diagnostics } = link({ inputs, profile: 'libbpf' });
  expect(diagnostics.map(({ code }) => code)).not.toContain('BTF-006');
});
