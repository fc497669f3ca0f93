/** What depends on where data stands, and on who else knows its address. */
import { expect, test } from 'vitest';
import {
  addImm,
  aluReg,
  exit,
  jumpIfReg,
  loadReg,
  movImm,
  movReg,
  storeReg,
} from '../../src/bpf/build.ts';
import { Alu, Jump } from '../../src/bpf/opcode.ts';
import { renderDiagnostic } from '../../src/diag/render.ts';
import { STT } from '../../src/elf/constants.ts';
import { codes, linked, refused, shippedScript } from '../support/link.ts';
import { DATA, type ObjectSpec } from '../support/object.ts';
import { type FunctionSpec, program, ref, returns } from './support/assemble.ts';

const tc = shippedScript('tc.ld').text;
const word = (value: number): number[] => [value, 0, 0, 0];

/** `.data` with an address of `symbol`, called `p`, and a word called `x`. */
function pointing(lines: FunctionSpec['lines'], symbol: string): ObjectSpec {
  const made = program({ classifier: [{ name: 'prog', binding: 'global', lines }] });
  const relocations = [{ offset: 0, type: 2, symbol }];
  const names = new Set(['p', 'x']);
  return {
    sections: [
      ...made.sections!,
      { name: '.data.keep', flags: DATA, align: 8, content: new Uint8Array(8), relocations },
      { name: '.data', flags: DATA, align: 8, content: [...word(5), ...word(6)] },
    ],
    symbols: [
      ...made.symbols!.filter(({ name }) => !names.has(name)),
      { name: 'p', binding: 'local', type: STT.OBJECT, in: '.data.keep', size: 8 },
      { name: 'x', binding: 'local', type: STT.OBJECT, in: '.data', size: 4 },
      { name: 'forty', binding: 'global', in: 'ABS', value: 40 },
    ],
  };
}

const reading: FunctionSpec['lines'] = [ref(1, 'x'), loadReg(4, 0, 1, 0), exit()];

test('a variable is no constant if data that stays holds its address', () => {
  const script = `PERMIT_RELOCATIONS(.kept) LOWER(rodata: fold)
    SECTIONS { .kept : { KEEP(*(.data.keep)) } .data : { *(.data) } }`;
  const [found, ...others] = refused({ 'a.o': pointing(reading, 'x') }, script);
  expect(others).toEqual([]);
  expect(found?.code).toBe('LOWER-014');
  expect(found?.notes.join()).toContain('pointed to by other data');
});

test('data that leaves the output holds nothing', () => {
  const output = linked({ 'a.o': pointing(reading, 'x') }, tc);
  expect(output.relocations('classifier')).toEqual([]);
});

const open = `PERMIT_RELOCATIONS(maps) LOWER(rodata: fold)
  SECTIONS { .data : { *(.data) } classifier : { *(classifier) } }`;
const variable = (binding: 'local' | 'global'): ObjectSpec =>
  program(
    { classifier: [{ name: 'prog', binding: 'global', lines: reading }] },
    { '.data': [{ name: 'x', bytes: word(5), binding }] },
  );

test('a global variable is no constant if the output may be linked again', () => {
  const found = refused({ 'a.o': variable('global') }, open);
  expect(codes(found)).toEqual(['LOWER-014']);
  expect(found[0]?.notes.join()).toContain('linked later');
});

test('a local one is', () => {
  expect(linked({ 'a.o': variable('local') }, open).section('classifier').size).toBe(16);
});

/** `mark = (__u32)&p` */
const fetching: FunctionSpec['lines'] = [ref(2, 'p'), storeReg(4, 1, 8, 2), ...returns(0)];

test('LOWER-023: --fetch of a word that holds an address', () => {
  const found = refused({ 'a.o': pointing(fetching, 'x') }, tc, { fetch: ['p'] });
  expect(codes(found)).toEqual(['LOWER-023']);
  expect(renderDiagnostic(found[0]!)).toContain("--fetch p: the word holds the address of 'x'");
});

test('--fetch of a word that holds an absolute value', () => {
  const output = linked({ 'a.o': pointing(fetching, 'forty') }, tc, { fetch: ['p'] });
  expect(output.view('classifier').u32(4)).toBe(40);
});

/** Reads `tab` up to `next`, at which the next constant begins; `next` itself at an index. */
function looping(compare: FunctionSpec['lines']): ObjectSpec {
  const index = [
    loadReg(4, 4, 1, 0),
    { opcode: 0x57, dst: 4, src: 0, offset: 0, imm: 7 },
    ref(5, 'next'),
    aluReg(Alu.ADD, 5, 4),
    loadReg(1, 6, 5, 0),
  ];
  return program(
    {
      classifier: [
        {
          name: 'prog',
          binding: 'global',
          lines: [...index, ref(2, 'tab'), ref(3, 'next'), movImm(0, 0), ...compare, exit()],
        },
      ],
    },
    {
      '.rodata': [
        { name: 'tab', bytes: [1, 2, 3, 4, 5, 6, 7, 8] },
        { name: 'next', bytes: [9, 9, 9, 9, 9, 9, 9, 9] },
      ],
    },
  );
}

const step = [loadReg(1, 7, 2, 0), aluReg(Alu.ADD, 0, 7), addImm(2, 1)];

test.each([
  ['until it is there', [...step, jumpIfReg(Jump.JNE, 2, 3, -4)]],
  ['while it is below', [...step, jumpIfReg(Jump.JLT, 2, 3, -4)]],
  ['at once', [jumpIfReg(Jump.JLT, 2, 3, 0)]],
  ['by its distance', [aluReg(Alu.SUB, 3, 2), movReg(0, 3)]],
])('LOWER-024: an address in another constant is the bound, %s', (_, compare) => {
  const found = refused({ 'a.o': looping(compare) }, tc);
  expect(codes(found)).toEqual(['LOWER-024']);
  expect(found[0]?.message).toMatch(/'(tab|next)'.*'(tab|next)'/);
});

test('that two known bytes are different ones holds anywhere', () => {
  const output = linked({ 'a.o': looping([jumpIfReg(Jump.JEQ, 2, 3, 0)]) }, tc);
  expect(output.relocations('classifier')).toEqual([]);
});
