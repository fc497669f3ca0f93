import { expect, test } from 'vitest';
import { fileSlice, type PartialBytes } from '../../src/base/file-bytes.ts';
import { SHT } from '../../src/elf/constants.ts';
import { neededRanges } from '../../src/elf/needed.ts';
import { readElf } from '../../src/elf/read.ts';
import { link } from '../../src/link.ts';
import { fixture } from '../support/link.ts';
import { object, type SectionSpec } from '../support/object.ts';
import { patch } from '../support/patch.ts';

const large = new Uint8Array(20000).fill(7);

function withDebug(...others: readonly SectionSpec[]): Uint8Array {
  return object({
    sections: [
      { name: '.data', content: [1, 2, 3, 4, 5, 6, 7, 8] },
      { name: '.debug_info', content: large, relocations: [{ offset: 0, type: 2, symbol: 'x' }] },
      ...others,
    ],
    symbols: [{ name: 'x', in: '.data', size: 8 }],
  });
}

function partsOf(bytes: Uint8Array): PartialBytes | undefined {
  const peek = (offset: number, size: number): Uint8Array => bytes.subarray(offset, offset + size);
  const ranges = neededRanges(bytes.length, peek);
  return (
    ranges && {
      size: bytes.length,
      parts: ranges.map(({ offset, size }) => ({ offset, bytes: peek(offset, size) })),
    }
  );
}

function read(bytes: Uint8Array): number {
  return partsOf(bytes)!.parts.reduce((sum, part) => sum + part.bytes.length, 0);
}

test.each(['.debug_info', '.debug_str', '.zdebug_info'])('%s is not read', (name) => {
  expect(read(withDebug({ name, content: large }))).toBeLessThan(2000);
});

test('what only sounds like it is read', () => {
  expect(read(withDebug({ name: '.debug', content: large }))).toBeGreaterThan(large.length);
});

test('a table of symbols is read, whatever its name', () => {
  const bytes = withDebug();
  const named = patch(bytes).header('.debug_info', { type: SHT.STRTAB }).bytes;
  expect(read(named)).toBeGreaterThan(large.length);
});

test('neighbours are one read', () => {
  expect(partsOf(withDebug())!.parts).toHaveLength(2);
  expect(partsOf(object({ sections: [{ name: '.data', content: 'x' }] }))!.parts).toHaveLength(1);
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['a header cut short', withDebug().subarray(0, 63)],
  ['headers that are cut off', withDebug().subarray(0, -1)],
  ['a section outside', patch(withDebug()).header('.data', { offset: 1 << 20 }).bytes],
  ['names outside', patch(withDebug()).header('.strtab', { offset: 1 << 20 }).bytes],
  ['an index of names that is none', patch(withDebug()).file(62, 2, 77).bytes],
  ['text', Uint8Array.from('int main(void);'.repeat(9), (c) => c.charCodeAt(0))],
])('%s is left to the reader of objects', (_, bytes) => {
  expect(partsOf(bytes)).toBeUndefined();
});

test('a file that shrinks while it is looked at is read whole', () => {
  const bytes = withDebug();
  expect(neededRanges(bytes.length, (offset) => bytes.subarray(offset, offset + 10))).toBe(
    undefined,
  );
});

test.each(['types/one.o', 'rich/whole.o', 'rich/whole.be.o', 'gcc/calls.o'])(
  'the parts of %s link as the whole does',
  (path) => {
    const { bytes } = fixture(path);
    const whole = link({ inputs: [{ path, bytes }], profile: 'generic' });
    const parts = link({ inputs: [{ path, bytes: partsOf(bytes)! }], profile: 'generic' });
    expect(whole.output).toBeDefined();
    expect(parts).toEqual(whole);
  },
);

test('debug information that is skipped has a size and no bytes', () => {
  const { object: elf } = readElf(partsOf(withDebug())!, 'a.o', { skipDebug: true });
  const debug = elf!.sections.find(({ name }) => name === '.debug_info')!;
  expect([debug.size, debug.bytes.length]).toEqual([large.length, 0]);
  expect(elf!.relocations.size).toBe(0);
});

test.each([
  ['of debug information', '.debug_info'],
  ['of its relocations', '.rel.debug_info'],
])('ELF-003: the extent %s counts all the same', (_, name) => {
  const bytes = patch(withDebug()).header(name, { offset: 1 << 20 }).bytes;
  const { fault } = readElf(bytes, 'a.o', { skipDebug: true });
  expect(fault).toMatchObject({ code: 'ELF-003', message: expect.stringContaining(name) });
});

test('ELF-003: a part that is not there is told as such', () => {
  const { fault } = readElf(partsOf(withDebug())!, 'a.o');
  expect(fault?.message).toBe('a.o: truncated or corrupt: section .debug_info was not read');
});

test('parts are found by their places in the file', () => {
  const parts = [
    { offset: 0, bytes: Uint8Array.of(1, 2) },
    { offset: 8, bytes: Uint8Array.of(3, 4) },
  ];
  expect(fileSlice({ size: 10, parts }, 9, 1)).toEqual(Uint8Array.of(4));
  expect(fileSlice({ size: 10, parts }, 1, 2)).toBeUndefined();
});
