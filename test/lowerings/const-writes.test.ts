/** Read-only data that the code writes all the same: no loader would let it, so neither does the link. */
import { expect, test } from 'vitest';
import { call, movImm, storeImm } from '../../src/bpf/build.ts';
import { linkObjects, shippedScript } from '../support/link.ts';
import { type DataSpec, type FunctionSpec, program, ref, returns } from './support/assemble.ts';

const constant: DataSpec = { name: 'fixed', bytes: [1, 2, 3, 4] };
const SKB_LOAD_BYTES = 26;

test.each<[string, FunctionSpec['lines']]>([
  ['by a store', [ref(2, 'fixed'), storeImm(4, 2, 0, 9), ...returns(0)]],
  [
    'by a helper',
    [movImm(2, 0), ref(3, 'fixed'), movImm(4, 4), call(SKB_LOAD_BYTES), ...returns(0)],
  ],
])('a constant written %s is refused', (_, lines) => {
  const code = { classifier: [{ name: 'prog', binding: 'global' as const, lines }] };
  const object = program(code, { '.rodata': [constant] });
  const { output, diagnostics } = linkObjects({ 'a.o': object }, shippedScript('tc.ld').text);
  expect(output).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: 'TC-013', severity: 'error' }]);
  expect(diagnostics[0]!.notes.join()).toMatch(/'fixed'.*it is (written|passed to a helper)/);
});
