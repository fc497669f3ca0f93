/** Maps of `maps` in .maps: each field, and what .maps cannot say. */
import { expect, test } from 'vitest';
import { exit, movImm } from '../../../src/bpf/build.ts';
import { KIND, LINKAGE } from '../../../src/btf/format.ts';
import { findType } from '../../../src/btf/index.ts';
import { printMapDefinition, readMapDefinition } from '../../../src/btf/map-definition.ts';
import { FIELD } from '../../../src/btf/types.ts';
import { STB, STT } from '../../../src/elf/constants.ts';
import type { ElfSymbol } from '../../../src/elf/types.ts';
import { link } from '../../../src/link.ts';
import type { LinkResult } from '../../../src/link-types.ts';
import { codes, fixture, linkFixture, Output, shippedScript } from '../../support/link.ts';
import { DATA, object } from '../../support/object.ts';
import { btfOf, converted, describedMap } from './support.ts';

const every = converted('maps-legacy/every.o', 'libbpf.ld');
const sizes = (key: number, value: number): object => ({ keySize: key, valueSize: value });
const inner = {
  numbers: { type: 2, key_size: 4, value_size: 16, max_entries: 2 },
  ...sizes(4, 16),
  slots: [],
};

test.each<[name: string, expected: object]>([
  [
    'hash',
    {
      numbers: { type: 1, key_size: 4, value_size: 16, max_entries: 8, map_flags: 1, pinning: 1 },
      ...sizes(4, 16),
      slots: [],
    },
  ],
  ['array', { numbers: { type: 2, key_size: 4, value_size: 8, max_entries: 3, map_flags: 1024 } }],
  ['queue', { numbers: { type: 22, value_size: 4, max_entries: 7 }, ...sizes(0, 4) }],
  ['ring', { numbers: { type: 27, max_entries: 8192 }, ...sizes(0, 0) }],
  ['inner_a', inner],
  ['outer', { numbers: { type: 12 }, inner, slots: ['1 inner_a', '3 inner_b'] }],
  ['same_outer', { inner, slots: ['1 inner_a', '3 inner_b'] }],
  ['empty_outer', { numbers: { type: 13 }, ...sizes(8, 4), inner, slots: [] }],
  ['hash_outer', { slots: ['2 inner_hash'] }],
  ['jump', { numbers: { type: 3, pinning: 1 }, slots: ['2 tail', '5 other_tail'] }],
])('%s', (name, expected) => {
  expect(describedMap(every, name)).toMatchObject(expected);
});

test('big-endian objects too', () => {
  const big = converted('maps-legacy/every.be.o', 'libbpf.ld');
  for (const name of ['hash', 'outer', 'jump']) {
    expect(describedMap(big, name)).toEqual(describedMap(every, name));
  }
});

test('each map is a global variable, listed where its symbol is', () => {
  const btf = btfOf(every);
  const { index, size, bytes } = every.section('.maps');
  const section = findType(btf, '.maps', KIND.DATASEC)!;
  expect(btf.size(section)).toBe(size);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  const variables = btf.variables(section);
  expect(variables).toHaveLength(29);
  for (const { type, offset, size: bytesOf } of variables) {
    expect(btf.field(type, FIELD.first)).toBe(LINKAGE.GLOBAL);
    expect(every.symbol(btf.name(type))).toMatchObject({
      section: index,
      value: offset,
      size: bytesOf,
      binding: STB.GLOBAL,
      type: STT.OBJECT,
    });
  }
  expect(every.sectionNames).not.toContain('maps');
  expect(findType(btf, 'maps', KIND.DATASEC)).toBeUndefined();
});

test('programs of slots stand in the section of the others', () => {
  expect(every.sectionNames).toEqual(['license', '.maps', 'classifier', '.BTF', '.BTF.ext']);
  expect(every.symbol('tail')).toMatchObject({ section: every.section('classifier').index });
});

test.each([
  ['tail', 'classifier'],
  ['tail-action', 'action'],
])('%s: the section is %s', (name, section) => {
  const output = converted(`maps-legacy/${name}.o`, 'libbpf.ld');
  expect(output.symbol('tail').section).toBe(output.section(section).index);
});

test('a script may say where the programs of slots go', () => {
  const script = 'SECTIONS { .maps : { *(maps) } xdp : { *(xdp 6/2) } }';
  const inputs = [fixture('maps-legacy/tail-xdp.o')];
  const output = new Output(link({ inputs, script: { name: 'x.ld', text: script } }));
  expect(output.symbol('tail').section).toBe(output.section('xdp').index);
  expect(describedMap(output, 'm').slots).toEqual(['2 tail']);
});

test.each(['size16', 'size20', 'size28', 'size36', 'plain20'])('%s', (name) => {
  const output = converted(`maps-legacy/${name}.o`, 'libbpf.ld');
  expect(describedMap(output, 'counts').numbers).toEqual({
    type: 2,
    key_size: 4,
    value_size: 8,
    max_entries: 2,
  });
});

test.each(['local.o', 'local.be.o'])('local maps of rustc become global: %s', (name) => {
  const output = converted(`maps-legacy/${name}`, 'libbpf.ld');
  const { index } = output.section('.maps');
  const maps = output.elf.symbols.filter(
    ({ section, type }) => section === index && type === STT.OBJECT,
  );
  expect(maps.map(({ binding }) => binding)).toEqual([STB.GLOBAL, STB.GLOBAL]);
  const [{ name: counts }] = maps.filter((map) => map.name.includes('COUNTS')) as [ElfSymbol];
  expect(describedMap(output, counts).numbers).toMatchObject({ type: 1, value_size: 8 });
  expect(output.relocations('classifier').map((line) => line.split(' ')[2])).toContain(counts);
});

test('an annotation gives the types of keys and values', () => {
  const btf = btfOf(converted('maps-legacy/annotated.o', 'libbpf.ld'));
  const { map } = readMapDefinition(btf, findType(btf, 'm', KIND.VAR)!);
  expect(printMapDefinition(map!, 'm')).toBe(
    'struct { __uint(type, 1); __uint(max_entries, 1); __type(key, __u32); __type(value, struct value); } m SEC(".maps")',
  );
});

test('a field that the source calls numa_node is one', () => {
  const output = converted('maps-legacy/numa-node.o', 'libbpf.ld');
  expect(describedMap(output, 'm').numbers).toMatchObject({ map_flags: 4, numa_node: 1 });
});

test('a perf event array without entries is left to libbpf', () => {
  const { numbers } = describedMap(converted('maps-legacy/perf.o', 'libbpf.ld'), 'm');
  expect(numbers).toEqual({ type: 4, key_size: 4, value_size: 4 });
});

test('a map of maps without an inner map is left to the application', () => {
  const map = describedMap(converted('maps-legacy/no-inner.o', 'libbpf.ld'), 'm');
  expect(map).toEqual({
    numbers: { type: 12, key_size: 4, value_size: 4, max_entries: 4 },
    ...sizes(4, 4),
    slots: [],
  });
});

test('more entries than an array of int may have', () => {
  const { numbers } = describedMap(converted('maps-legacy/far.o', 'libbpf.ld'), 'm');
  expect(numbers).toMatchObject({ max_entries: 0x60000000 });
});

test.each(['libbpf.ld', 'tc.ld'] as const)('two local maps of one name (%s)', (name) => {
  const made = (pinning: number): Uint8Array =>
    object({
      sections: [
        { name: 'license', flags: DATA, content: 'GPL\0' },
        {
          name: 'maps',
          flags: DATA,
          content: [2, 4, 4, 1, 0, 0, pinning].flatMap((word) => [word, 0, 0, 0]),
        },
        { name: `classifier/${pinning}`, code: [movImm(0, 0), exit()] },
      ],
      symbols: [
        { name: 'm', binding: 'local', in: 'maps', type: STT.OBJECT, size: 28 },
        { name: `program${pinning}`, in: `classifier/${pinning}`, type: STT.FUNC, size: 16 },
      ],
    });
  const linkOf = (...pinnings: readonly number[]): LinkResult => {
    const inputs = pinnings.map((pinning, i) => ({ path: `${i}.o`, bytes: made(pinning) }));
    return link({ inputs, script: shippedScript(name) });
  };
  expect(codes(linkOf(2, 0).diagnostics)).not.toContain('MAP-015');
  expect(new Output(linkOf(2, 0)).symbols('m.1')).toHaveLength(1);
  expect(codes(linkOf(0, 2).diagnostics)).toContain('MAP-015');
});

test('both kinds side by side', () => {
  const inputs = [fixture('maps-legacy/size28.o'), fixture('maps-described/fine.o')];
  const output = new Output(link({ inputs, script: shippedScript('libbpf.ld') }));
  expect(describedMap(output, 'counts').numbers).toMatchObject({ value_size: 8 });
  expect(describedMap(output, 'm')).toMatchObject({ keySize: 4, valueSize: 4 });
});

test.each([
  ['short', 'MAP-009', 'has 12 bytes'],
  ['long', 'MAP-009', 'has 40 bytes'],
  ['no-type', 'MAP-009', 'has no type'],
  ['inner-map', 'MAP-009', 'inner_map_idx 2'],
  ['object-pin', 'MAP-010', 'pinning 1'],
  ['other-pin', 'MAP-010', 'pinning 5'],
  ['lost-inner', 'MAP-011', 'inner_id 5'],
  ['far-slot', 'MAP-011', "'inner' in slot 4 of 4"],
  ['nested-inner', 'MAP-011', "the map of maps 'm' inside"],
  ['wide-keys', 'MAP-011', 'keys of 8 bytes'],
  ['tail-array', 'MAP-012', "'m', which is no program array"],
  ['tail-key', 'MAP-012', "slot 2 of 'm', which has 2"],
  ['tail-static', 'MAP-012', 'does not begin with a global function'],
  ['tail-xdp', 'MAP-013', "'classifier', 'xdp'"],
  ['field', 'MAP-014', "byte 12 of map 'm'"],
])('%s: %s', (name, code, text) => {
  const { output, diagnostics } = linkFixture([`maps-legacy/${name}.o`], 'libbpf.ld');
  expect(output).toBeUndefined();
  expect(codes(diagnostics)).toEqual([code]);
  expect(diagnostics[0]!.message).toContain(text);
  expect(diagnostics[0]!.at).not.toEqual([]);
});
