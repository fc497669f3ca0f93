/** Static functions and variables of one name, as they come together where objects are linked. */
import { expect, test } from 'vitest';
import { callFunction, exit, movImm } from '../../src/bpf/build.ts';
import { writeBtfExt } from '../../src/btf/ext.ts';
import { KIND, LINKAGE } from '../../src/btf/format.ts';
import { readBtf } from '../../src/btf/read.ts';
import { STT } from '../../src/elf/constants.ts';
import { inspect } from '../../src/report/inspect/inspect.ts';
import { type Part, renderText } from '../../src/report/inspect/text/render.ts';
import type { Inspection } from '../../src/report/inspect/types.ts';
import { info, section as typeSection } from '../btf/support/table.ts';
import { DATA, object } from '../support/object.ts';

/** 1: int, 2: long; FUNCs and VARs of both; `size`: of the DATASEC, 0 as compilers leave it. */
const types = (size: number, offsets: readonly number[]): Uint8Array =>
  typeSection((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [name('long'), info(KIND.INT), 8, 0x01000040],
    [0, info(KIND.FUNC_PROTO), 1],
    [0, info(KIND.FUNC_PROTO), 2],
    [name('clamp'), info(KIND.FUNC, LINKAGE.STATIC), 3],
    [name('clamp'), info(KIND.FUNC, LINKAGE.STATIC), 4],
    [name('state'), info(KIND.VAR), 1, LINKAGE.STATIC],
    [name('state'), info(KIND.VAR), 2, LINKAGE.STATIC],
    [name('.text'), info(KIND.DATASEC), 0],
    [name('.data'), info(KIND.DATASEC, 2), size, 7, offsets[0]!, 4, 8, offsets[1]!, 8],
  ]);

/** Three functions `clamp`, three variables `state`, of which the last ones have no types. */
function report(btf: Uint8Array, functions: readonly number[]): Inspection {
  const records = Uint32Array.from(functions);
  const { strings } = readBtf(btf, 'little').btf!;
  const at = String.fromCharCode(...strings.bytes).indexOf('.text');
  const ext = writeBtfExt({ func: [{ section: at, records }], line: [], core: [] }, 'little');
  const clamp = { name: 'clamp', binding: 'local', type: STT.FUNC, in: '.text', size: 16 } as const;
  const state = { name: 'state', binding: 'local', type: STT.OBJECT, in: '.data' } as const;
  const { report: found, diagnostics } = inspect(
    object({
      sections: [
        {
          name: '.text',
          code: [movImm(0, 0), exit(), movImm(0, 1), exit(), movImm(0, 2), exit()].concat(
            callFunction(-5),
            callFunction(-4),
            exit(),
          ),
        },
        { name: '.data', flags: DATA, content: [1, 0, 0, 0, 0, 0, 0, 0, 2, ...Array(11).fill(0)] },
        { name: '.BTF', flags: 0, content: btf },
        { name: '.BTF.ext', flags: 0, content: ext },
      ],
      symbols: [
        clamp,
        { ...clamp, value: 16 },
        { ...clamp, value: 32 },
        { ...state, size: 4 },
        { ...state, value: 8, size: 8 },
        { ...state, value: 16, size: 4 },
        { ...clamp, name: 'main', binding: 'global', value: 48, size: 24 },
      ],
    }),
    'a.o',
  );
  expect(diagnostics).toEqual([]);
  return found!;
}

const linked = report(types(20, [0, 8]), [0, 6, 16, 5]);
const declarations = (list: readonly { readonly declaration: string | null }[]) =>
  list.map(({ declaration }) => declaration);
const text = (found: Inspection, part: Part): string =>
  [...renderText(found, new Set([part]))].join('');

test('func_info says which FUNC a function is, not its name', () => {
  expect(declarations(linked.functions)).toEqual([
    'static long clamp(void)',
    'static int clamp(void)',
    null,
    null,
  ]);
});

test('a name says it where there are no records, and one FUNC has it', () => {
  expect(declarations(report(types(20, [0, 8]), []).functions)).toEqual([null, null, null, null]);
  const unnamed = typeSection((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [0, info(KIND.FUNC_PROTO), 1],
    [name('main'), info(KIND.FUNC, LINKAGE.STATIC), 2],
    [name('.text'), info(KIND.DATASEC), 0],
  ]);
  expect(declarations(report(unnamed, []).functions)[3]).toBe('static int main(void)');
});

test('a record about another place keeps the name from being taken for it', () => {
  const one = typeSection((name) => [
    [name('int'), info(KIND.INT), 4, 0x01000020],
    [0, info(KIND.FUNC_PROTO), 1],
    [name('clamp'), info(KIND.FUNC, LINKAGE.STATIC), 2],
    [name('.text'), info(KIND.DATASEC), 0],
  ]);
  expect(declarations(report(one, [16, 3]).functions)).toEqual([
    null,
    'static int clamp(void)',
    null,
    null,
  ]);
});

test('the DATASEC says by offsets which VAR a variable is', () => {
  const { variables } = linked.data[0]!;
  expect(variables.map(({ declaration, value }) => [declaration, value])).toEqual([
    ['static int state', '1'],
    ['static long state', '2'],
    [null, null],
  ]);
  expect(linked.btf!.sections[1]!.variables).toHaveLength(2);
});

test('offsets that a compiler left to others say nothing', () => {
  const { variables } = report(types(0, [0, 0]), []).data[0]!;
  expect(declarations(variables)).toEqual([null, null, null]);
});

test('calls say which of several functions of a name', () => {
  expect(linked.functions[3]!.calls).toEqual([
    { name: 'clamp', section: '.text', offset: 16 },
    { name: 'clamp', section: '.text', offset: 32 },
  ]);
  expect(text(linked, 'programs')).toContain('calls      clamp (.text+0x10), clamp (.text+0x20)\n');
  expect(text(linked, 'code')).toMatch(/call clamp +; \.text\+0x20\n/);
});
