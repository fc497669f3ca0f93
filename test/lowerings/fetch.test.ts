/** The fetch idiom beside ordinary reads of the same variables. */
import { expect, test } from 'vitest';
import { exit, loadReg, movReg, storeReg } from '../../src/bpf/build.ts';
import { Code } from '../../src/bpf/code.ts';
import { disassembleAll } from '../../src/bpf/disassemble.ts';
import type { LinkResult } from '../../src/link-types.ts';
import { linkObjects, Output, shippedScript } from '../support/link.ts';
import { type DataSpec, type FunctionSpec, program, ref, returns } from './support/assemble.ts';

const tc = shippedScript('tc.ld').text;
const foo: DataSpec = { name: 'foo', bytes: [42, 0, 0, 0], binding: 'global' };
const limit: DataSpec = { name: 'limit', bytes: [100, 0, 0, 0], binding: 'global' };

/** Fetches every variable of `.data` that is not read. */
function link(
  lines: FunctionSpec['lines'],
  data: readonly DataSpec[],
  fetch: readonly string[] = ['.data'],
  script = tc,
): LinkResult {
  const code = { classifier: [{ name: 'prog', binding: 'global' as const, lines }] };
  return linkObjects({ 'a.o': program(code, { '.data': data }) }, script, { fetch });
}

function textOf(result: LinkResult): string[] {
  const bytes = new Output(result).content('classifier');
  const { code } = Code.decode(Uint8Array.from(bytes), 'little', { file: '', section: '' });
  return disassembleAll(code!).map(({ text }) => text);
}

const fetchFoo = [ref(2, 'foo'), storeReg(4, 1, 8, 2)] as const;

test('a variable that is read is read, although its section is fetched', () => {
  const result = link([...fetchFoo, ref(3, 'limit'), loadReg(4, 0, 3, 0), exit()], [foo, limit]);
  const text = textOf(result);
  expect(text).toContain('r2 = 0x2a ll');
  expect(text.some((line) => /^[rw]0 = 100$/.test(line))).toBe(true);
});

test('LOWER-019: a variable cannot be both in one function', () => {
  const { output, diagnostics } = link(
    [...fetchFoo, ref(3, 'foo'), loadReg(4, 0, 3, 0), exit()],
    [foo],
  );
  expect(output).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toContain('LOWER-019');
});

test('LOWER-020: of a larger variable only a word is fetched', () => {
  const wide: DataSpec = { name: 'wide', bytes: [1, 2, 3, 4, 5, 6, 7, 8], binding: 'global' };
  const { output, diagnostics } = link(
    [ref(2, 'wide'), storeReg(4, 1, 8, 2), ...returns(0)],
    [wide],
    ['wide'],
  );
  expect(output).toBeDefined();
  expect(diagnostics).toMatchObject([
    { code: 'LOWER-020', severity: 'warning', message: 'fetch wide: 4 of its 8 bytes are fetched' },
  ]);
});

test.each([
  ['prog', ['prog']],
  ['.text', ['.text']],
])('LOWER-011: %s is code, not data', (_, fetch) => {
  const { diagnostics } = link([movReg(0, 1), exit()], [foo], fetch);
  expect(diagnostics.map(({ code }) => code)).toContain('LOWER-011');
});

test('LOWER-011: a name of the script is shown there', () => {
  const script = `${tc}\nLOWER(fetch: fo)`;
  const { diagnostics } = link([movReg(0, 1), exit()], [foo], [], script);
  const [found] = diagnostics.filter(({ code }) => code === 'LOWER-011');
  expect(found!.message).toContain("did you mean 'foo'");
  expect(found!.at).toMatchObject([{ kind: 'text', text: 'LOWER(fetch: fo)' }]);
});
