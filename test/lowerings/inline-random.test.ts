/** Random chains of calls do the same inlined, or are refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addImm,
  aluImm,
  aluReg,
  call,
  exit,
  jump,
  jumpIfImm,
  jumpIfReg,
  loadReg,
  movImm,
  movReg,
  storeImm,
  storeReg,
} from '../../src/bpf/build.ts';
import { type Instruction, slotCount } from '../../src/bpf/code.ts';
import { Alu, Jump } from '../../src/bpf/opcode.ts';
import { object } from '../support/object.ts';
import { callOf, frame, type Line, program } from './support/assemble.ts';
import { compareRuns } from './support/compare.ts';

type Lines = readonly (Instruction | Line)[];

interface Choice {
  readonly kind: number;
  readonly n: number;
  readonly m: number;
}

/** Each function of the chain may call those behind it. */
const names = ['f0', 'f1', 'f2', 'f3', 'f4'];

/** Where all but the first function keep what they were given, and the depth of the slots that each has. */
const GIVEN = -8;
const SLOTS = 4;

function size(lines: Lines): number {
  return lines.reduce(
    (sum, line) => sum + slotCount('instruction' in line ? line.instruction : line),
    0,
  );
}

const kept = (n: number): number => 6 + (n % 4);
const slot = (n: number): number => -16 - 8 * (n % SLOTS);

/** r6 to r9 always have values, as do all slots of the frame. */
function statement({ kind, n, m }: Choice, callees: readonly string[]): Lines {
  const [a, b] = [kept(n), kept(m)];
  switch (kind) {
    case 0:
      return [aluImm(Alu.MUL, a, 31), aluReg(Alu.ADD, a, b)];
    case 1:
      return [addImm(a, m)];
    case 2:
      return [storeReg(8, 10, slot(m), a)];
    case 3:
      return [loadReg(8, a, 10, slot(m))];
    case 4:
      // Through the address that was given: the caller's frame.
      return [loadReg(8, 1, 10, GIVEN), loadReg(8, 2, 1, -8 * (m % 2)), aluReg(Alu.ADD, a, 2)];
    case 5:
      return [loadReg(8, 1, 10, GIVEN), storeReg(8, 1, -8 * (m % 2), a)];
    case 6: {
      const then = [addImm(b, n), storeReg(8, 10, slot(n), b)];
      return [jumpIfReg(Jump.JGT, a, b, size(then)), ...then];
    }
    case 7: {
      const leave = [movReg(0, a), exit()];
      return [jumpIfImm(Jump.JSET, b, 1 << (n % 8), size(leave)), ...leave];
    }
    case 8:
      return [movReg(1, a), movReg(2, b), call(5), aluReg(Alu.XOR, a, 0)];
    case 9: {
      // A variable index, masked.
      const index = [movReg(3, a), aluImm(Alu.AND, 3, 8)];
      return [...index, ...frame(1, 24), aluReg(Alu.ADD, 1, 3), storeReg(8, 1, 0, b)];
    }
    case 10: {
      // How far down it gets is not known; in fact it is 8 bytes at most.
      if (n % 3 !== 0) return [movReg(a, 10), loadReg(8, a, a, slot(m))];
      const index = [movReg(3, b), aluImm(Alu.LSH, 3, 63), aluImm(Alu.ARSH, 3, 60)];
      const [callee] = callees;
      const between = callee === undefined ? [] : [...frame(1, 16), movReg(2, b), callOf(callee)];
      return [
        ...index,
        ...frame(a, 40),
        aluReg(Alu.ADD, a, 3),
        storeReg(8, a, 0, b),
        ...between,
        loadReg(8, a, a, 0),
      ];
    }
    case 11: {
      const body = [addImm(a, 7), storeReg(8, 10, slot(n), a)];
      return [
        storeImm(8, 10, slot(m), 3),
        loadReg(8, 2, 10, slot(m)),
        ...body,
        addImm(2, -1),
        jumpIfImm(Jump.JNE, 2, 0, -size(body) - 2),
      ];
    }
    default: {
      const callee = callees[n % Math.max(callees.length, 1)];
      if (callee === undefined) return [movReg(a, b)];
      const passed = [...frame(1, 16), movReg(2, b), callOf(callee)];
      const used = m % 5 === 0 ? [] : [aluReg(m % 2 ? Alu.XOR : Alu.ADD, a, 0)];
      const sometimes = m % 7 === 0 ? [jumpIfImm(Jump.JSET, a, 4, size(passed) + 1)] : [];
      return [...sometimes, ...passed, movReg(a, 0), ...used];
    }
  }
}

function body(choices: readonly Choice[], callees: readonly string[], loops: boolean): Lines {
  const start = [
    storeReg(8, 10, GIVEN, 1),
    ...[0, 1, 2, 3].map((n) => storeImm(8, 10, slot(n), n + 1)),
    movReg(6, 2),
    movImm(7, 1),
    movImm(8, 5),
    movReg(9, 2),
  ];
  const lines = choices.flatMap((choice) => statement(choice, callees));
  // Some do not end with their exit.
  const end = loops
    ? [jump(2), movReg(0, 7), exit(), movReg(0, 6), jump(-4)]
    : [movReg(0, 6), aluReg(Alu.ADD, 0, 8), exit()];
  return [...start, ...lines, ...end];
}

const some = (maxLength: number): fc.Arbitrary<Choice[]> =>
  fc.array(fc.record({ kind: fc.nat(16), n: fc.nat(1000), m: fc.nat(1000) }), { maxLength });

const sources = fc.record({
  order: fc.constantFrom('little' as const, 'big' as const),
  bodies: fc.tuple(some(8), some(8), some(6), some(6), some(5)),
  loops: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
});

test('inlined programs do what the originals do', () => {
  const text =
    'LOWER(calls: inline)\nSECTIONS { license : { *(license) } .text : { *(.text) } classifier : { *(classifier) } }\n';
  let inlined = 0;
  let ended = 0;
  fc.assert(
    fc.property(sources, fc.nat(), ({ order, bodies, loops }, seed) => {
      const subprograms = names.slice(1).map((name, i) => ({
        name,
        lines: body(bodies[i + 1]!, names.slice(i + 2), loops[i + 1]!),
      }));
      // The program gives itself 16 bytes that others write to.
      const main = [
        loadReg(4, 2, 1, 0),
        storeImm(8, 10, -56, 7),
        storeImm(8, 10, -64, 8),
        ...frame(1, 56),
        ...body(bodies[0]!, names.slice(1), loops[0]!),
      ];
      const made = program(
        {
          classifier: [{ name: 'f0', binding: 'global', lines: main }],
          '.text': subprograms,
        },
        {},
        order,
      );
      const input = { path: 'a.o', bytes: object(made) };
      const count = compareRuns([input], seed, 3, { name: 'inline.ld', text });
      if (count === undefined) return;
      inlined++;
      ended += count;
    }),
    { numRuns: 250 },
  );
  expect(inlined).toBeGreaterThan(150);
  expect(ended).toBeGreaterThan(300);
});
