import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addImm,
  atomic,
  call,
  callFunction,
  exit,
  jumpIfNull,
  loadReg,
  movImm,
  movReg,
  storeReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { Liveness } from '../../src/bpf/liveness.ts';
import { Atomic } from '../../src/bpf/opcode.ts';
import { registersWritten } from '../../src/bpf/registers.ts';
import { Machine, scramble } from './machine.ts';
import { BASES, programs } from './programs.ts';
import { quiet } from './summaries.ts';

const live = (...instructions: Instruction[]) => new Liveness(Code.from(instructions));

function registers(mask: number): number[] {
  return Array.from({ length: 11 }, (_, register) => register).filter((r) => mask & (1 << r));
}

test('an exit needs r0', () => {
  const liveness = live(movImm(0, 1), movImm(3, 1), exit());
  expect(registers(liveness.liveAfter(0))).toEqual([0]);
  expect(registers(liveness.liveBefore(0))).toEqual([]);
  expect(registers(liveness.liveAfter(2))).toEqual([]);
});

test('a helper needs as many arguments as it takes', () => {
  expect(registers(live(call(1), exit()).liveBefore(0))).toEqual([1, 2]);
  expect(registers(live(call(9999), exit()).liveBefore(0))).toEqual([1, 2, 3, 4, 5]);
});

test('a function needs what its summary says', () => {
  const code = Code.from([callFunction(3), exit()]);
  const summary = { ...quiet, reads: 0b100 };
  const call = () => ({ kind: 'function', id: 1, summary }) as const;
  expect(registers(new Liveness(code, { call }).liveBefore(0))).toEqual([2]);
  expect(registers(new Liveness(code).liveBefore(0))).toEqual([1, 2, 3, 4, 5]);
});

test('registers stay live over branches that need them', () => {
  const liveness = live(jumpIfNull(1, 1), movReg(7, 6), movReg(0, 7), exit());
  expect(registers(liveness.liveBefore(0))).toEqual([1, 6, 7]);
  expect(registers(liveness.liveAfter(0))).toEqual([6, 7]);
  expect(registers(liveness.liveAfter(1))).toEqual([7]);
});

test.each<[string, Instruction, number[]]>([
  ['a load', loadReg(4, 1, 2, 0), [0, 2]],
  ['a store', storeReg(4, 1, 0, 2), [0, 1, 2]],
  ['a fetch', atomic(Atomic.ADD | Atomic.FETCH, 8, 1, 0, 2), [0, 1, 2]],
  ['cmpxchg', atomic(Atomic.CMPXCHG, 8, 1, 0, 2), [0, 1, 2]],
  ['load-acquire', atomic(Atomic.LOAD_ACQ, 8, 1, 0, 2), [0, 2]],
  ['store-release', atomic(Atomic.STORE_REL, 8, 1, 0, 2), [0, 1, 2]],
  ['a packet load', { opcode: 0x48, dst: 0, src: 3, offset: 0, imm: 0 }, [3, 6]],
  ['an indirect call', { opcode: 0x8d, dst: 7, src: 0, offset: 0, imm: 0 }, [1, 2, 3, 4, 5, 7]],
])('%s', (_, instruction, expected) => {
  expect(registers(live(instruction, exit()).liveBefore(0))).toEqual(expected);
});

test.each<[string, number, number[]]>([
  ['add', Atomic.ADD, []],
  ['fetch', Atomic.ADD | Atomic.FETCH, [2]],
  ['exchange', Atomic.XCHG, [2]],
  ['compare and exchange', Atomic.CMPXCHG, [0]],
  ['load-acquire', Atomic.LOAD_ACQ, [1]],
  ['store-release', Atomic.STORE_REL, []],
])('what an atomic writes: %s', (_, operation, expected) => {
  const code = Code.from([atomic(operation, 8, 1, 0, 2)]);
  expect(registers(registersWritten(code, 0))).toEqual(expected);
});

test('everything is live where control goes somewhere unknown', () => {
  expect(live({ ...exit(), opcode: 0x0d }).liveAfter(0)).toBe(0x7ff);
});

test('what is not live may be overwritten', () => {
  fc.assert(
    fc.property(programs(), fc.nat(), ({ code, references }, seed) => {
      const liveness = new Liveness(code);
      const setup = { order: 'little', bases: BASES, references } as const;
      const original = new Machine(code, setup);
      const spoiled = new Machine(code, setup);
      for (let step = 0; step < 100 && original.status === 'running'; step++) {
        original.step();
        const mask = liveness.liveAfter(spoiled.pc);
        const before = liveness.liveBefore(spoiled.pc);
        for (let register = 0; register < 10; register++) {
          if ((before & (1 << register)) === 0) spoiled.registers[register] = scramble(seed + step);
        }
        spoiled.step();
        for (let register = 0; register < 10; register++) {
          const isLive = (mask & (1 << register)) !== 0 && spoiled.status === 'running';
          if (isLive) expect(spoiled.registers[register]).toBe(original.registers[register]);
        }
        expect(spoiled.pc).toBe(original.pc);
      }
      expect(spoiled.events).toEqual(original.events);
      expect(spoiled.frame).toEqual(original.frame);
    }),
  );
});

test('what only feeds what is not needed is not needed, round a loop even', () => {
  const code = Code.from([
    movReg(6, 1),
    movReg(7, 6),
    addImm(7, 4),
    jumpIfNull(2, -2),
    movImm(0, 0),
    exit(),
  ]);
  const all = new Liveness(code);
  const needed = new Liveness(code, { faint: (slot) => slot < 3 });
  expect(registers(all.liveBefore(0))).toEqual([1, 2]);
  expect(registers(needed.liveBefore(0))).toEqual([2]);
  expect(registers(needed.liveAfter(2))).toEqual([2]);
});
