/** tc's rules, on objects that break them. What real objects look like is in test/loaders/tc-rules.test.ts. */
import { expect, test } from 'vitest';
import { callFunction, exit, loadImm64, movImm } from '../../src/bpf/build.ts';
import { type Diagnostic, DiagnosticSink } from '../../src/diag/diagnostic.ts';
import { renderDiagnostic } from '../../src/diag/render.ts';
import { STT } from '../../src/elf/constants.ts';
import { verifyImage } from '../../src/passes/verify-image.ts';
import { generic } from '../../src/profiles/generic.ts';
import { newestOf } from '../../src/profiles/index.ts';
import { tc } from '../../src/profiles/tc.ts';
import { linkFixture, linkObjects, shippedScript } from '../support/link.ts';
import { DATA, type ObjectSpec, object, RODATA, type SectionSpec } from '../support/object.ts';

function check(spec: ObjectSpec, rules = tc.rules): readonly Diagnostic[] {
  const sink = new DiagnosticSink();
  verifyImage(object(spec), rules, newestOf(tc).loader, (place) => place, sink);
  return sink.all;
}

const license: SectionSpec = { name: 'license', flags: DATA, content: 'GPL\0' };
const word = (value: number): number[] => [0, 8, 16, 24].map((bit) => (value >> bit) & 0xff);

/** `maps` with one definition of nine words for each; missing words are 0. */
function maps(
  ...definitions: readonly (readonly number[])[]
): Pick<ObjectSpec, 'sections' | 'symbols'> {
  const content = definitions.flatMap((fields) =>
    Array.from({ length: 9 }, (_, i) => fields[i] ?? 0).flatMap(word),
  );
  const symbols = definitions.map((_, i) => ({
    name: `map${i}`,
    type: STT.OBJECT,
    in: 'maps',
    value: i * 36,
    size: 36,
  }));
  return { sections: [license, { name: 'maps', flags: DATA, content }], symbols };
}

function withCode(
  { sections = [], symbols = [] }: ObjectSpec,
  ...more: readonly SectionSpec[]
): ObjectSpec {
  return { sections: [...sections, ...more], symbols };
}

const array = [2, 4, 4, 1];
const mapReference = (symbol: string, addend = 0): SectionSpec => ({
  name: 'classifier',
  code: [loadImm64(1, BigInt(addend)), movImm(0, 0), exit()],
  relocations: [{ offset: 0, type: 1, symbol }],
});
const program: SectionSpec = { name: 'classifier', code: [movImm(0, 0), exit()] };
const caller = (name: string, symbol: string, imm = -1): SectionSpec => ({
  name,
  code: [callFunction(imm), exit()],
  relocations: [{ offset: 0, type: 10, symbol }],
});
const text = (...relocations: NonNullable<SectionSpec['relocations']>): SectionSpec => ({
  name: '.text',
  code: [loadImm64(1, 0n), movImm(0, 1), exit(), movImm(0, 2), exit()],
  relocations,
});
const usesMap = { offset: 0, type: 1, symbol: 'map0' };
const functions = [
  { name: 'one', type: STT.FUNC, in: '.text', value: 0, size: 32 },
  { name: 'two', type: STT.FUNC, in: '.text', value: 32, size: 16 },
];
const withText = (...sections: readonly SectionSpec[]): ObjectSpec => {
  const made = withCode(maps(array), ...sections);
  return { ...made, symbols: [...(made.symbols ?? []), ...functions] };
};

test('an object that obeys', () => {
  expect(check(withCode(maps(array, array), mapReference('map1')))).toEqual([]);
});

const cases: readonly [code: string, why: string, spec: ObjectSpec, says: string][] = [
  [
    'TC-003',
    'a .maps section',
    withCode({ sections: [license] }, program, { name: '.maps', flags: DATA, content: 'x' }),
    "not from '.maps'",
  ],
  [
    'TC-003',
    'an empty program',
    { sections: [license, { name: 'classifier', code: [] }] },
    "'classifier' is empty",
  ],
  ['TC-004', 'no license', { sections: [program] }, 'SEC("license")'],
  [
    'TC-004',
    'a long license',
    { sections: [{ ...license, content: 'x'.repeat(129) }, program] },
    '129 bytes',
  ],
  [
    'TC-005',
    '65 maps',
    withCode(maps(...Array.from({ length: 65 }, () => array)), program),
    '65 maps',
  ],
  [
    'TC-006',
    'a map by its section',
    withCode(maps(array, array), mapReference('maps', 36)),
    'classifier+0x0',
  ],
  [
    'TC-006',
    'a map with an addend',
    withCode(maps(array, array), mapReference('map1', 4)),
    'tc would use the first map',
  ],
  ['TC-007', 'a perf array without entries', withCode(maps([4, 4, 4, 0]), program), 'at least 1'],
  [
    'TC-007',
    'a ring buffer of an odd size',
    withCode(maps([27, 0, 0, 4097]), program),
    'power of two',
  ],
  [
    'TC-008',
    'an unknown pinning',
    withCode(maps([2, 4, 4, 1, 0, 0, 9]), program),
    "map 'map0' asks for pinning 9",
  ],
  ['TC-009', 'no inner map', withCode(maps([12, 4, 4, 1]), program), 'set inner_id'],
  [
    'TC-009',
    'an unknown inner map',
    withCode(maps([13, 4, 4, 1, 0, 0, 0, 5]), program),
    'inner_id 5',
  ],
  [
    'TC-012',
    'relocations of nothing',
    {
      sections: [
        license,
        { name: 'license2', flags: RODATA, content: 'x' },
        { ...mapReference('license2') },
      ],
    },
    'neither maps nor .text',
  ],
  [
    'TC-013',
    'a relocation against data',
    withCode(
      maps(array),
      { name: '.rodata', flags: RODATA, content: 'x' },
      mapReference('.rodata'),
    ),
    'against .rodata',
  ],
  [
    'TC-014',
    'an undefined symbol',
    (() => {
      const made = withCode(maps(array), mapReference('gone'));
      return { ...made, symbols: [...(made.symbols ?? []), { name: 'gone' }] };
    })(),
    "'gone' is undefined",
  ],
  [
    'TC-015',
    '.text without relocations',
    withText({ ...text() }, caller('classifier', '.text')),
    'LOWER(calls: copy)',
  ],
  [
    'TC-016',
    'a call by a function that is not the first',
    withText(text(usesMap), caller('classifier', 'two')),
    'classifier+0x0',
  ],
  [
    'TC-017',
    'a function that the program does not reach',
    withText(text(usesMap), caller('classifier', '.text')),
    "'two' is in .text",
  ],
  [
    'TC-018',
    'a relocated call in .text',
    withText(
      {
        name: '.text',
        code: [loadImm64(1, 0n), callFunction(-1), exit(), movImm(0, 2), exit()],
        relocations: [usesMap, { offset: 16, type: 10, symbol: 'two' }],
      },
      caller('classifier', '.text'),
    ),
    '.text+0x10',
  ],
  [
    'TC-019',
    "a function's address",
    withText(text(usesMap), {
      name: 'classifier',
      code: [loadImm64(1, 0n), callFunction(-1), callFunction(3), exit()],
      relocations: [
        { offset: 0, type: 1, symbol: 'one' },
        { offset: 16, type: 10, symbol: '.text' },
        { offset: 24, type: 10, symbol: '.text' },
      ],
    }),
    "address of function 'one'",
  ],
  [
    'TC-021',
    'a tail section of an unknown map',
    withCode(maps(array), { ...program, name: '7/0' }),
    'no map has the id 7',
  ],
  [
    'TC-021',
    'a tail key out of bounds',
    withCode(maps([3, 4, 4, 2, 0, 7]), { ...program, name: '7/0x2' }),
    '2 is out of bounds',
  ],
  [
    'TC-021',
    'a tail section of an array',
    withCode(maps([2, 4, 4, 2, 0, 7]), { ...program, name: '7/0' }),
    'not a program array',
  ],
  [
    'TC-023',
    'multi-buffer packets',
    withCode(maps(array), { ...program, name: 'xdp.frags' }),
    'multi-buffer',
  ],
  [
    'TC-023',
    'a program for a device map',
    withCode(maps(array), { ...program, name: 'xdp/devmap' }),
    'attach type devmap',
  ],
];

test.each(cases)('%s: %s', (code, _, spec, says) => {
  // Who breaks one rule may break another with it.
  const found = check(spec).filter((diagnostic) => diagnostic.code === code);
  expect(found.map((diagnostic) => renderDiagnostic(diagnostic)).join('')).toContain(says);
});

test('functions that the assembler let call each other are reached', () => {
  const made = withText(
    {
      name: '.text',
      code: [loadImm64(1, 0n), callFunction(1), exit(), movImm(0, 2), exit()],
      relocations: [usesMap],
    },
    caller('classifier', '.text'),
  );
  expect(check(made)).toEqual([]);
});

test('the generic profile has no rules for the output', () => {
  expect(generic.rules).toEqual([]);
});

const sourced: readonly [code: string, object: string, line: RegExp, remedy: string][] = [
  [
    'TC-010',
    'two-programs-one-section/two.o',
    /two\.o:\(classifier\+0x10\)/,
    'a section name of its own',
  ],
  ['TC-013', 'mutable-data/counter.o', /counter\.c:\d+/, 'keep it in a map'],
  ['TC-019', 'function-address/callback.o', /callback\.c:\d+/, 'use a bounded loop'],
  ['TC-005', 'tc-rules/long-struct.o', /long-struct\.o:\(maps\+0x0\)/, 'struct bpf_elf_map'],
];

test.each(sourced)('%s of %s names the place and the remedy', (code, path, line, remedy) => {
  const [found] = linkFixture([path], 'tc.ld').diagnostics;
  expect(found?.code).toBe(code);
  expect(renderDiagnostic(found!)).toMatch(line);
  expect(found!.notes.at(-1)).toContain(remedy);
});

const tcLd = shippedScript('tc.ld').text;

test('TC-006: a reference to the inside of a map', () => {
  const made = withCode(maps(array, array), mapReference('map1', 4));
  const { diagnostics } = linkObjects({ 'a.o': object(made) }, tcLd);
  expect(diagnostics.map(({ code }) => code)).toEqual(['TC-006']);
  expect(diagnostics[0]!.message).toContain("byte 4 of map 'map1'");
});

test('TC-005: bytes of `maps` that no symbol covers', () => {
  const { sections = [], symbols = [] } = withCode(maps(array, array), mapReference('map1'));
  const { diagnostics } = linkObjects({ 'a.o': { sections, symbols: symbols.slice(1) } }, tcLd);
  expect(diagnostics.map(({ code }) => code)).toEqual(['TC-005']);
  expect(diagnostics[0]!.message).toContain('no symbol covers them');
});
