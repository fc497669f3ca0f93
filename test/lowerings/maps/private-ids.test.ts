/** Which objects mean one map by one id, and which have to be told apart. */
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { link } from '../../../src/link.ts';
import {
  type NumberedMap,
  type NumberedSection,
  privateIds,
} from '../../../src/lowerings/maps/private-ids.ts';
import type { InputFile } from '../../../src/model/input.ts';
import { MapType, TEMPLATE_ONLY } from '../../../src/model/legacy-map.ts';
import { codes, fixture, linkFixture, Output } from '../../support/link.ts';
import { describedMap, legacyMaps } from './support.ts';

/** `array`, `inner`, `template` have id 1; `outer` has inner_id 1; a name with `/` is a section. */
type Part = 'array' | 'inner0' | 'inner1' | 'template' | 'wide-template' | 'outer' | '1/0';

const plain = {
  type: 2,
  sizeKey: 4,
  sizeValue: 4,
  maxElem: 1,
  flags: 0,
  id: 1,
  pinning: 0,
  innerId: 0,
  innerIndex: 0,
};
const fields = {
  array: { ...plain, type: MapType.PROG_ARRAY },
  inner0: plain,
  inner1: { ...plain, innerIndex: 1 },
  template: { ...plain, innerIndex: TEMPLATE_ONLY },
  'wide-template': { ...plain, sizeValue: 8, innerIndex: TEMPLATE_ONLY },
  outer: { ...plain, type: MapType.ARRAY_OF_MAPS, id: 0, innerId: 1 },
};

/** What id 1 of each file becomes, and what is said. */
function idsOf(...parts: readonly (readonly Part[])[]): [ids: number[], messages: string[]] {
  const files = parts.map((_, i): InputFile => {
    const none = { sections: [], symbols: [], groups: [], startReferences: false };
    const types = { btf: undefined, btfExt: undefined, btfExtRelocations: undefined };
    return { id: i + 1, path: `${'abc'[i]}.o`, order: 'little', ...none, ...types };
  });
  const maps: NumberedMap[] = [];
  const sections: NumberedSection[] = [];
  parts.forEach((own, i) => {
    for (const name of own) {
      const at = { file: files[i]!, name, at: [] };
      if (name === '1/0') sections.push({ ...at, id: 1 });
      else maps.push({ ...at, fields: fields[name] });
    }
  });
  const found: Diagnostic[] = [];
  const idOf = privateIds(maps, sections, (diagnostic) => found.push(diagnostic));
  return [
    files.map((file) => idOf(file, 1)),
    found.map(({ code, message }) => `${code} ${message}`),
  ];
}

test.each<[what: string, files: Part[][], ids: number[]]>([
  ['one object', [['array', 'inner0', 'inner0', 'outer', '1/0']], [1]],
  ['an array, and its program elsewhere', [['array'], ['1/0']], [1, 1]],
  ['a program, and its array elsewhere', [['1/0'], ['array']], [1, 1]],
  ['inner maps of two objects', [['outer'], ['inner0'], ['inner1']], [1, 1, 1]],
  [
    'an inner map beside the outer one, and one elsewhere',
    [['inner1'], ['outer', 'inner0']],
    [1, 1],
  ],
  ['templates that are alike', [['template'], ['outer'], ['template']], [1, 1, 1]],
  [
    'two arrays with programs',
    [
      ['array', '1/0'],
      ['array', '1/0'],
    ],
    [1, 2],
  ],
  [
    'two outer maps with their own',
    [
      ['outer', 'inner0'],
      ['outer', 'inner1'],
    ],
    [1, 2],
  ],
  ['two that fill one slot', [['outer', 'inner0'], ['inner0']], [1, 2]],
  ['the same, the other way round', [['inner0'], ['outer', 'inner0']], [1, 2]],
  ['templates that differ', [['outer', 'template'], ['wide-template']], [1, 2]],
  ['an array that somebody else fills', [['array'], ['array', '1/0']], [1, 2]],
  ['a map beside an array with programs', [['inner1'], ['array'], ['1/0']], [1, 2, 2]],
  ['three', [['array', '1/0'], ['inner0', 'outer'], ['inner1']], [1, 2, 3]],
])('%s', (_, files, ids) => {
  expect(idsOf(...files)).toEqual([ids, []]);
});

test.each<[what: string, files: Part[][], message: string]>([
  [
    'a program for one of two arrays',
    [['array'], ['array'], ['1/0']],
    "MAP-016 section '1/0' goes by the id 1, which may mean 'array' of a.o or 'array' of b.o",
  ],
  [
    'an outer map of maps for one slot',
    [['inner0'], ['outer'], ['inner0']],
    "MAP-016 map of maps 'outer' goes by the id 1, which may mean 'inner0' of a.o or 'inner0' of c.o",
  ],
])('MAP-016: %s', (_, files, message) => {
  expect(idsOf(...files)[1]).toEqual([message]);
});

const named = (names: readonly string[]): string[] => names.map((name) => `maps-ids/${name}.o`);

test('tc: the later object gets another id, and its section another name', () => {
  const output = new Output(linkFixture(named(['array-first', 'array-second']), 'tc.ld'));
  expect(legacyMaps(output)).toMatchObject({ jump_first: { id: 1 }, jump_second: { id: 2 } });
  expect(output.symbol('tail_first').section).toBe(output.section('1/0').index);
  expect(output.symbol('tail_second').section).toBe(output.section('2/0').index);
});

test('tc: one of the objects alone keeps its id', () => {
  const output = new Output(linkFixture(named(['array-second']), 'tc.ld'));
  expect(legacyMaps(output)).toMatchObject({ jump_second: { id: 1 } });
  expect(output.sectionNames).toContain('1/0');
});

test('libbpf: each program array has its own program', () => {
  const output = new Output(linkFixture(named(['array-first', 'array-second']), 'libbpf.ld'));
  expect(describedMap(output, 'jump_first').slots).toEqual(['0 tail_first']);
  expect(describedMap(output, 'jump_second').slots).toEqual(['0 tail_second']);
});

test('libbpf: and so has each map of maps its own maps, and those of objects with nothing else', () => {
  const inputs = named(['outer-first', 'outer-second']);
  const output = new Output(linkFixture(inputs, 'libbpf.ld'));
  expect(describedMap(output, 'outer_first').slots).toEqual(['0 inner_first']);
  expect(describedMap(output, 'outer_second').slots).toEqual(['0 inner_second']);
  const shared = linkFixture(named(['outer-first', 'inner-other-slot']), 'libbpf.ld');
  const slots = ['0 inner_first', '1 inner_third'];
  expect(describedMap(new Output(shared), 'outer_first').slots).toEqual(slots);
});

test('there and back again the ids are those of a link for tc', () => {
  const inputs = named(['array-first', 'array-second']);
  const bytes = new Output(linkFixture(inputs, 'libbpf.ld')).bytes;
  const back = new Output(link({ inputs: [{ path: 'first.o', bytes }], profile: 'tc' }));
  expect(legacyMaps(back)).toEqual(legacyMaps(new Output(linkFixture(inputs, 'tc.ld'))));
  expect(back.sectionNames).toEqual(expect.arrayContaining(['1/0', '2/0']));
});

test.each(['tc', 'libbpf'])('MAP-016: %s: an outer map with two to choose from', (profile) => {
  const names = ['outer-alone', 'inner-first', 'inner-second'];
  const result = link({ inputs: named(names).map(fixture), profile });
  expect(codes(result.diagnostics)).toEqual(['MAP-016']);
});
