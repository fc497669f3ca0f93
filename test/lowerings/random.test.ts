/** Random programs with constants do the same before and after lowering, or are refused. */
import fc from 'fast-check';
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
  loadSigned,
  movImm,
  movReg,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction, slotCount } from '../../src/bpf/code.ts';
import { Alu, CallKind, Jump, Opcode } from '../../src/bpf/opcode.ts';
import { type Program, programs } from '../bpf/programs.ts';
import { linked, shippedScript } from '../support/link.ts';
import { object } from '../support/object.ts';
import { callOf, type Line, program, ref } from './support/assemble.ts';
import { compareRuns } from './support/compare.ts';

interface Choice {
  readonly kind: number;
  readonly n: number;
  readonly m: number;
}

/** Registers: r6 gathers, r7 is some address of 16 readable bytes, r8 the argument's, r9 the context. */
const GATHER = 6;
const ADDRESS = 7;
const GIVEN = 8;
const CONTEXT = 9;

const objects = ['table', 'wide', 'text', 'settled', 'zeros', 'variable'];
const widths = [1, 2, 4, 8] as const;

type Lines = (Instruction | Line)[];

function gather(register: number): Lines {
  return [aluImm(Alu.MUL, GATHER, 31), aluReg(Alu.ADD, GATHER, register)];
}

function skipping(condition: (slots: number) => Instruction, lines: Lines): Lines {
  const slots = lines.reduce((sum, line) => sum + slotsOf(line), 0);
  return [condition(slots), ...lines];
}

function slotsOf(line: Instruction | Line): number {
  return slotCount('instruction' in line ? line.instruction : line);
}

/** What is passed of the frame, and how much of it is looked at afterwards. */
const BUFFER = -56;

/** Something with addresses of the function's own frame, which others write through, up and down. */
function frameStatement({ kind, n, m }: Choice): Lines {
  const at = BUFFER + 8 * (m % 2);
  const back = [loadReg(8, 2, 10, BUFFER + 8 * (n % 4)), ...gather(2)];
  const given = [movReg(1, 10), addImm(1, at), movReg(2, GATHER)];
  switch (kind) {
    case 0:
      return [...given, callOf(n & 1 ? 'fill' : 'fill2'), ...gather(0), ...back];
    case 1: {
      const operation = n & 2 ? Alu.SUB : Alu.ADD;
      const index = [movReg(3, GATHER), aluImm(Alu.AND, 3, 24)];
      const negative = n % 2 === 0 ? [{ ...aluImm(Alu.NEG, 3, 0) }] : [];
      return [
        ...given,
        ...index,
        ...negative,
        aluReg(operation, 1, 3),
        storeReg(8, 1, -8 * (m % 3), GATHER),
        ...back,
      ];
    }
    case 2:
      // A link that another function follows is refused.
      if (n % 2 !== 0)
        return [
          movImm(3, -8 * (n % 3)),
          ...given,
          aluReg(Alu.ADD, 1, 3),
          storeReg(8, 1, 0, 2),
          ...back,
        ];
      return [
        ...given,
        storeReg(8, 10, -40, 1),
        movReg(1, 10),
        addImm(1, -40),
        callOf('chase'),
        ...back,
      ];
    default: {
      const checked = [movReg(3, GATHER), jumpIfImm(Jump.JGT, 3, 8 * (n % 4), 2)];
      return [...given, ...checked, aluReg(Alu.ADD, 1, 3), storeReg(8, 1, -16, GATHER), ...back];
    }
  }
}

/** A statement of a function that was given the address of some frame in r7. */
function fillStatement({ kind, n, m }: Choice, deeper: string | undefined): Lines {
  const width = widths[n % 4]!;
  const down = -8 * (m % 4);
  switch (kind % 9) {
    case 0:
      return [storeReg(width, ADDRESS, down + 8, GATHER)];
    case 1:
      return [movReg(1, ADDRESS), addImm(1, down), storeReg(width, 1, -8 * (n % 3), GATHER)];
    case 2:
    case 3:
      return [
        movReg(1, ADDRESS),
        movReg(2, GATHER),
        aluImm(Alu.AND, 2, 24),
        aluReg(kind & 1 ? Alu.SUB : Alu.ADD, 1, 2),
        storeReg(8, 1, down, GATHER),
      ];
    case 4:
      return [loadReg(width, 2, ADDRESS, down), ...gather(2)];
    case 5:
      return [addImm(ADDRESS, n & 1 ? -8 : 8)];
    case 6:
      if (deeper === undefined) return [];
      return [movReg(1, ADDRESS), addImm(1, down), movReg(2, GATHER), callOf(deeper), ...gather(0)];
    case 7:
      if (n % 6 !== 0) return [movImm(2, down), aluReg(Alu.ADD, ADDRESS, 2)];
      return [
        movImm(3, 3),
        storeReg(8, ADDRESS, 0, GATHER),
        addImm(ADDRESS, -8),
        addImm(3, -1),
        jumpIfImm(Jump.JNE, 3, 0, -4),
      ];
    default:
      if (n % 2 !== 0)
        return [storeReg(8, 10, -8, ADDRESS), loadReg(8, 1, 10, -8), storeReg(8, 1, down, GATHER)];
      return [
        storeReg(8, 10, -8, ADDRESS),
        movReg(1, 10),
        addImm(1, -8),
        movReg(2, GATHER),
        callOf('chase'),
      ];
  }
}

/** `deeper`: the function that this one may call. */
function statement({ kind, n, m }: Choice, deeper: string | undefined): Lines {
  const width = widths[n % 4]!;
  const offset = (m % (16 / width)) * width;
  // Objects that are written are rare, and the last one is.
  const name = objects[n % 37 === 0 ? 5 : m % 5]!;
  const base = m % 3 === 0 ? GIVEN : ADDRESS;
  switch (kind) {
    case 0:
      return [ref(1, name), loadReg(width, 2, 1, offset), ...gather(2)];
    case 1:
      return [loadReg(width, 2, base, offset), ...gather(2)];
    case 2:
      return [loadSigned(([1, 2, 4] as const)[n % 3]!, 2, base, m & 12), ...gather(2)];
    case 3:
      return [
        movReg(2, GATHER),
        aluImm(Alu.AND, 2, 16 - width),
        ...(n & 8 ? [ref(1, name)] : [movReg(1, base)]),
        aluReg(Alu.ADD, 1, 2),
        loadReg(width, 2, 1, 0),
        ...gather(2),
      ];
    case 4:
      return [ref(ADDRESS, name)];
    case 5:
      return skipping(
        (slots) => jumpIfImm(Jump.JSET, GATHER, 1 << (n % 8), slots),
        [n & 8 ? movReg(ADDRESS, GIVEN) : ref(ADDRESS, name)],
      );
    case 6: {
      const slot = -8 * (1 + (m % 3));
      return [
        storeReg(8, 10, slot, base),
        loadReg(8, 1, 10, slot),
        loadReg(width, 2, 1, offset),
        ...gather(2),
      ];
    }
    case 7:
      return [ref(1, name), movImm(2, 1 + (n % 16)), call(6), ...gather(0)];
    case 8:
      if (deeper === undefined) return [];
      return [
        ...(n & 1 ? [ref(1, name)] : [movReg(1, base)]),
        movReg(2, GATHER),
        callOf(deeper),
        ...gather(0),
      ];
    case 9:
      return [
        movImm(3, 3),
        movReg(1, base),
        loadReg(width, 2, 1, offset),
        ...gather(2),
        addImm(3, -1),
        jumpIfImm(Jump.JNE, 3, 0, -5),
      ];
    case 10:
      return skipping((slots) => jumpIfReg(Jump.JEQ, ADDRESS, GIVEN, slots), [addImm(GATHER, 5)]);
    case 11:
      return skipping((slots) => jumpIfImm(Jump.JEQ, base, 0, slots), [addImm(GATHER, 7)]);
    case 12: {
      const wide = n & 4 ? 4 : width;
      return n % 9 === 0
        ? [ref(1, 'variable'), storeReg(wide, 1, 0, GATHER)]
        : [storeReg(8, 10, -32, GATHER), loadReg(wide, 2, 10, -32), ...gather(2)];
    }
    case 13:
      return n % 11 === 0
        ? [movReg(2, base), ...gather(2)]
        : [movReg(1, base), addImm(1, 8), loadReg(8, 2, 1, -8), ...gather(2)];
    default:
      return [
        ...frameStatement({ kind: kind - 14, n, m }),
        // What may have been overwritten.
        movReg(2, GATHER),
        aluImm(Alu.AND, 2, 8),
        ref(1, 'table'),
        aluReg(Alu.ADD, 1, 2),
        loadReg(8, 2, 1, 0),
        ...gather(2),
      ];
  }
}

function body(choices: readonly Choice[], deeper: string | undefined): Lines {
  return choices.flatMap((choice) => statement(choice, deeper));
}

const some = (maxLength: number): fc.Arbitrary<Choice[]> =>
  fc.array(fc.record({ kind: fc.nat(17), n: fc.nat(1000), m: fc.nat(1000) }), { maxLength });

const bytes = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)), {
    minLength: length,
    maxLength: length,
  });

const sources = fc.record({
  order: fc.constantFrom('little' as const, 'big' as const),
  main: some(10),
  first: some(6),
  second: some(6),
  fill: some(5),
  fill2: some(4),
  table: bytes(16),
  wide: bytes(24),
  text: bytes(19),
  settled: bytes(16),
});

type Source = typeof sources extends fc.Arbitrary<infer T> ? T : never;

function build(source: Source): Uint8Array {
  const subprogram = (choices: readonly Choice[], deeper: string | undefined): Lines => [
    movReg(GIVEN, 1),
    movReg(ADDRESS, 1),
    movReg(GATHER, 2),
    ...body(choices, deeper),
    movReg(0, GATHER),
    exit(),
  ];
  const filling = (choices: readonly Choice[], deeper: string | undefined): Lines => [
    movReg(ADDRESS, 1),
    movReg(GATHER, 2),
    ...choices.flatMap((choice) => fillStatement(choice, deeper)),
    movReg(0, GATHER),
    exit(),
  ];
  const chase = [loadReg(8, 3, 1, 0), storeReg(8, 3, -16, 2), movImm(0, 0), exit()];
  const main: Lines = [
    movReg(CONTEXT, 1),
    loadReg(4, GATHER, CONTEXT, 0),
    ref(ADDRESS, 'table'),
    ref(GIVEN, 'wide'),
    ...body(source.main, 'first'),
    movReg(0, GATHER),
    exit(),
  ];
  const { table, wide, text, settled } = source;
  const made = program(
    {
      classifier: [{ name: 'main', binding: 'global', lines: main }],
      '.text': [
        { name: 'first', lines: subprogram(source.first, 'second') },
        { name: 'second', lines: subprogram(source.second, undefined) },
        { name: 'fill', lines: filling(source.fill, 'fill2') },
        { name: 'fill2', lines: filling(source.fill2, undefined) },
        { name: 'chase', lines: chase },
      ],
    },
    {
      '.rodata': [
        { name: 'table', bytes: table },
        { name: 'wide', bytes: wide },
        { name: 'text', bytes: text },
      ],
      '.data': [
        { name: 'settled', bytes: settled },
        { name: 'zeros', bytes: new Array<number>(16).fill(0) },
        { name: 'variable', bytes: settled },
      ],
    },
    source.order,
  );
  return object(made);
}

test('lowered programs do what the originals do', () => {
  let lowered = 0;
  let ended = 0;
  fc.assert(
    fc.property(sources, fc.nat(), (source, seed) => {
      const count = compareRuns([{ path: 'a.o', bytes: build(source) }], seed, 3);
      if (count === undefined) return;
      lowered++;
      ended += count;
    }),
    { numRuns: 300 },
  );
  expect(lowered).toBeGreaterThan(100);
  expect(ended).toBeGreaterThan(200);
});

/** Any instructions at all over two objects of 100 bytes, with a subprogram that reads the second. */
function wild({ code, references }: Program, order: 'little' | 'big', section: string): Uint8Array {
  const lines: Line[] = [];
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const instruction = code.at(slot);
    const reference = references.get(slot);
    if (reference !== undefined) {
      lines.push(ref(instruction.dst, `object${reference.target}`, reference.offset));
    } else if (instruction.opcode === Opcode.CALL && instruction.src === CallKind.FUNCTION) {
      lines.push(callOf('sub'));
    } else lines.push({ instruction });
  }
  const content = (factor: number) => Array.from({ length: 100 }, (_, i) => (i * factor) & 0xff);
  const made = program(
    {
      classifier: [{ name: 'main', binding: 'global', lines }],
      '.text': [{ name: 'sub', lines: [ref(3, 'object2'), loadReg(1, 0, 3, 5), exit()] }],
    },
    {
      [section]: [
        { name: 'object1', bytes: content(7) },
        { name: 'object2', bytes: content(29) },
      ],
    },
    order,
  );
  return object(made);
}

test('so does code without sense, where it is not refused', () => {
  let ended = 0;
  const order = fc.constantFrom('little' as const, 'big' as const);
  const section = fc.constantFrom('.rodata', '.data');
  fc.assert(
    fc.property(programs(), order, section, (code, ...where) => {
      ended += compareRuns([{ path: 'a.o', bytes: wild(code, ...where) }], 1, 1) ?? 0;
    }),
    { numRuns: 300 },
  );
  expect(ended).toBeGreaterThan(10);
});

test('an index that is doubled by an addition is shifted where the stack wants alignment', () => {
  const lines = [
    loadReg(4, 2, 1, 0),
    aluImm(Alu.AND, 2, 7),
    aluReg(Alu.ADD, 2, 2),
    ref(1, 'table'),
    aluReg(Alu.ADD, 1, 2),
    loadReg(2, 0, 1, 0),
    exit(),
  ];
  const a = program(
    { classifier: [{ name: 'main', binding: 'global', lines }] },
    { '.rodata': [{ name: 'table', bytes: Array.from({ length: 16 }, (_, i) => i * 5) }] },
  );
  const output = linked({ 'a.o': a }, shippedScript('tc.ld').text);
  const { code } = Code.decode(output.section('classifier').bytes, 'little', {
    file: 'output',
    section: 'classifier',
  });
  const shift = aluImm(Alu.LSH, 2, 1).opcode;
  expect([...code!.opcode].filter((opcode) => opcode === shift)).toHaveLength(1);
  expect(compareRuns([{ path: 'a.o', bytes: object(a) }], 3, 20)).toBe(20);
});
