/** The order of .maps: inner maps in front, where libbpf wants them, and everything else as it was. */
import { expect, test } from 'vitest';
import { link } from '../../../src/link.ts';
import { innersFirst } from '../../../src/lowerings/maps/inner-maps-first.ts';
import { fixture, linkFixture, Output } from '../../support/link.ts';

test.each<[order: string, inners: Record<string, string>, expected: string]>([
  ['abc', {}, 'abc'],
  ['abc', { b: 'a', c: 'ab' }, 'abc'],
  ['abcd', { b: 'd' }, 'adbc'],
  ['abcd', { a: 'dc' }, 'dcab'],
  ['abcd', { a: 'b', b: 'c', c: 'd' }, 'dcba'],
  ['abcd', { a: 'bc', b: 'c' }, 'cbad'],
  // There is no order for these, and yet an end.
  ['abc', { a: 'b', b: 'a', c: 'c' }, 'bac'],
])('%s with %j: %s', (order, inners, expected) => {
  expect(innersFirst([...order], (item) => inners[item] ?? '').join('')).toBe(expected);
});

test('a chain as long as there may be files', () => {
  const items = Array.from({ length: 50_000 }, (_, i) => i);
  const ordered = innersFirst(items, (item) => (item + 1 < items.length ? [item + 1] : []));
  expect(ordered).toEqual(items.toReversed());
});

function places(inputs: readonly string[], profile: string): number[] {
  const result = link({ inputs: inputs.map(fixture), profile });
  const output = new Output(result);
  return ['inner', 'outer'].map((name) => output.symbol(name).value);
}

test.each(['libbpf', 'cilium', 'generic'])(
  'the object with the inner map goes in front: %s',
  (profile) => {
    const [inner, outer] = ['libbpf-rules/slots-inner.o', 'libbpf-rules/slots-outer.o'];
    expect(places([outer, inner], profile)).toEqual([0, 32]);
    expect(places([inner, outer], profile)).toEqual([0, 32]);
  },
);

test('a converted inner map too', () => {
  const output = new Output(linkFixture(['maps-ids/outer-first.o'], 'libbpf.ld'));
  expect(output.symbol('inner_first').value).toBeLessThan(output.symbol('outer_first').value);
});
