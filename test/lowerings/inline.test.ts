/** LOWER(calls: inline): what becomes of frames, registers and exits, and what is refused. */
import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  call,
  exit,
  jump,
  jumpIfImm,
  loadReg,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { Alu, Jump, Opcode } from '../../src/bpf/opcode.ts';
import { readBtfExt } from '../../src/btf/ext.ts';
import { readBtf } from '../../src/btf/read.ts';
import { STB, STT } from '../../src/elf/constants.ts';
import { link } from '../../src/link.ts';
import { fixture, linked, linkObjects, Output, shippedScript } from '../support/link.ts';
import { type ObjectSpec, object } from '../support/object.ts';
import {
  callOf,
  type FunctionSpec,
  frame,
  type Line,
  program,
  ref,
  returns,
} from './support/assemble.ts';
import { compareRuns } from './support/compare.ts';

type Lines = readonly (Instruction | Line)[];

const SECTIONS =
  'SECTIONS { license : { *(license) } .text : { *(.text) } .rodata : { *(.rodata) } classifier : { *(classifier) } }';
const INLINE = `LOWER(calls: inline)\n${SECTIONS}\n`;

/** One program, `main`, and subprograms. */
function chain(main: Lines, subprograms: Readonly<Record<string, Lines>>): ObjectSpec {
  return program({
    classifier: [{ name: 'main', binding: 'global', lines: main }],
    '.text': Object.entries(subprograms).map(([name, lines]): FunctionSpec => ({ name, lines })),
  });
}

function codeOf(out: Output, section = 'classifier'): Code {
  const decoded = Code.decode(out.section(section).bytes, 'little', { file: 'out', section });
  return decoded.code!;
}

/** Links with calls inlined; the program does then what it did before, and calls nothing. */
function inlined(made: ObjectSpec, text = INLINE): Code {
  expect(compareRuns([{ path: 'a.o', bytes: object(made) }], 7, 8, { name: 'x.ld', text })).toBe(8);
  const out = linked({ 'a.o': made }, text);
  expect(out.sectionNames).not.toContain('.text');
  const code = codeOf(out);
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (code.opcode[slot] === Opcode.CALL) expect(code.src[slot]).toBe(0);
  }
  return code;
}

const first = [loadReg(4, 6, 1, 0), movReg(1, 6)];

test('a function that is called twice is there twice', () => {
  const twice = [aluImm(Alu.LSH, 1, 1), movReg(0, 1), exit()];
  const main = [...first, callOf('twice'), movReg(1, 0), callOf('twice'), exit()];
  expect(inlined(chain(main, { twice })).length).toBe(2 + 2 + 1 + 2 + 1);
});

test('registers that the caller needs are saved where the callee writes them, and only those', () => {
  const sub = [movImm(6, 1), movImm(7, 2), movReg(0, 1), aluReg(Alu.ADD, 0, 7), exit()];
  const main = [
    ...first,
    movImm(8, 5),
    callOf('sub'),
    aluReg(Alu.ADD, 0, 6),
    aluReg(Alu.ADD, 0, 8),
    exit(),
  ];
  const code = inlined(chain(main, { sub }));
  const saves = Array.from({ length: code.length }, (_, slot) => code.at(slot)).filter(
    ({ opcode, dst, src }) => opcode === storeReg(8, 10, 0, 6).opcode && dst === 10 && src >= 6,
  );
  expect(saves).toEqual([storeReg(8, 10, -8, 6)]);
});

test('so are those that only a function deeper down writes', () => {
  const deep = [movReg(6, 1), aluImm(Alu.MUL, 6, 3), movReg(0, 6), exit()];
  const sub = [addImm(1, 1), callOf('deep'), addImm(0, 1), exit()];
  inlined(chain([...first, callOf('sub'), aluReg(Alu.ADD, 0, 6), exit()], { deep, sub }));
});

test('a register that has no value on some path to the call is given one', () => {
  const sub = [movReg(6, 1), movReg(0, 6), exit()];
  const main = [
    loadReg(4, 7, 1, 0),
    movReg(1, 7),
    jumpIfImm(Jump.JSET, 7, 1, 1),
    movImm(6, 9),
    callOf('sub'),
    jumpIfImm(Jump.JSET, 7, 1, 1),
    aluReg(Alu.ADD, 0, 6),
    exit(),
  ];
  expect(inlined(chain(main, { sub })).at(0)).toEqual(movImm(6, 0));
});

test('frames stand below one another, and addresses of them keep their meaning', () => {
  const fill = [
    storeReg(8, 10, -8, 2),
    storeImm(8, 10, -16, 3),
    loadReg(8, 3, 10, -8),
    aluImm(Alu.MUL, 3, 7),
    storeReg(8, 1, 0, 3),
    ...frame(4, 16),
    loadReg(8, 0, 4, 0),
    exit(),
  ];
  const main = [
    loadReg(4, 2, 1, 0),
    storeImm(8, 10, -8, 100),
    ...frame(1, 16),
    callOf('fill'),
    loadReg(8, 1, 10, -8),
    aluReg(Alu.ADD, 0, 1),
    loadReg(8, 1, 10, -16),
    aluReg(Alu.ADD, 0, 1),
    exit(),
  ];
  inlined(chain(main, { fill }));
});

test('of a function that may write anywhere below, the frame comes last', () => {
  const sub = [storeImm(8, 10, -8, 3), storeImm(8, 10, -16, 4), movImm(6, 7), ...returns(1)];
  const wild = [
    movReg(3, 1),
    aluImm(Alu.LSH, 3, 63),
    aluImm(Alu.ARSH, 3, 60),
    ...frame(6, 24),
    aluReg(Alu.ADD, 6, 3),
    storeReg(8, 6, 0, 3),
    callOf('sub'),
    loadReg(8, 0, 6, 0),
    exit(),
  ];
  const main = [...first, aluImm(Alu.OR, 1, 1), callOf('wild'), aluReg(Alu.ADD, 0, 6), exit()];
  inlined(chain(main, { wild, sub }));
});

test('exits become jumps, the last one nothing', () => {
  const sub = [jumpIfImm(Jump.JGT, 1, 90, 2), ...returns(1), ...returns(2)];
  const code = inlined(chain([...first, callOf('sub'), exit()], { sub }));
  expect([...code.opcode].filter((opcode) => opcode === Opcode.EXIT)).toHaveLength(1);
  expect(code.at(4)).toEqual(jump(1));
});

test('a call inside of a loop, and a function that begins with one', () => {
  const sub = [addImm(1, -3), jumpIfImm(Jump.JSGT, 1, 10, -2), movReg(0, 1), exit()];
  const main = [
    ...first,
    movImm(7, 3),
    movReg(1, 6),
    callOf('sub'),
    aluReg(Alu.ADD, 6, 0),
    addImm(7, -1),
    jumpIfImm(Jump.JNE, 7, 0, -5),
    movReg(0, 6),
    exit(),
  ];
  inlined(chain(main, { sub }));
});

test('more than eight functions deep', () => {
  const subprograms = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [
      `f${i}`,
      i === 19
        ? [movReg(0, 1), exit()]
        : [
            storeReg(8, 10, -8, 1),
            callOf(`f${i + 1}`),
            loadReg(8, 1, 10, -8),
            aluReg(Alu.XOR, 0, 1),
            addImm(0, i),
            exit(),
          ],
    ]),
  );
  const text = INLINE;
  const out = linked({ 'a.o': chain([...first, callOf('f0'), exit()], subprograms) }, text);
  expect(codeOf(out).length).toBe(3 + 19 * 4 + 1);
});

test('constants are put on the stack of the function that has them, below its caller', () => {
  const made = program(
    {
      classifier: [
        {
          name: 'main',
          binding: 'global',
          lines: [
            ...first,
            storeReg(8, 10, -8, 6),
            callOf('sub'),
            loadReg(8, 1, 10, -8),
            aluReg(Alu.ADD, 0, 1),
            exit(),
          ],
        },
      ],
      '.text': [
        {
          name: 'sub',
          lines: [
            aluImm(Alu.AND, 1, 3),
            ref(2, 'table'),
            aluReg(Alu.ADD, 2, 1),
            loadReg(1, 0, 2, 0),
            exit(),
          ],
        },
      ],
    },
    { '.rodata': [{ name: 'table', bytes: [9, 8, 7, 6] }] },
  );
  const tc = shippedScript('tc.ld').text.replace('calls: copy', 'calls: inline');
  expect(tc).toContain('LOWER(calls: inline)');
  inlined(made, tc);
});

test('each program has its own, and several programs may stand in one section', () => {
  const made = program({
    tc: [
      { name: 'one', binding: 'global', lines: [...first, callOf('sub'), exit()] },
      { name: 'two', binding: 'global', lines: [...first, callOf('sub'), addImm(0, 2), exit()] },
    ],
    xdp: [{ name: 'three', binding: 'global', lines: [movImm(1, 3), callOf('sub'), exit()] }],
    '.text': [{ name: 'sub', lines: [movReg(0, 1), aluImm(Alu.MUL, 0, 5), exit()] }],
  });
  const libbpf = shippedScript('libbpf.ld').text;
  const out = linked({ 'a.o': made }, `${libbpf}\nLOWER(calls: inline)\n`);
  expect(out.sectionNames).not.toContain('.text');
  const programs = out.elf.symbols
    .filter(({ type, binding }) => type === STT.FUNC && binding === STB.GLOBAL)
    .map(({ name, value, size }) => [name, value, size]);
  expect(programs).toEqual([
    ['one', 0, 40],
    ['two', 40, 48],
    ['three', 0, 32],
  ]);
  expect(out.elf.symbols.some(({ name }) => name === 'sub')).toBe(false);
  expect(codeOf(out, 'tc').length).toBe(11);
});

test('lines of source follow in the order of the code; of functions only programs have records', () => {
  const script = { name: 'x.ld', text: `LOWER(calls: inline)\n${shippedScript('libbpf.ld').text}` };
  const result = link({ inputs: [fixture('inline/programs.o')], script });
  const { elf } = new Output(result);
  const bytes = (name: string) => elf.sections.find((section) => section.name === name)!.bytes;
  const { btf } = readBtf(bytes('.BTF'), 'little');
  const { ext } = readBtfExt(bytes('.BTF.ext'), 'little', btf!);
  for (const { records } of ext!.line) {
    const offsets = [...records].filter((_, i) => i % 4 === 0);
    expect(offsets[0]).toBe(0);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
  }
  const starts = elf.symbols.filter(({ type }) => type === STT.FUNC).map(({ value }) => value);
  const functions = ext!.func.flatMap(({ records }) => [...records].filter((_, i) => i % 2 === 0));
  expect(functions.sort()).toEqual(starts.sort());
  expect(starts).toHaveLength(4);
});

function refused(made: ObjectSpec, text = INLINE) {
  const { diagnostics, output: bytes } = linkObjects({ 'a.o': made }, text);
  expect(bytes).toBeUndefined();
  return diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n');
}

test('LOWER-026: copied and inlined at once', () => {
  const made = chain(returns(0), {});
  expect(refused(made, `LOWER(calls: copy, inline)\n${SECTIONS}\n`)).toMatch(/^LOWER-026/);
});

test('LOWER-003: recursion, with the cycle', () => {
  const made = chain([callOf('a'), exit()], { a: [callOf('b'), exit()], b: [callOf('a'), exit()] });
  expect(refused(made)).toBe('LOWER-003: recursive call: a -> b -> a');
});

test('LOWER-005: the stack of a chain of calls', () => {
  const sub = [storeImm(8, 10, -312, 1), ...returns(0)];
  const made = chain([storeImm(8, 10, -208, 1), callOf('sub'), exit()], { sub });
  expect(refused(made)).toBe(
    'LOWER-005: the call chain main -> sub needs 520 bytes of stack; there are 512',
  );
});

test('LOWER-027: a program that doubles with every call', () => {
  const subprograms = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `f${i}`,
      i === 39 ? returns(1) : [callOf(`f${i + 1}`), callOf(`f${i + 1}`), exit()],
    ]),
  );
  expect(refused(chain([callOf('f0'), exit()], subprograms))).toBe(
    "LOWER-027: program 'main' would have more than 1000000 instructions once its calls are inlined",
  );
});

test('LOWER-028: a branch that becomes too long', () => {
  const sub = [...Array.from({ length: 17_000 }, () => addImm(1, 1)), movReg(0, 1), exit()];
  const main = [
    ...first,
    jumpIfImm(Jump.JEQ, 1, 7, 3),
    callOf('sub'),
    movReg(1, 0),
    callOf('sub'),
    exit(),
  ];
  expect(refused(chain(main, { sub }))).toMatch(/^LOWER-028: a branch of 'main' would be 3400\d/);
});

test('LOWER-029: a frame that cannot be moved', () => {
  const sub = [
    storeImm(8, 10, -8, 1),
    movImm(2, -8),
    aluReg(Alu.ADD, 2, 10),
    loadReg(8, 0, 2, 0),
    exit(),
  ];
  const main = [storeReg(8, 10, -8, 1), callOf('sub'), loadReg(8, 1, 10, -8), exit()];
  expect(refused(chain(main, { sub }))).toBe(
    "LOWER-029: 'sub' computes with r10, and its frame has to be moved to inline it into 'main'",
  );
});

test('where the caller has no stack of its own, the frame stays where it is', () => {
  const sub = [
    storeImm(8, 10, -8, 1),
    movImm(2, -8),
    aluReg(Alu.ADD, 2, 10),
    loadReg(8, 0, 2, 0),
    exit(),
  ];
  inlined(chain([callOf('sub'), exit()], { sub }));
});

test('LOWER-030: two functions of a chain that may write anywhere below', () => {
  const wild = (then: Lines): Lines => [
    aluImm(Alu.LSH, 1, 63),
    aluImm(Alu.ARSH, 1, 60),
    ...frame(2, 24),
    aluReg(Alu.ADD, 2, 1),
    storeImm(8, 2, 0, 1),
    ...then,
    ...returns(0),
  ];
  const made = chain([callOf('a'), exit()], {
    a: wild([movImm(1, 1), callOf('b')]),
    b: [callOf('c'), exit()],
    c: wild([]),
  });
  expect(refused(made)).toBe(
    "LOWER-030: the call chain a -> b -> c cannot be inlined: it is not known how far down 'a' and 'c' write on the stack",
  );
});

test('LOWER-030: where each of the two goes down, and what to do in that case', () => {
  // A structure at r10-16 that holds the address of the variable at r10-24, which the callee follows.
  const passing = (callee: string): Lines => [
    ...frame(1, 24),
    storeReg(8, 10, -16, 1),
    ...frame(1, 16),
    callOf(callee),
    exit(),
  ];
  const follow = [loadReg(8, 2, 1, 0), storeImm(8, 2, 0, 7), ...returns(0)];
  const made = chain([callOf('a'), exit()], {
    a: [movImm(1, 1), storeReg(8, 10, -24, 1), callOf('b'), ...passing('follow')],
    b: [movImm(1, 1), storeReg(8, 10, -24, 1), ...passing('follow')],
    follow,
  });
  const { diagnostics } = linkObjects({ 'a.o': made }, INLINE);
  expect(diagnostics).toMatchObject([
    {
      code: 'LOWER-030',
      notes: [
        expect.stringMatching(/^'a' passes 'follow' an address/),
        expect.stringMatching(/^'b' passes 'follow' an address/),
        expect.stringMatching(/pass addresses to 'follow' as arguments, not inside of a structure/),
      ],
    },
  ]);
});

test('a call forgets only what the callee can reach: what is kept below a structure, and found again', () => {
  // r10-8 is the structure, r10-16 keeps the address of the caller's.
  const leaf = [loadReg(8, 0, 1, 0), aluReg(Alu.ADD, 0, 2), storeReg(8, 1, 0, 0), exit()];
  const mid = [
    storeReg(8, 10, -16, 1),
    movReg(6, 2),
    storeReg(8, 10, -8, 2),
    ...frame(1, 8),
    callOf('leaf'),
    loadReg(8, 1, 10, -16),
    movReg(2, 6),
    callOf('leaf'),
    exit(),
  ];
  const main = [
    loadReg(4, 2, 1, 0),
    movImm(3, 5),
    storeReg(8, 10, -8, 3),
    ...frame(1, 8),
    callOf('mid'),
    loadReg(8, 1, 10, -8),
    aluReg(Alu.ADD, 0, 1),
    exit(),
  ];
  inlined(chain(main, { leaf, mid }));
});

const jumps = [ref(2, 'jumps'), movImm(3, 0), call(12), ...returns(1)];

function tailCalling(main: Lines): ObjectSpec {
  return program(
    {
      classifier: [{ name: 'main', binding: 'global', lines: main }],
      '.text': [{ name: 'next', lines: jumps }],
    },
    { maps: [{ name: 'jumps', bytes: [3, 4, 4, 1].flatMap((n) => [n, 0, 0, 0]) }] },
  );
}

test('LOWER-031: a tail call that would end more than its function', () => {
  const made = tailCalling([callOf('next'), addImm(0, 1), exit()]);
  expect(
    refused(made, `${SECTIONS.replace('}', '} maps : { *(maps) }')} LOWER(calls: inline)`),
  ).toBe(
    "LOWER-031: 'next' makes a tail call and is to be inlined into 'main', which goes on after it",
  );
});

/** `r0 = *(u8 *)skb[100]`, which ends the function where the packet has not so many bytes. */
const packetByte: Instruction = { opcode: 0x30, dst: 0, src: 0, offset: 0, imm: 100 };

test('LOWER-031: a load from the packet that would end more than its function', () => {
  const load = [movReg(6, 1), packetByte, exit()];
  expect(refused(chain([callOf('load'), addImm(0, 1), exit()], { load }))).toBe(
    "LOWER-031: 'load' loads from the packet and is to be inlined into 'main', which goes on after it",
  );
  const out = linked({ 'a.o': chain([callOf('load'), exit()], { load }) }, INLINE);
  expect(codeOf(out).opcode).toContain(packetByte.opcode);
});

test('a tail call after which the program would end too is none', () => {
  const made = tailCalling([callOf('next'), jump(1), movImm(0, 3), exit()]);
  const out = linked(
    { 'a.o': made },
    `${SECTIONS.replace('}', '} maps : { *(maps) }')} LOWER(calls: inline)`,
  );
  expect(out.sectionNames).not.toContain('.text');
});

test('LOWER-032: the address of a function', () => {
  const made = chain([ref(1, 'sub'), storeReg(8, 10, -8, 1), ...returns(0)], { sub: returns(0) });
  expect(refused(made)).toBe(
    "LOWER-032: the address of function 'sub' is taken, and its calls are to be inlined",
  );
});
