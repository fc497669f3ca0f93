import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSetting } from '../../src/config/settings.ts';
import { isDiagnostic, type Setting } from '../../src/config/value.ts';
import { DiagnosticSink } from '../../src/diag/diagnostic.ts';
import { R_BPF, SHF, STT } from '../../src/elf/constants.ts';
import { inputsOf } from '../../src/model/plan.ts';
import { LinkState } from '../../src/model/state.ts';
import { ingest } from '../../src/passes/ingest.ts';
import { mergeConstants } from '../../src/passes/merge-constants.ts';
import { placeSections } from '../../src/passes/place-sections.ts';
import { resolveSymbols } from '../../src/passes/resolve-symbols.ts';
import { selectCopies } from '../../src/passes/select-copies.ts';
import { readRequest } from '../../src/request.ts';
import { linked, linkFixture, Output } from '../support/link.ts';
import { DATA, type ObjectSpec, object, RODATA, type SectionSpec } from '../support/object.ts';

const MERGE = RODATA | SHF.MERGE;
const STRINGS = MERGE | SHF.STRINGS;

function constants(entsize: number, content: readonly number[], align = 1): SectionSpec {
  return { name: `.rodata.cst${entsize}`, flags: MERGE, entsize, align, content };
}

function strings(content: string, entsize = 1, align = entsize): SectionSpec {
  const codes = [...content].flatMap((c) => [c.charCodeAt(0), ...new Array(entsize - 1).fill(0)]);
  return { name: `.rodata.str${entsize}.${align}`, flags: STRINGS, entsize, align, content: codes };
}

/** A pointer to each of `offsets` of `section`; what they point at is told by `pointedAt`. */
function pointers(section: SectionSpec, offsets: readonly number[]): ObjectSpec {
  const content = offsets.flatMap((offset) => [offset & 0xff, offset >> 8, 0, 0, 0, 0, 0, 0]);
  const relocations = offsets.map((_, i) => ({
    offset: i * 8,
    type: R_BPF.ABS64,
    symbol: section.name,
  }));
  return { sections: [section, { name: '.data', flags: DATA, content, relocations }] };
}

/** Where the pointers in `.data` lead, by offset. */
function targets(output: Output): number[] {
  const view = output.view('.data');
  return Array.from({ length: view.length / 8 }, (_, i) => Number(view.u64(i * 8)));
}

const entry = (size: number, first: number): number[] => [first, ...new Array(size - 1).fill(0)];

test.each([1, 2, 4, 8, 16, 32, 64])('equal entries of %i bytes are kept once', (size) => {
  const a = pointers(constants(size, [...entry(size, 7), ...entry(size, 8)]), [0, size]);
  const b = pointers(constants(size, [...entry(size, 8), ...entry(size, 9)]), [0, size]);
  const output = linked({ 'a.o': a, 'b.o': b }, '');
  const name = `.rodata.cst${size}`;
  expect(output.content(name)).toEqual([7, 8, 9].flatMap((first) => entry(size, first)));
  expect(targets(output)).toEqual([0, size, size, 2 * size]);
});

test('a reference into an entry leads into the entry that is kept', () => {
  const content = [...entry(8, 5), ...entry(8, 5)];
  expect(targets(linked({ 'a.o': pointers(constants(8, content), [4, 12, 16]) }, ''))).toEqual([
    4, 4, 8,
  ]);
});

const reachable: readonly [SectionSpec, SectionSpec] = [
  strings('unreachable\0pkt\0'),
  strings('reachable\0pkt\0\0'),
];

test('what is linked again has no tails, so that a reference is the start of its object', () => {
  const a = pointers(reachable[0], [0, 12]);
  const b = pointers(reachable[1], [0, 10, 14]);
  const output = linked({ 'a.o': a, 'b.o': b }, '');
  const pool = output.text('.rodata.str1.1');
  expect(pool).toBe('unreachable\0pkt\0reachable\0\0');
  const read = (at: number): string => pool.slice(at, pool.indexOf('\0', at));
  expect(targets(output).map(read)).toEqual(['unreachable', 'pkt', 'reachable', 'pkt', '']);
});

/** The pool that these sections make where tails are wanted, and where their offsets lead. */
function withTails(
  sections: readonly SectionSpec[],
  offsets: readonly (readonly number[])[],
): { bytes: number[]; targets: (number | undefined)[] } {
  const sink = new DiagnosticSink();
  const inputs = sections.map((section, i) => ({
    path: `${i}.o`,
    bytes: object({ sections: [section] }),
  }));
  const files = ingest(inputs, sink);
  const exclusions = selectCopies(files, sink);
  const state = new LinkState(files, resolveSymbols(files, exclusions, sink), exclusions);
  const plan = placeSections(
    state,
    readRequest({ inputs, script: { name: 'x.ld', text: '' } }, sink).script,
    'place',
    sink,
  );
  mergeConstants(state, plan, { tails: true });
  const [merged] = inputsOf(plan.sections[0]!);
  return {
    bytes: [...merged!.bytes],
    targets: files.flatMap((file, i) =>
      offsets[i]!.map((at) => state.resolve(file.sections[1]!, at)?.offset),
    ),
  };
}

test('elsewhere tails overlap their hosts', () => {
  const { bytes, targets } = withTails(reachable, [
    [0, 12],
    [0, 10, 14],
  ]);
  expect(String.fromCharCode(...bytes)).toBe('unreachable\0pkt\0');
  expect(targets).toEqual([0, 12, 2, 12, 11]);
});

test('wide strings share tails at whole characters only', () => {
  const { bytes, targets } = withTails([strings('ab\0b\0', 2)], [[0, 6]]);
  expect(bytes).toEqual([97, 0, 98, 0, 0, 0]);
  expect(targets).toEqual([0, 2]);
});

test('strings with an alignment keep it and share no tails', () => {
  const output = linked({ 'a.o': pointers(strings('abc\0\0\0\0\0c\0', 1, 8), [0, 8]) }, '');
  for (const at of targets(output)) expect(at % 8).toBe(0);
  expect(output.section('.rodata.str1.8').align).toBe(8);
});

test('constants with an alignment keep it', () => {
  const output = linked(
    {
      'a.o': pointers(constants(4, entry(4, 1), 8), [0]),
      'b.o': pointers(constants(4, entry(4, 2), 8), [0]),
    },
    '',
  );
  expect(targets(output)).toEqual([0, 8]);
});

test('a string that does not end leaves its section as it is', () => {
  const output = linked({ 'a.o': pointers(strings('a\0a\0b'), [0, 2]) }, '');
  expect(output.text('.rodata.str1.1')).toBe('a\0a\0b');
  expect(targets(output)).toEqual([0, 2]);
});

test.each<[string, Partial<SectionSpec>]>([
  ['writable', { flags: MERGE | SHF.WRITE }],
  ['of odd size', { entsize: 3 }],
  ['of no entry size', { entsize: 0 }],
  ['not mergeable', { flags: RODATA }],
])('a section that is %s stays as it is', (_, fields) => {
  const section = { ...constants(4, [...entry(4, 1), ...entry(4, 1)]), ...fields };
  expect(linked({ 'a.o': { sections: [section] } }, '').section(section.name).size).toBe(8);
});

test('a section with relocations stays as it is', () => {
  const section: SectionSpec = {
    ...constants(8, new Array(16).fill(0)),
    relocations: [{ offset: 8, type: R_BPF.ABS64, symbol: 'x' }],
  };
  const object = { sections: [section], symbols: [{ name: 'x' }] };
  expect(linked({ 'a.o': object }, '').section('.rodata.cst8').size).toBe(16);
});

function setting(text: string): Setting {
  const parsed = parseSetting(text);
  if (isDiagnostic(parsed)) throw new Error(parsed.message);
  return parsed;
}

test('a section with a value that the user set stays as it is', () => {
  const object: ObjectSpec = {
    ...pointers(constants(4, [...entry(4, 1), ...entry(4, 1)]), [0, 4]),
    symbols: [{ name: 'x', in: '.rodata.cst4', value: 4, size: 4, type: STT.OBJECT }],
  };
  const output = linked({ 'a.o': object }, '', { settings: [setting('x=1')] });
  expect(output.content('.rodata.cst4')).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
  expect(targets(output)).toEqual([0, 4]);
});

test('merging is within one output section', () => {
  const section = constants(4, entry(4, 1));
  const script = 'SECTIONS { one : { a.o(.rodata.cst4) } two : { b.o(.rodata.cst4) } }';
  const objects = { 'a.o': { sections: [section] }, 'b.o': { sections: [section] } };
  const output = linked(objects, script);
  expect([output.content('one'), output.content('two')]).toEqual([entry(4, 1), entry(4, 1)]);
});

test.each(['.Lalloc52', '.L__unnamed_1', '.rodata..Lanon.0123.3', '.rodata..L__unnamed_7'])(
  'equal unnamed constants are kept once: %s',
  (name) => {
    const section: SectionSpec = { name, content: 'constant' };
    const script = 'SECTIONS { .rodata : { *(.rodata* .L*) } }';
    const other = { ...section, name: `${name}9` };
    const output = linked({ 'a.o': pointers(section, [2]), 'b.o': pointers(other, [4]) }, script);
    expect(output.text('.rodata')).toBe('constant');
    expect(targets(output)).toEqual([2, 4]);
  },
);

test.each<[string, Partial<SectionSpec>, ObjectSpec['symbols']]>([
  ['other bytes', { content: 'constanu' }, []],
  ['another alignment', { align: 8 }, []],
  ['a global name', {}, [{ name: 'x', in: '.Lalloc2', size: 8 }]],
  ['a name of its own', { name: '.rodata.named' }, []],
])('an unnamed constant of %s is another one', (_, fields, symbols = []) => {
  const first = { sections: [{ name: '.Lalloc1', content: 'constant' }] };
  const second = { sections: [{ name: '.Lalloc2', content: 'constant', ...fields }], symbols };
  const script = 'SECTIONS { .rodata : { *(.rodata* .L*) } }';
  const output = linked({ 'a.o': first, 'b.o': second }, script);
  expect(output.section('.rodata').size).toBe(16);
});

test('merge-strings: the pools of two objects', () => {
  const output = new Output(linkFixture(['merge-strings/a.o', 'merge-strings/b.o'], 'generic.ld'));
  const bytes = output.text('.rodata');
  for (const text of ['interface eth0', 'face eth0', 'eth0']) {
    expect(`\0${bytes}`.split(`\0${text}\0`).length).toBeLessThanOrEqual(2);
  }
});

test('whatever is merged, references find the same bytes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 });
  const lists = fc.array(fc.array(text, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(lists, fc.constantFrom(1, 2, 4), fc.boolean(), (objects, entsize, aligned) => {
      const made = objects.map((list, i): [string, ObjectSpec] => {
        const section = strings(
          list.map((one) => `${one}\0`).join(''),
          entsize,
          aligned ? 4 : entsize,
        );
        let at = 0;
        const offsets = list.map((one) => {
          const start = at;
          at += (one.length + 1) * entsize;
          return start;
        });
        return [`${i}.o`, pointers(section, offsets)];
      });
      const output = linked(Object.fromEntries(made), '');
      const view = output.view(`.rodata.str${entsize}.${aligned ? 4 : entsize}`);
      const read = targets(output).map((start) => {
        let one = '';
        for (let at = start; view.unsigned(at, entsize as 1) !== 0n; at += entsize) {
          one += String.fromCharCode(view.u8(at));
        }
        return one;
      });
      expect(read).toEqual(objects.flat());
    }),
    { numRuns: 100 },
  );
});

test.each<[string, string, number]>([
  ['whole entries', 'SECTIONS { out : { *(.rodata.*) } }', 12],
  ['data of the script', 'SECTIONS { out : { *(.rodata.*) BYTE(1) } }', 0],
  ['half an entry', 'SECTIONS { out : { *(.rodata.*) . += 2; } }', 0],
])('a section of %s is mergeable as it should be', (_, script, entsize) => {
  const made = linked({ 'a.o': { sections: [constants(12, entry(12, 1))] } }, script);
  expect(made.section('out')).toMatchObject({ entsize, flags: entsize > 0 ? MERGE : RODATA });
});

test('entries with gaps between them are no table', () => {
  const section = constants(12, [...entry(12, 1), ...entry(12, 2)], 8);
  const output = linked({ 'a.o': { sections: [section] } }, '');
  expect(output.section('.rodata.cst12')).toMatchObject({ size: 28, entsize: 0, flags: RODATA });
});
