/** Programs that a careless lowering would change, each run before and after. */
import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  call,
  exit,
  jumpIfImm,
  jumpIfReg,
  loadReg,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import { Alu, Jump } from '../../src/bpf/opcode.ts';
import type { Diagnostic } from '../../src/diag/diagnostic.ts';
import { SHT, STT } from '../../src/elf/constants.ts';
import { codes, linkObjects, type Objects, Output, shippedScript } from '../support/link.ts';
import { DATA, object } from '../support/object.ts';
import { callOf, frame, program, ref, returns } from './support/assemble.ts';
import { compareRuns } from './support/compare.ts';
import { run } from './support/interpreter.ts';

const tc = shippedScript('tc.ld').text;
const packet = new Uint8Array(64);

/** What the lowered program returns; its original returns the same. */
function result(objects: Objects, section = 'classifier', script = tc): number {
  const inputs = Object.entries(objects).map(([path, made]) => ({
    path,
    bytes: made instanceof Uint8Array ? made : object(made),
  }));
  const named = { name: 'x.ld', text: script };
  compareRuns(inputs, 1, 1, named);
  const output = new Output(linkObjects(objects, script));
  const { status, result: value, events } = run(output.elf, section, packet);
  expect(status, events.join()).toBe('exited');
  return value;
}

function refusal(objects: Objects, script = tc): readonly Diagnostic[] {
  const { output, diagnostics } = linkObjects(objects, script);
  expect(output).toBeUndefined();
  return diagnostics;
}

const word = (value: number): number[] => [value, 0, 0, 0];

test('a variable whose address a callee finds in the frame is no constant', () => {
  const a = program(
    {
      classifier: [
        {
          name: 'prog',
          binding: 'global',
          lines: [
            ref(6, 'counter'),
            storeReg(8, 10, -8, 6),
            ...frame(1, 8),
            callOf('bump'),
            loadReg(4, 0, 6, 0),
            exit(),
          ],
        },
      ],
      '.text': [
        { name: 'bump', lines: [loadReg(8, 1, 1, 0), storeImm(4, 1, 0, 9), ...returns(0)] },
      ],
    },
    { '.data': [{ name: 'counter', bytes: word(5) }] },
  );
  expect(codes(refusal({ 'a.o': a }))).toContain('TC-013');
});

/** `compare`, given an address in a constant of its caller's, looks at its own copy of it. */
function identity(compare: Parameters<typeof program>[0]['x'][number]['lines']) {
  return program(
    {
      classifier: [
        {
          name: 'prog',
          binding: 'global',
          lines: [ref(1, 'table'), addImm(1, 8), callOf('which'), exit()],
        },
      ],
      '.text': [{ name: 'which', lines: compare }],
    },
    { '.rodata': [{ name: 'table', bytes: Array.from({ length: 16 }, (_, i) => i) }] },
  );
}

test('addresses of one constant in two frames are not compared', () => {
  const lines = [
    ref(2, 'table'),
    addImm(2, 8),
    movImm(0, 1),
    jumpIfReg(Jump.JEQ, 1, 2, 1),
    movImm(0, 2),
    exit(),
  ];
  const [fault] = refusal({ 'a.o': identity(lines) });
  expect(fault).toMatchObject({ code: 'LOWER-018' });
  expect(fault!.message).toContain("'table'");
});

test('nor are they subtracted', () => {
  const lines = [ref(2, 'table'), movReg(0, 1), aluReg(Alu.SUB, 0, 2), exit()];
  expect(codes(refusal({ 'a.o': identity(lines) }))).toEqual(['LOWER-018']);
});

test('a comparison with null, or with an address of the same frame, is harmless', () => {
  const lines = [
    movImm(0, 0),
    jumpIfImm(Jump.JEQ, 1, 0, 1),
    addImm(0, 1),
    movReg(2, 1),
    jumpIfReg(Jump.JNE, 1, 2, 1),
    addImm(0, 2),
    loadReg(1, 1, 1, 0),
    aluReg(Alu.ADD, 0, 1),
    exit(),
  ];
  expect(result({ 'a.o': identity(lines) })).toBe(3 + 8);
});

test("a section's program is the function that others of the section do not call", () => {
  const a = program({
    classifier: [
      { name: 'helper', lines: returns(1) },
      { name: 'prog', binding: 'global', lines: [callOf('helper'), addImm(0, 10), exit()] },
    ],
    action: [{ name: 'other', binding: 'global', lines: [callOf('prog'), addImm(0, 100), exit()] }],
  });
  expect(result({ 'a.o': a })).toBe(11);
  expect(result({ 'a.o': a }, 'action')).toBe(111);
});

test.each(['first', 'last'])('an alias that lost does not take its function along: %s', (where) => {
  const names = [
    { name: 'kept', binding: 'global' as const },
    { name: 'lost', binding: 'weak' as const },
  ];
  const [one, two] = where === 'first' ? [names[1]!, names[0]!] : [names[0]!, names[1]!];
  const a = program({
    classifier: [
      {
        name: 'prog',
        binding: 'global',
        lines: [callOf('kept'), movReg(6, 0), callOf('lost'), aluReg(Alu.ADD, 0, 6), exit()],
      },
    ],
    '.text': [{ ...one, aliases: [two], lines: returns(1) }],
  });
  const b = program({ '.text': [{ name: 'lost', binding: 'global', lines: returns(20) }] });
  expect(result({ 'a.o': a, 'b.o': b })).toBe(21);
});

test('a number that the script gives is not taken for zero', () => {
  const a = program(
    {
      classifier: [
        {
          name: 'prog',
          binding: 'global',
          lines: [
            ref(1, 'which'),
            ref(2, 'table'),
            aluReg(Alu.ADD, 2, 1),
            loadReg(1, 0, 2, 0),
            exit(),
          ],
        },
      ],
    },
    { '.rodata': [{ name: 'table', bytes: [10, 11, 12, 13] }] },
  );
  expect(result({ 'a.o': a }, 'classifier', `which = 3;\n${tc}`)).toBe(13);
});

test('a program that is also called does not trust what its caller passes', () => {
  const a = program(
    {
      classifier: [{ name: 'prog', binding: 'global', lines: [loadReg(4, 0, 1, 0), exit()] }],
      action: [
        { name: 'other', binding: 'global', lines: [ref(1, 'seven'), callOf('prog'), exit()] },
      ],
    },
    { '.rodata': [{ name: 'seven', bytes: word(7) }] },
  );
  // The first word of the context is the packet's length.
  expect(result({ 'a.o': a })).toBe(64);
  expect(result({ 'a.o': a }, 'action')).toBe(7);
});

test('a large .bss is not made to read a word of it', () => {
  const size = 2 ** 29;
  const a = program({
    classifier: [
      { name: 'prog', binding: 'global', lines: [ref(1, 'big'), loadReg(4, 0, 1, 8), exit()] },
    ],
  });
  const bss = { name: '.bss', type: SHT.NOBITS, flags: DATA, size, align: 8 };
  const big = { name: 'big', in: '.bss', size, type: STT.OBJECT };
  const symbols = [...(a.symbols ?? []).filter(({ name }) => name !== 'big'), big];
  const made = { ...a, sections: [...(a.sections ?? []), bss], symbols };
  expect(run(new Output(linkObjects({ 'a.o': made }, tc)).elf, 'classifier', packet).result).toBe(
    0,
  );
});

test('a buffer that is written from its end is not overwritten', () => {
  const a = program(
    {
      classifier: [
        {
          name: 'prog',
          binding: 'global',
          lines: [
            ref(3, 'key'),
            movReg(1, 10),
            addImm(1, -4),
            movImm(2, 10),
            storeImm(4, 1, 0, 77),
            addImm(1, -4),
            addImm(2, -1),
            jumpIfImm(Jump.JNE, 2, 0, -4),
            movReg(6, 3),
            movReg(1, 6),
            movImm(2, 4),
            call(6),
            ...returns(0),
          ],
        },
      ],
    },
    { '.rodata': [{ name: 'key', bytes: [1, 2, 3, 4] }] },
  );
  expect(result({ 'a.o': a })).toBe(0);
});

test('references from data do not cut a constant', () => {
  const bytes = Array.from({ length: 24 }, (_, i) => i);
  const a = program({
    classifier: [
      {
        name: 'prog',
        binding: 'global',
        lines: [
          loadReg(4, 2, 1, 0),
          aluImm(Alu.AND, 2, 7),
          addImm(2, 12),
          ref(1, '.rodata'),
          aluReg(Alu.ADD, 1, 2),
          loadReg(1, 0, 1, 0),
          exit(),
        ],
      },
    ],
  });
  const rodata = { name: '.rodata', flags: 2, align: 8, content: bytes };
  const table = {
    name: '.rodata.table',
    flags: 2,
    align: 8,
    content: [12, 0, 0, 0, 0, 0, 0, 0],
    relocations: [{ offset: 0, type: 2, symbol: '.rodata' }],
  };
  const symbols = (a.symbols ?? []).filter(({ name }) => name !== '.rodata');
  const sections = [...(a.sections ?? []), rodata, table];
  // The packet's length of 64 gives index 12.
  expect(result({ 'a.o': { ...a, sections, symbols } })).toBe(12);
});

/** The program gives `callee` an address in its frame, then a constant key to a helper, and reads that. */
function besideKey(lines: FunctionLines, callees: Readonly<Record<string, FunctionLines>> = {}) {
  return program(
    {
      classifier: [
        {
          name: 'prog',
          binding: 'global',
          lines: [
            movReg(7, 1),
            ...lines,
            loadReg(4, 2, 7, 0),
            aluImm(Alu.AND, 2, 3),
            ref(1, 'key'),
            aluReg(Alu.ADD, 1, 2),
            loadReg(1, 0, 1, 0),
            exit(),
          ],
        },
      ],
      '.text': Object.entries(callees).map(([name, code]) => ({ name, lines: code })),
    },
    { '.rodata': [{ name: 'key', bytes: [5, 6, 7, 8, 9, 10, 11, 12] }] },
  );
}

type FunctionLines = Parameters<typeof program>[0]['x'][number]['lines'];
const fill = [storeImm(8, 1, 0, 77), addImm(1, -16), storeImm(8, 1, 0, 99), ...returns(0)];

test('a callee that writes below what it is given writes into no constant', () => {
  const a = besideKey([...frame(1, 8), callOf('fill')], { fill });
  expect(result({ 'a.o': a })).toBe(5);
});

test('nor does the callee of a callee', () => {
  const a = besideKey([...frame(1, 8), callOf('pass')], {
    pass: [addImm(1, -8), callOf('fill'), exit()],
    fill,
  });
  expect(result({ 'a.o': a })).toBe(5);
});

const masked = [loadReg(4, 3, 7, 0), aluImm(Alu.AND, 3, 8)];
const negated = [aluImm(Alu.NEG, 3, 0), ...frame(2, 8), aluReg(Alu.ADD, 2, 3)];
const walk = [
  storeImm(8, 1, 0, 1),
  addImm(1, -8),
  addImm(2, -1),
  jumpIfImm(Jump.JNE, 2, 0, -4),
  ...returns(0),
];
const chase = [loadReg(8, 2, 1, 0), storeImm(8, 2, -32, 1), ...returns(0)];

test.each<[string, FunctionLines, Readonly<Record<string, FunctionLines>>]>([
  ['an index that may be negative', [...masked, ...negated, storeImm(8, 2, -8, 1)], {}],
  ['a callee in a loop', [...frame(1, 8), movImm(2, 6), callOf('walk')], { walk }],
  [
    'an address found by a callee',
    [...frame(1, 8), storeReg(8, 10, -16, 1), addImm(1, -8), callOf('chase')],
    { chase },
  ],
  [
    "an address that a callee puts into another's frame",
    [...frame(1, 8), callOf('pass')],
    { pass: [storeReg(8, 10, -8, 1), ...frame(1, 8), callOf('chase'), ...returns(0)], chase },
  ],
])('how far down is not known, so the constants are above: %s', (_, lines, callees) => {
  expect(result({ 'a.o': besideKey(lines, callees) })).toBe(5);
});

test('LOWER-025: a frame address that is not a plain copy of r10 cannot be moved', () => {
  const lines = [
    ...masked,
    ...negated,
    movReg(2, 3),
    aluReg(Alu.ADD, 2, 10),
    storeImm(8, 2, -8, 1),
  ];
  expect(codes(refusal({ 'a.o': besideKey(lines) }))).toEqual(['LOWER-025']);
});

test('an index that is masked, checked or counted up is no danger', () => {
  const lines = [
    ...masked,
    ...frame(2, 16),
    aluReg(Alu.ADD, 2, 3),
    storeImm(8, 2, 0, 1),
    loadReg(8, 3, 2, 0),
    ...frame(2, 16),
    jumpIfImm(Jump.JGT, 3, 15, 2),
    aluReg(Alu.ADD, 2, 3),
    storeImm(1, 2, 0, 1),
    movImm(3, 0),
    ...frame(2, 16),
    aluReg(Alu.ADD, 2, 3),
    storeImm(1, 2, 0, 1),
    addImm(3, 1),
    jumpIfImm(Jump.JNE, 3, 16, -6),
  ];
  expect(result({ 'a.o': besideKey(lines) })).toBe(5);
});
