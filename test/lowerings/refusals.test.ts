/** What no lowering can do: each code, where it points to, and what it advises. */
import { expect, test } from 'vitest';
import {
  addImm,
  call,
  callFunction,
  exit,
  loadReg,
  movImm,
  movReg,
  storeReg,
} from '../../src/bpf/build.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { renderDiagnostic } from '../../src/diag/render.ts';
import type { LinkResult } from '../../src/link-types.ts';
import { linkFixture, linkObjects, shippedScript } from '../support/link.ts';
import type { ObjectSpec } from '../support/object.ts';
import {
  callOf,
  type DataSpec,
  type FunctionSpec,
  program,
  ref,
  returns,
} from './support/assemble.ts';

const tc = shippedScript('tc.ld').text;

function only({ output, diagnostics }: LinkResult): Diagnostic {
  expect(output).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toHaveLength(1);
  return diagnostics[0]!;
}

const constant: DataSpec = { name: 'table', bytes: [1, 2, 3, 4, 5, 6, 7, 8] };

/** A program, its subprograms, and a constant called `table`. */
function source(
  lines: FunctionSpec['lines'],
  subprograms: readonly FunctionSpec[] = [],
  data: readonly DataSpec[] = [constant],
): ObjectSpec {
  const code = { classifier: [{ name: 'prog', binding: 'global' as const, lines }] };
  return program(subprograms.length > 0 ? { ...code, '.text': subprograms } : code, {
    '.rodata': data,
  });
}

function refusal(object: ObjectSpec, script = tc): Diagnostic {
  return only(linkObjects({ 'a.o': object }, script));
}

/** In `fixtures/`, compiled with line info: the source line is named. */
const fixtures: readonly [
  code: string,
  object: string,
  line: RegExp,
  names: string,
  remedy: string,
][] = [
  ['LOWER-004', 'stack-limit/table600.o', /table\.c:\d+/, "'table' (600 bytes)", 'in a map'],
  ['LOWER-006', 'strncmp/strncmp.o', /strncmp\.c:\d+/, 'bpf_strncmp', 'compare in a loop'],
  ['LOWER-010', 'pointer-table/names.o', /names\.c:\d+/, 'the address of', 'a switch'],
];

test.each(fixtures)('%s: %s', (code, object, line, names, remedy) => {
  const found = only(linkFixture([object], 'tc.ld'));
  const text = renderDiagnostic(found);
  expect(found.code).toBe(code);
  expect(text).toMatch(line);
  expect(text).toContain(names);
  expect(found.notes.at(-1)).toContain(remedy);
});

const word = (value: number): number[] => [value, 0, 0, 0];
const long = Array.from({ length: 200 }, (_, i) => i & 0xff);
const reading = (name: string): FunctionSpec['lines'] => [
  ref(1, name),
  movImm(2, 4),
  call(6),
  ...returns(0),
];

const made: readonly [code: string, object: ObjectSpec, names: string, remedy: string][] = [
  [
    'LOWER-001',
    source(
      [{ instruction: callFunction(0), symbol: 'sub' }, exit()],
      [{ name: 'sub', lines: [movImm(0, 1), ...returns(2)] }],
    ),
    "'sub'",
    'first instruction',
  ],
  ['LOWER-002', source([callOf('table'), exit()]), "'table' in .rodata", 'SEC'],
  [
    'LOWER-003',
    source(
      [callOf('a'), exit()],
      [
        { name: 'a', lines: [callOf('b'), exit()] },
        { name: 'b', lines: [callOf('a'), exit()] },
      ],
    ),
    'a -> b -> a',
    'a bounded loop',
  ],
  [
    'LOWER-005',
    source(
      [callOf('a'), ...reading('long')],
      [
        { name: 'a', lines: [callOf('b'), ...reading('long')] },
        { name: 'b', lines: reading('long') },
      ],
      [{ name: 'long', bytes: long }],
    ),
    'prog -> a -> b needs 672 bytes',
    'make the chain shorter',
  ],
  [
    'LOWER-005',
    source(
      [movReg(6, 1), ref(1, 'long'), movImm(2, 4), call(6), movReg(1, 6), callOf('a'), exit()],
      [{ name: 'a', lines: [movImm(2, 0), movImm(3, 0), call(12), ...returns(0)] }],
      [{ name: 'long', bytes: [...long, ...long.slice(0, 80)] }],
    ),
    'there are 256',
    'tail call from the program itself',
  ],
  [
    'LOWER-006',
    source([ref(1, 'table'), call(93), ...returns(0)]),
    'bpf_spin_lock wants a map value',
    'a map of your own',
  ],
  ['LOWER-007', source([ref(0, 'table'), exit()]), 'the program returns it', '--fetch table'],
  [
    'LOWER-008',
    source(
      [callOf('pick'), loadReg(4, 0, 0, 0), exit()],
      [{ name: 'pick', lines: [ref(0, 'table'), exit()] }],
    ),
    "'pick' returns the address of 'table'",
    'return the value',
  ],
  [
    'LOWER-009',
    source([loadReg(8, 2, 1, 0), ref(3, 'table'), storeReg(8, 2, 0, 3), ...returns(0)]),
    "the address of 'table'",
    'store its value',
  ],
  [
    'LOWER-015',
    source(
      [callOf('f1'), exit()],
      Array.from({ length: 8 }, (_, i) => ({
        name: `f${i + 1}`,
        lines: i < 7 ? [callOf(`f${i + 2}`), exit()] : returns(0),
      })),
    ),
    '9 nested calls: prog -> f1',
    'inline',
  ],
  [
    'LOWER-016',
    source([ref(1, 'table'), loadReg(4, 0, 1, 8), exit()]),
    "bytes 8 to 12 of 'table', which has 8",
    'one symbol',
  ],
  [
    'LOWER-018',
    source(
      [ref(1, 'table'), callOf('sub'), exit()],
      [
        {
          name: 'sub',
          lines: [
            ref(2, 'table'),
            movImm(0, 0),
            { instruction: { opcode: 0x1d, dst: 1, src: 2, offset: 1, imm: 0 } },
            addImm(0, 1),
            exit(),
          ],
        },
      ],
    ),
    "'sub' compares an address in 'table'",
    'pass an index',
  ],
];

test.each(made)('%s', (code, object, names, remedy) => {
  const found = refusal(object);
  expect(found.code).toBe(code);
  expect(renderDiagnostic(found)).toContain(names);
  expect(renderDiagnostic(found)).toMatch(/a\.o:\((classifier|\.text)\+0x/);
  expect(found.notes.at(-1)).toContain(remedy);
});

test('LOWER-011: --fetch of a name that is not there', () => {
  const a = source([ref(1, 'table'), loadReg(4, 0, 1, 0), exit()]);
  const found = only(linkObjects({ 'a.o': a }, tc, { fetch: ['tabel'] }));
  expect(found.code).toBe('LOWER-011');
  expect(renderDiagnostic(found)).toContain("did you mean 'table'");
});

test('LOWER-012: --fetch where there is no whole word', () => {
  const a = source([ref(0, 'half'), exit()], [], [{ name: 'half', bytes: [1, 2] }]);
  const found = only(linkObjects({ 'a.o': a }, tc, { fetch: ['half'] }));
  expect(found.code).toBe('LOWER-012');
  expect(found.notes.at(-1)).toContain('32-bit word');
});

const copying = 'LOWER(calls: copy) LOWER(rodata: stack) PERMIT_RELOCATIONS(maps)';
const sections = 'SECTIONS { .text : { *(.text) } .rodata : { *(.rodata) } }';

test('LOWER-013: the address of a function that is copied, for a loader without a rule of its own', () => {
  const a = source([ref(2, 'sub'), movReg(0, 2), exit()], [{ name: 'sub', lines: returns(0) }]);
  const found = refusal(a, `${copying} ${sections}`);
  expect(found.code).toBe('LOWER-013');
  expect(found.message).toContain("'sub'");
  expect(found.notes.at(-1)).toContain('leave LOWER(calls: copy) out');
});

test('LOWER-014: a reference that the script does not permit, and no lowering', () => {
  const a = source([ref(1, 'table'), loadReg(4, 0, 1, 0), exit()]);
  const found = refusal(a, `PERMIT_RELOCATIONS(maps) LOWER(calls: copy) ${sections}`);
  expect(found.code).toBe('LOWER-014');
  expect(found.notes.at(-1)).toContain('LOWER(rodata: fold, stack)');
});

test('a variable that is written is no constant, and the write is shown', () => {
  const a = source([ref(1, 'count'), movImm(2, 1), storeReg(4, 1, 0, 2), ...returns(0)]);
  const data = program({}, { '.data': [{ name: 'count', bytes: word(0), binding: 'global' }] });
  const found = only(linkObjects({ 'a.o': a, 'b.o': data }, tc));
  expect(found.code).toBe('TC-013');
  expect(found.notes.join()).toContain('it is written');
});

test('one object is refused once, however often it is used', () => {
  const lines = [ref(1, 'table'), call(93), ref(1, 'table'), call(93), ...returns(0)];
  expect(refusal(source(lines)).code).toBe('LOWER-006');
});

test('LOWER-017: code, but no program', () => {
  const a = program({ '.text': [{ name: 'sub', binding: 'global', lines: returns(0) }] });
  const found = only(linkObjects({ 'a.o': a }, tc));
  expect(found.code).toBe('LOWER-017');
  expect(found.notes.at(-1)).toContain('SEC("classifier")');
});
