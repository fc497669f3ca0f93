/** Code that is put together again does what it did: what leads into, over and out of each function. */
import { expect, test } from 'vitest';
import { callFunction, exit, jumpIfImm, loadReg, movImm } from '../../src/bpf/build.ts';
import { Code } from '../../src/bpf/code.ts';
import { Jump } from '../../src/bpf/opcode.ts';
import { renderDiagnostic } from '../../src/diag/render.ts';
import { STT } from '../../src/elf/constants.ts';
import { codes, linked, type Output, refused, shippedScript } from '../support/link.ts';
import { DATA, type ObjectSpec, RODATA } from '../support/object.ts';
import { program, ref, returns } from './support/assemble.ts';

const tc = shippedScript('tc.ld').text;
const copyOnly = 'PROFILE(tc) PERMIT_RELOCATIONS(maps) LOWER(calls: copy)';
const inPlace = 'PERMIT_RELOCATIONS(maps) LOWER(rodata: fold, stack)';

/** The values that `r0 = value` gives, in the order of the section. */
function values(output: Output, section = '.text'): number[] {
  const { code } = Code.decode(output.section(section).bytes, 'little', { file: '', section });
  return [...(code?.opcode ?? [])].flatMap((opcode, slot) =>
    opcode === 0xb7 && code!.dst[slot] === 0 ? [code!.imm[slot]!] : [],
  );
}

const strong = program({ '.text': [{ name: 'b', binding: 'global', lines: returns(22) }] });

/** `a`, the weak `b`, and `c`; `a` begins with `first`. */
function withLoser(first: Parameters<typeof program>[0][string][number]['lines']): ObjectSpec {
  return program({
    '.text': [
      { name: 'a', binding: 'global', lines: [...first, ...returns(1)] },
      { name: 'b', binding: 'weak', lines: [...returns(2), ...returns(3)] },
      { name: 'c', binding: 'global', lines: returns(4) },
    ],
  });
}

test('a loser is left out', () => {
  const output = linked({ 'a.o': withLoser([]), 'b.o': strong });
  expect(values(output)).toEqual([1, 4, 22]);
});

test.each([
  ['over', 6],
  ['into', 4],
])('a loser that a branch leads %s stays', (_, distance) => {
  const a = withLoser([jumpIfImm(Jump.JEQ, 1, 0, distance)]);
  const output = linked({ 'a.o': a, 'b.o': strong });
  expect(values(output)).toEqual([1, 2, 3, 4, 22]);
  expect(output.symbol('b').value).toBe(output.section('.text').size - 16);
});

test('a loser that control falls into stays', () => {
  const a = program({
    '.text': [
      { name: 'a', binding: 'global', lines: [movImm(0, 1)] },
      { name: 'b', binding: 'weak', lines: returns(2) },
    ],
  });
  expect(values(linked({ 'a.o': a, 'b.o': strong }))).toEqual([1, 2, 22]);
});

/** `g` calls the weak `f` before it by distance. */
const resolved = program({
  '.text': [
    { name: 'f', binding: 'weak', lines: returns(1) },
    { name: 'g', binding: 'global', lines: [callFunction(-3), exit()] },
  ],
});
const winner = program({
  '.text': [
    { name: 'pad', binding: 'global', lines: returns(9) },
    { name: 'f', binding: 'global', lines: returns(2) },
  ],
});

test('a call that the assembler resolved to a loser names the winner in another file', () => {
  const output = linked({ 'a.o': resolved, 'b.o': winner });
  expect(values(output)).toEqual([9, 2]);
  expect(output.relocations('.text')).toEqual(['0 10 f']);
});

test('such a call of what is no function is refused like any other', () => {
  const data = program({}, { '.data': [{ name: 'f', bytes: [1, 2, 3, 4], binding: 'global' }] });
  expect(codes(refused({ 'a.o': resolved, 'b.o': data }))).toEqual(['LOWER-002']);
});

test('a call of data is refused where no code changes', () => {
  const a = program({
    '.text': [
      {
        name: 'g',
        binding: 'global',
        lines: [{ instruction: callFunction(-1), symbol: 'f' }, exit()],
      },
    ],
  });
  const data = program({}, { '.data': [{ name: 'f', bytes: [1, 2, 3, 4], binding: 'global' }] });
  expect(codes(refused({ 'a.o': a, 'b.o': data }))).toEqual(['LOWER-002']);
});

/** Adds a table of one address: `symbol`'s, with an addend. */
function withPointer(
  object: ObjectSpec,
  symbol: string,
  addend: number,
  name = '.data',
): ObjectSpec {
  const content = [addend, 0, 0, 0, 0, 0, 0, 0];
  const flags = name === '.data' ? DATA : RODATA;
  const relocations = [{ offset: 0, type: 2, symbol }];
  const sections = [...object.sections!, { name, flags, align: 8, content, relocations }];
  const symbols = [...object.symbols!, { name: 'p', type: STT.OBJECT, in: name, size: 8 }];
  return { ...object, sections, symbols };
}

test('a loser stays if data refers to its inside', () => {
  const a = withPointer(withLoser([]), '.text', 0x20);
  const output = linked({ 'a.o': a, 'b.o': strong });
  expect(values(output)).toEqual([1, 2, 3, 4, 22]);
  expect(output.content('.data')[0]).toBe(0x20);
});

const keepData =
  'SECTIONS { .text : { *(.text) } .data : { KEEP(*(.data)) } .rodata : { *(.rodata) } }';

test('LOWER-021: data that refers to the inside of a loser, where code is lowered', () => {
  const a = withPointer(withLoser([]), '.text', 0x20);
  const [found, ...others] = refused({ 'a.o': a, 'b.o': strong }, `${inPlace} ${keepData}`);
  expect(others).toEqual([]);
  expect(found?.code).toBe('LOWER-021');
  expect(renderDiagnostic(found!)).toContain("byte 16 of 'b'");
});

/** 4 slots, of which folding deletes the first two. */
const folding = program(
  {
    '.text': [
      { name: 'f', binding: 'global', lines: [ref(1, 'tab'), loadReg(4, 0, 1, 0), exit()] },
    ],
  },
  { '.rodata': [{ name: 'tab', bytes: [7, 0, 0, 0] }] },
);

test('LOWER-022: a named function and a distance into it, where instructions have moved', () => {
  const a = withPointer(folding, 'f', 24);
  const [found, ...others] = refused({ 'a.o': a }, `${inPlace} ${keepData}`);
  expect(others).toEqual([]);
  expect(found?.code).toBe('LOWER-022');
  expect(renderDiagnostic(found!)).toContain("byte 24 of 'f'");
});

test('a distance from the start of the section is adjusted', () => {
  const a = withPointer(folding, '.text', 24);
  const output = linked({ 'a.o': a }, `${inPlace} ${keepData}`);
  expect(output.section('.text').size).toBe(16);
  expect(output.content('.data')[0]).toBe(8);
});

test('a copied function is refused if control runs off its end', () => {
  const a = program({
    classifier: [
      {
        name: 'prog',
        binding: 'global',
        lines: [{ instruction: callFunction(-1), symbol: 'sub' }, exit()],
      },
    ],
    '.text': [
      { name: 'sub', binding: 'global', lines: [movImm(0, 1)] },
      { name: 'next', binding: 'global', lines: returns(2) },
    ],
  });
  const [found, ...others] = refused({ 'a.o': a }, copyOnly);
  expect(others).toEqual([]);
  expect(found?.code).toBe('CODE-004');
  expect(renderDiagnostic(found!)).toContain("'sub'");
});

test('a map keeps its place under the name that is left to it', () => {
  const maps = (names: readonly [string, 'global' | 'weak'][], size: number): ObjectSpec => ({
    sections: [
      {
        name: 'maps',
        flags: DATA,
        align: 4,
        content: [2, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, size, 0, 0, 0],
      },
    ],
    symbols: names.map(([name, binding]) => ({
      name,
      binding,
      type: STT.OBJECT,
      in: 'maps',
      size: 16,
    })),
  });
  const code = program({
    classifier: [
      { name: 'prog', binding: 'global', lines: [ref(1, 'real'), ref(2, 'alias'), ...returns(0)] },
    ],
  });
  const output = linked(
    {
      'code.o': code,
      'a.o': maps(
        [
          ['alias', 'weak'],
          ['real', 'global'],
        ],
        1,
      ),
      'b.o': maps([['alias', 'global']], 7),
    },
    tc,
  );
  expect(output.symbol('real').value).toBe(0);
  expect(output.symbol('alias').value).toBe(16);
  expect(output.view('maps').u32(16 + 12)).toBe(7);
  expect(output.relocations('classifier')).toEqual(['0 1 real', '16 1 alias']);
});
