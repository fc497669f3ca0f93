/** Types and records that are damaged: an error that names the file, never a crash, never a bad output. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KIND } from '../../../src/btf/format.ts';
import { readBtf, typeIds } from '../../../src/btf/index.ts';
import { fixture } from '../../support/link.ts';
import { type Patch, patch } from '../../support/patch.ts';
import { concatBytes, parity, parityError, parityLink, TypedOutput } from './support.ts';

const one = fixture('types/one.o').bytes;
const two = fixture('types/two.o').bytes;
const functions = fixture('linked-functions/one.o').bytes;

const HEADER = 24;

const types = readBtf(sectionOf(one, '.BTF'), 'little').btf!;

/** The byte offset in .BTF of the first type of a kind. */
function typeAt(kind: number): number {
  for (const id of typeIds(types, kind)) return HEADER + 4 * types.starts[id]!;
  throw new Error(`no type of kind ${kind}`);
}

const pointer = typeAt(KIND.PTR);
const [pointerId] = typeIds(types, KIND.PTR);
const struct = typeAt(KIND.STRUCT);
const prototype = typeAt(KIND.FUNC_PROTO);
const func = typeAt(KIND.FUNC);
const datasec = typeAt(KIND.DATASEC);
const tag = typeAt(KIND.DECL_TAG);

test.each<[string, (object: Patch) => Patch]>([
  ['magic number', (o) => o.content('.BTF', 0, 2, 0x1234)],
  ['byte order', (o) => o.content('.BTF', 0, 2, 0x9feb)],
  ['version', (o) => o.content('.BTF', 2, 1, 2)],
  ['header size', (o) => o.content('.BTF', 4, 4, 8)],
  ['huge header', (o) => o.content('.BTF', 4, 4, 0xffffffff)],
  ['type section', (o) => o.content('.BTF', 12, 4, 0x7fffffff)],
  ['size of types', (o) => o.content('.BTF', 12, 4, 26)],
  ['string section', (o) => o.content('.BTF', 20, 4, 0xfffffff0)],
  ['no strings', (o) => o.content('.BTF', 20, 4, 0)],
  ['type id', (o) => o.content('.BTF', pointer + 8, 4, 100_000)],
  ['name', (o) => o.content('.BTF', struct, 4, 0x7fffffff)],
  ['member name', (o) => o.content('.BTF', struct + 12, 4, 0x7fffffff)],
  ['member type', (o) => o.content('.BTF', struct + 16, 4, 100_000)],
  ['count of members', (o) => o.content('.BTF', struct + 4, 2, 0xffff)],
  ['unknown kind', (o) => o.content('.BTF', pointer + 7, 1, 30)],
  ['function without a prototype', (o) => o.content('.BTF', func + 8, 4, 1)],
  ['parameter type', (o) => o.content('.BTF', prototype + 16, 4, 100_000)],
  ['variable of a section', (o) => o.content('.BTF', datasec + 12, 4, 1)],
  ['target of a tag', (o) => o.content('.BTF', tag + 8, 4, 1)],
  ['pointer to itself', (o) => o.content('.BTF', pointer + 8, 4, pointerId!)],
])('BTF-001: %s', (name, damage) => {
  const { code, message } = parityError(
    { path: 'good.o', bytes: two },
    { path: 'bad.o', bytes: damage(patch(one)).bytes },
  );
  expect(code, name).toBe('BTF-001');
  expect(message).toMatch(/^bad\.o: ill-formed \.BTF: /);
});

test.each<[string, (object: Patch) => Patch]>([
  ['magic number', (o) => o.content('.BTF.ext', 0, 2, 0x1234)],
  ['version', (o) => o.content('.BTF.ext', 2, 1, 9)],
  ['header size', (o) => o.content('.BTF.ext', 4, 4, 20)],
  ['place of function info', (o) => o.content('.BTF.ext', 8, 4, 0x7ffffff0)],
  ['size of line info', (o) => o.content('.BTF.ext', 20, 4, 0x7ffffff0)],
  ['record size', (o) => o.content('.BTF.ext', 32, 4, 4)],
  ['record size that is no number of words', (o) => o.content('.BTF.ext', 32, 4, 10)],
  ['section name', (o) => o.content('.BTF.ext', 36, 4, 0x7ffffff0)],
  ['count of records', (o) => o.content('.BTF.ext', 40, 4, 0xffffffff)],
  ['half an instruction', (o) => o.content('.BTF.ext', 44, 4, 3)],
  ['type of a function record', (o) => o.content('.BTF.ext', 48, 4, 1)],
  ['type id of a function record', (o) => o.content('.BTF.ext', 48, 4, 0x7ffffff0)],
])('BTF-002: %s', (name, damage) => {
  const { code, message } = parityError({ path: 'bad.o', bytes: damage(patch(functions)).bytes });
  expect(code, name).toBe('BTF-002');
  expect(message).toMatch(/^bad\.o: ill-formed \.BTF\.ext: /);
});

test('ELF-007: a relocation past its section', () => {
  const bad = patch(functions).content('.reltc', 0, 8, 1 << 20);
  const { code, message } = parityError({ path: 'bad.o', bytes: bad.bytes });
  expect(code).toBe('ELF-007');
  expect(message).toContain('bad.o: relocation against ');
  expect(message).toContain('tc+0x100000');
});

test('ELF-006: a symbol past its section', () => {
  const bad = patch(functions).symbol('walked', { value: 1 << 20 });
  expect(parityError({ path: 'bad.o', bytes: bad.bytes }).code).toBe('ELF-006');
});

/** The object with other bytes for a section, behind the rest of the file. */
function replaced(bytes: Uint8Array, section: string, content: Uint8Array): Uint8Array {
  const offset = Math.ceil(bytes.length / 8) * 8;
  const all = concatBytes(bytes, new Uint8Array(offset - bytes.length), content);
  return patch(all).header(section, { offset, size: content.length }).bytes;
}

function sectionOf(bytes: Uint8Array, name: string): Uint8Array {
  return patch(bytes)
    .elf.sections.find((section) => section.name === name)!
    .bytes.slice();
}

test('longer records than are known are cut, so that all of a table have one size', () => {
  const ext = sectionOf(functions, '.BTF.ext');
  const view = new DataView(ext.buffer);
  const [start, size] = [32 + view.getUint32(8, true), view.getUint32(12, true)];
  const parts: Uint8Array[] = [new Uint8Array(Uint32Array.of(12).buffer)];
  for (let at = start + 4; at < start + size; ) {
    const count = view.getUint32(at + 4, true);
    parts.push(ext.subarray(at, at + 8));
    at += 8;
    for (let i = 0; i < count; i++, at += 8) {
      parts.push(ext.subarray(at, at + 8), Uint8Array.of(9, 9, 9, 9));
    }
  }
  const table = concatBytes(...parts);
  const header = ext.slice(0, 32);
  const fields = new DataView(header.buffer);
  fields.setUint32(8, ext.length - 32, true);
  fields.setUint32(12, table.length, true);
  const bytes = replaced(functions, '.BTF.ext', concatBytes(header, ext.subarray(32), table));
  const output = parity({ path: 'long.o', bytes }, 'linked-functions/two.o');
  expect(output.bytes).toEqual(parity('linked-functions/one.o', 'linked-functions/two.o').bytes);
});

test('a header of 32 bytes is read, and one of 24 written', () => {
  const btf = sectionOf(one, '.BTF');
  const header = concatBytes(btf.subarray(0, 24), new Uint8Array(8));
  new DataView(header.buffer).setUint32(4, 32, true);
  const bytes = replaced(one, '.BTF', concatBytes(header, btf.subarray(24)));
  expect(parity({ path: 'one.o', bytes }).bytes).toEqual(
    parity({ path: 'one.o', bytes: one }).bytes,
  );
});

test('records of a section that the object has not are left out', () => {
  const { strings } = readBtf(sectionOf(functions, '.BTF'), 'little').btf!;
  const absent = new TextDecoder().decode(strings.bytes).indexOf('\0first\0') + 1;
  expect(strings.at(absent)).toBe('first');
  // The line table is its record size, then the name of its first section.
  const named = 32 + sectionOf(functions, '.BTF.ext')[16]! + 4;
  const bad = patch(functions).content('.BTF.ext', named, 4, absent);
  const output = parity({ path: 'bad.o', bytes: bad.bytes });
  const whole = parity('linked-functions/one.o');
  expect(whole.records('line', '.text')).not.toEqual([]);
  expect(output.records('line', '.text').filter(([, file]) => file !== 0)).toEqual([]);
  const places = (from: typeof output): unknown =>
    from.records('line', 'tc').map(([offset, , , place]) => [offset, place]);
  expect(places(output)).toEqual(places(whole));
});

const inputs = [
  ['types/one.o', 'types/two.o', 'types/three.o'],
  ['linked-maps/one.o', 'linked-maps/two.o'],
  ['linked-variables/one.be.o', 'linked-variables/two.be.o'],
  ['weak-records/one.o', 'weak-records/two.o'],
  ['gcc-types/one.o', 'gcc-types/two.o'],
];

const change = fc.record({
  section: fc.constantFrom('.BTF', '.BTF.ext'),
  at: fc.nat(1 << 16),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
});

test.each(inputs.map((paths) => [paths]))(
  'random damage to types and records is an error, or the output is well-formed: %j',
  (paths) => {
    const objects = paths.map((path) => fixture(path).bytes);
    const property = fc.property(
      fc.nat(paths.length - 1),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (which, changes) => {
        const damaged = patch(objects[which]!);
        for (const { section, at, value } of changes) {
          const { length } = sectionOf(objects[which]!, section);
          damaged.content(section, at % length, 1, value);
        }
        const result = parityLink(
          objects.map((bytes, i) => ({
            path: `${i}.o`,
            bytes: i === which ? damaged.bytes : bytes,
          })),
        );
        const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
        expect(result.output === undefined).toBe(errors.length > 0);
        if (result.output !== undefined)
          expect(new TypedOutput(result).btf.typeCount).toBeGreaterThanOrEqual(0);
      },
    );
    fc.assert(property, { numRuns: Number(process.env.RUNS ?? 80) });
  },
  60_000,
);
