/** Maps that one file defines and another declares. */
import { expect, test } from 'vitest';
import { declared, differentMaps, equalMaps } from './cases.ts';
import { parity, parityError, permutations } from './support.ts';

test('three maps, two of them externs of the other file: each is listed where its symbol is', () => {
  for (const order of permutations(['linked-maps/one.o', 'linked-maps/two.o'])) {
    const output = parity(...order);
    const listed = output.datasec('.maps');
    expect(listed.map((line) => line.replace(/ global /, ' '))).toEqual(output.placesIn('.maps'));
    expect(listed).toHaveLength(3);
    const names = ['left', 'right', 'weak'];
    expect(names.map((name) => output.linkages(name))).toEqual(names.map(() => ['global']));
    const calls = ['into_left', 'from_left_to_right', 'right'];
    expect(output.targets('tc')).toEqual([...calls, ...calls]);
    const [left, right] = [
      ['left', 'weak'],
      ['left', 'weak', 'right'],
    ];
    const first = order[0]!.includes('one') ? [left, right] : [right, left];
    expect(output.targets('.text')).toEqual(first.flat());
  }
});

test.each(equalMaps)('definitions that are alike: %s', (_, use, definition) => {
  for (const order of permutations([declared(use), declared(definition)])) {
    expect(parity(...order).datasec('.maps')).toHaveLength(1);
  }
});

test.each(differentMaps)('BTF-004: %s', (_, use, definition, text) => {
  const { code, message, at } = parityError(declared(use), declared(definition));
  expect(code).toBe('BTF-004');
  expect(message).toContain(text);
  expect(at).toContainEqual(expect.objectContaining({ kind: 'source', function: 'use' }));
  expect(at.filter((place) => place.kind === 'object' && place.what)).toHaveLength(2);
});

test('a prog array names the programs of its file, in both files', () => {
  const output = parity('data-pointers/one.o', 'data-pointers/two.o');
  expect(output.targets('.maps')).toEqual(['target_one', 'target_two']);
});

test('a static inner map stays a section and an addend that leads to its own', () => {
  const output = parity('data-pointers/static-one.o', 'data-pointers/static-two.o');
  const inner = output.symbols('inner').map(({ value }) => value);
  const targets = output.relocations('.maps').filter((line) => line.endsWith(' .maps'));
  const addends = targets.map((line) => output.view('.maps').size(Number.parseInt(line, 10)));
  expect(addends).toEqual(inner);
});

test('an extern that stays open is compared as a map by a later link too', () => {
  const { bytes } = parity(declared('map-use'));
  const open = { path: 'open.o', bytes };
  expect(parity(open, declared('map-reordered')).datasec('.maps')).toHaveLength(1);
  expect(parityError(open, declared('map-entries')).code).toBe('BTF-004');
  expect(parityError(declared('map-entries'), open).code).toBe('BTF-004');
});
