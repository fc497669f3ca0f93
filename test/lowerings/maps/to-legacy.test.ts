/** Maps of .maps in tc's structure: each attribute, and what the structure cannot say. */
import { expect, test } from 'vitest';
import { exit, movImm } from '../../../src/bpf/build.ts';
import { KIND } from '../../../src/btf/format.ts';
import { findType } from '../../../src/btf/index.ts';
import { STB, STT } from '../../../src/elf/constants.ts';
import type { ElfRelocation } from '../../../src/elf/types.ts';
import { link } from '../../../src/link.ts';
import { PERF_ENTRIES } from '../../../src/lowerings/maps/legacy-fields.ts';
import type { LegacyMap } from '../../../src/model/legacy-map.ts';
import {
  codes,
  fixture,
  linkFixture,
  linkObjects,
  Output,
  shippedScript,
} from '../../support/link.ts';
import { DATA, type ObjectSpec, object } from '../../support/object.ts';
import { Patch } from '../../support/patch.ts';
import { btfOf, converted, legacyMaps } from './support.ts';

const nothing = { flags: 0, id: 0, pinning: 0, innerId: 0, innerIndex: 0 };
const every = converted('maps-described/every.o', 'tc.ld');

test.each<[name: string, fields: Partial<LegacyMap>]>([
  ['hash', { type: 1, sizeKey: 4, sizeValue: 16, maxElem: 8, flags: 1, pinning: 2 }],
  ['array', { type: 2, sizeKey: 4, sizeValue: 8, maxElem: 3, flags: 1024 }],
  ['percpu_hash', { type: 5, sizeKey: 8, sizeValue: 8, maxElem: 8 }],
  ['lru_percpu_hash', { type: 10, sizeKey: 4, sizeValue: 4, maxElem: 16, flags: 2 }],
  ['lpm_trie', { type: 11, sizeKey: 8, sizeValue: 4, maxElem: 5, flags: 1 }],
  ['stack_trace', { type: 7, sizeKey: 4, sizeValue: 1016, maxElem: 4 }],
  ['queue', { type: 22, sizeKey: 0, sizeValue: 4, maxElem: 7 }],
  ['devmap', { type: 14, sizeKey: 4, sizeValue: 8, maxElem: 4 }],
  // Rounded up as libbpf does: the kernel takes powers of two of pages only.
  ['ring', { type: 27, sizeKey: 0, sizeValue: 0, maxElem: 8192 }],
  ['outer', { type: 12, sizeKey: 4, sizeValue: 4, maxElem: 4, innerId: 1 }],
  ['inner_a', { type: 2, sizeKey: 4, sizeValue: 16, maxElem: 2, id: 1, innerIndex: 1 }],
  ['inner_b', { type: 2, sizeKey: 4, sizeValue: 16, maxElem: 2, id: 1, innerIndex: 3 }],
  ['hash_outer', { type: 13, sizeKey: 4, sizeValue: 4, maxElem: 4, innerId: 2 }],
  ['inner_hash', { type: 1, sizeKey: 8, sizeValue: 4, maxElem: 9, id: 2, innerIndex: 2 }],
  ['jump', { type: 3, sizeKey: 4, sizeValue: 4, maxElem: 6, id: 3, pinning: 2 }],
  // Says only what the values of `empty_outer` are like.
  [
    'empty_outer.inner',
    { type: 2, sizeKey: 4, sizeValue: 16, maxElem: 2, id: 4, innerIndex: 0xffffffff },
  ],
  ['empty_outer', { type: 13, sizeKey: 8, sizeValue: 4, maxElem: 4, innerId: 4 }],
])('%s', (name, fields) => {
  expect(legacyMaps(every)[name]).toEqual({ ...nothing, ...fields });
});

test('big-endian objects too', () => {
  expect(legacyMaps(converted('maps-described/every.be.o', 'tc.ld'))).toEqual(legacyMaps(every));
});

test('the section has nothing but maps, and a global symbol for each', () => {
  const { index, size } = every.section('maps');
  const symbols = every.elf.symbols.filter((symbol) => symbol.section === index);
  expect(symbols.every(({ binding }) => binding === STB.GLOBAL)).toBe(true);
  expect(size).toBe(symbols.length * 36);
});

test('each slot of a program array has a section', () => {
  expect(every.sectionNames).toEqual(['license', 'maps', 'classifier', '3/2', '3/5']);
  expect(every.section('classifier').size).toBe(every.symbol('entry').size);
  expect(every.section('3/5').size).toBe(every.symbol('other_tail').size);
});

test('a program in two slots is there twice', () => {
  const output = converted('maps-described/shared.o', 'tc.ld');
  expect(output.sectionNames).toEqual(['license', 'maps', 'classifier', '1/0', '1/3']);
  expect(output.content('1/0')).toEqual(output.content('1/3'));
});

test('a program keeps the section that it has for itself', () => {
  const output = converted('libbpf-rules/slots-fine.o', 'tc.ld');
  expect(output.sectionNames).toEqual(['license', 'maps', 'tc', '2/0']);
  expect(output.content('2/0')).toEqual(output.content('tc'));
});

test('outer maps with the same slots share the inner maps', () => {
  const { m, second, inner, other } = legacyMaps(
    converted('maps-described/same-outers.o', 'tc.ld'),
  );
  expect([m?.innerId, second?.innerId, inner?.id, other?.id]).toEqual([1, 1, 1, 1]);
  expect([inner?.innerIndex, other?.innerIndex]).toEqual([0, 1]);
});

test('ids of other definitions and of sections are not taken', () => {
  const content = [2, 4, 4, 1, 0, 1].flatMap((word) => [word, 0, 0, 0]);
  const other: ObjectSpec = {
    sections: [
      { name: 'maps', flags: DATA, content },
      { name: '3/0', code: [movImm(0, 0), exit()] },
    ],
    symbols: [
      { name: 'old', in: 'maps', type: STT.OBJECT, size: 24 },
      { name: 'waiting', in: '3/0', type: STT.FUNC, size: 16 },
    ],
  };
  const inputs = [fixture('maps-described/every.o'), { path: 'old.o', bytes: object(other) }];
  const output = new Output(link({ inputs, script: shippedScript('tc.ld') }));
  const { old, inner_a: inner, inner_hash: hash, jump } = legacyMaps(output);
  expect([old?.id, inner?.id, hash?.id, jump?.id]).toEqual([1, 2, 4, 5]);
});

test('a perf event array gets entries, with a warning', () => {
  const output = converted('maps-described/perf.o', 'tc.ld');
  expect(codes(output.diagnostics)).toEqual(['MAP-005']);
  expect(legacyMaps(output)).toMatchObject({
    m: { type: 4, sizeKey: 4, sizeValue: 4, maxElem: PERF_ENTRIES },
  });
});

test.each([
  ['no-btf', 'MAP-001', 'the object has no BTF'],
  ['no-type', 'MAP-002', 'has no type'],
  ['unknown', 'MAP-002', "the unknown attribute 'colour'"],
  ['incomplete', 'MAP-002', 'a value of an incomplete type'],
  ['two-sizes', 'MAP-002', 'two sizes of its value, 4 and 8'],
  ['pinning', 'MAP-002', 'asks for pinning 2'],
  ['extra', 'MAP-003', "map 'm' has map_extra 3"],
  ['numa', 'MAP-003', "map 'm' has numa_node 1"],
  ['spin-lock', 'MAP-004', 'struct bpf_spin_lock in its values'],
  ['timer', 'MAP-004', 'struct bpf_timer in its values'],
  ['kptr', 'MAP-004', 'a pointer tagged kptr in its values'],
  ['storage', 'MAP-004', 'is storage of sockets'],
  ['arena', 'MAP-004', 'is an arena'],
  ['two-slots', 'MAP-006', "map 'inner' stands in a slot of 'm' and in another of 'm'"],
  ['two-outers', 'MAP-006', "in a slot of 'm' and in another of 'second'"],
  ['wide-keys', 'MAP-007', 'its keys are not of 4 bytes'],
  ['subprogram', 'MAP-007', "'helper', which is no program"],
  ['undefined', 'SYM-002', 'missing'],
])('%s: %s', (name, code, text) => {
  const { output, diagnostics } = linkFixture([`maps-described/${name}.o`], 'tc.ld');
  expect(output).toBeUndefined();
  expect(codes(diagnostics)).toEqual([code]);
  expect(diagnostics[0]!.message).toContain(text);
  expect(diagnostics[0]!.at).not.toEqual([]);
});

test('a reference to the inside of a definition', () => {
  const { path, bytes } = fixture('maps-described/fine.o');
  const { elf } = new Patch(bytes);
  const code = elf.sections.find(({ name }) => name === 'classifier')!;
  const [{ offset }] = elf.relocations.get(code.index) as [ElfRelocation];
  // The sections are views of the bytes.
  code.bytes[offset + 4] = 8;
  const { diagnostics } = link({ inputs: [{ path, bytes }], script: shippedScript('tc.ld') });
  expect(codes(diagnostics)).toEqual(['TC-006']);
  expect(diagnostics[0]!.message).toContain("byte 8 of map 'm'");
});

test('programs in slots need copies', () => {
  const script = 'SECTIONS { maps : { *(.maps) } }';
  const inputs = [fixture('maps-described/unpinned.o')];
  const { diagnostics } = link({ inputs, script: { name: 'x.ld', text: script } });
  expect(codes(diagnostics)).toEqual(['MAP-008']);
});

test('a script without a profile converts too, and leaves others alone', () => {
  const script = 'LOWER(calls: copy) SECTIONS { maps : { *(.maps) } }';
  const inputs = [fixture('maps-described/fine.o')];
  const output = new Output(link({ inputs, script: { name: 'x.ld', text: script } }));
  expect(legacyMaps(output)).toEqual({
    m: { ...nothing, type: 2, sizeKey: 4, sizeValue: 4, maxElem: 4 },
  });
});

test('types that the output keeps do not declare the map as it was', () => {
  const script = 'LOWER(calls: copy) SECTIONS { maps : { *(.maps) } }';
  const inputs = [fixture('maps-described/fine.o')];
  const btf = btfOf(new Output(link({ inputs, script: { name: 'x.ld', text: script } })));
  expect(findType(btf, 'entry', KIND.FUNC)).toBeDefined();
  expect(findType(btf, 'm', KIND.VAR)).toBeUndefined();
});

test('maps of two files', () => {
  const script = 'maps : { *(.maps) } one : { *one.o(tc) } two : { *two.o(tc) }';
  const inputs = [fixture('linked-maps/one.o'), fixture('linked-maps/two.o')];
  const text = `PROFILE(tc) LOWER(calls: copy) SECTIONS { ${script} }`;
  const output = new Output(link({ inputs, script: { name: 'x.ld', text } }));
  expect(Object.keys(legacyMaps(output)).sort()).toEqual(['left', 'right', 'weak']);
  expect(output.relocations('one').map((line) => line.split(' ')[2])).toContain('right');
});

test('without a conversion a script keeps what the section holds', () => {
  const content = [2, 4, 4, 1, 0].flatMap((word) => [word, 0, 0, 0]);
  const spec: ObjectSpec = {
    sections: [{ name: 'maps', flags: DATA, content }],
    symbols: [{ name: 'm', in: 'maps', type: 1, size: 20 }],
  };
  expect(new Output(linkObjects({ 'a.o': spec })).content('maps')).toEqual(content);
});
