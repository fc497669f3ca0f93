/** Maps that are converted twice are what they were. */
import { expect, test } from 'vitest';
import { link } from '../../../src/link.ts';
import { Output, type ShippedScript, shippedScript } from '../../support/link.ts';
import { converted, type DescribedMap, describedMap, legacyMaps } from './support.ts';

function again({ bytes }: Output, name: ShippedScript): Output {
  return new Output(link({ inputs: [{ path: 'first.o', bytes }], script: shippedScript(name) }));
}

/** What a program's section is, `ID/KEY` too, and its bytes. */
function programs(output: Output): [string, number[]][] {
  const names = output.sectionNames.filter((name) => /^(classifier|\d+\/\d+)$/.test(name));
  return names.sort().map((name) => [name, output.content(name)]);
}

/** Sizes may be said by numbers, types or `values`, and libbpf rounds ring buffers up. */
function meaning({ numbers, inner, valueSize, ...rest }: DescribedMap): unknown {
  const { key_size: _, value_size: __, max_entries: entries = 0, ...said } = numbers;
  const pages = numbers.type === 27 ? Math.max(4096, 2 ** Math.ceil(Math.log2(entries))) : entries;
  const value = [3, 12, 13].includes(numbers.type ?? 0) ? 4 : valueSize;
  return { ...rest, ...said, value, entries: pages, inner: inner && meaning(inner) };
}

test.each([
  'maps-legacy/every.o',
  'maps-legacy/every.be.o',
  'maps-legacy/size36.o',
  'map-in-map/nested.o',
  'tail-calls/tail.o',
])('%s: for tc, for libbpf, for tc again: the same bytes', (path) => {
  const first = converted(path, 'tc.ld');
  const second = again(again(first, 'libbpf.ld'), 'tc.ld');
  expect(second.content('maps')).toEqual(first.content('maps'));
  expect(legacyMaps(second)).toEqual(legacyMaps(first));
  expect(programs(second)).toEqual(programs(first));
});

test.each(['every.o', 'every.be.o', 'same-outers.o'])(
  '%s: for libbpf, for tc, for libbpf again: the same definitions',
  (name) => {
    const first = converted(`maps-described/${name}`, 'libbpf.ld');
    const second = again(again(first, 'tc.ld'), 'libbpf.ld');
    const maps = Object.keys(legacyMaps(again(first, 'tc.ld'))).filter(
      (map) => !map.endsWith('.inner'),
    );
    for (const map of maps)
      expect(meaning(describedMap(second, map))).toEqual(meaning(describedMap(first, map)));
  },
);

test('linked again for the same loader nothing changes', () => {
  for (const script of ['libbpf.ld', 'tc.ld'] as const) {
    const first = converted('maps-legacy/every.o', script);
    expect(again(first, script).bytes).toEqual(first.bytes);
  }
});
