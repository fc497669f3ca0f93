/**
 * What the analysis claims must hold when programs run. That a value comes from no target is checked by
 * moving the target: the value must stay what it was.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Dataflow } from '../../src/bpf/dataflow/analysis.ts';
import { hasTarget } from '../../src/bpf/dataflow/targets.ts';
import type { Value } from '../../src/bpf/dataflow/value.ts';
import { Machine } from './machine.ts';
import { BASES, moved, type Program, programs, straightPrograms, TARGETS } from './programs.ts';

const SLOTS = [-8, -16, -24, -32, -40, -48, -56, -64, -72, -80];

type Order = 'little' | 'big';

function states(program: Program, order: Order): Map<number, Value[]> {
  const analysis = new Dataflow(program.code, {
    order,
    reference: (slot) => program.references.get(slot),
  });
  const found = new Map<number, Value[]>();
  analysis.visit((slot, state) => {
    const registers = Array.from({ length: 11 }, (_, register) => state.register(register));
    found.set(slot, [...registers, ...SLOTS.map((offset) => state.slot(offset))]);
  });
  return found;
}

function concrete(machine: Machine): bigint[] {
  return [...machine.registers, ...SLOTS.map((offset) => machine.frameSlot(offset))];
}

const delta = 1n << 45n;

/** Whether a claim is true of a value and of what it is after `target` was moved. */
function holds(claim: Value, here: bigint, there: bigint, target: number): boolean {
  const difference = BigInt.asUintN(64, there - here);
  if (claim.kind === 'constant' && here !== claim.value) return false;
  if (claim.kind !== 'constant' && here >= 1n << BigInt(claim.bits)) return false;
  if (claim.kind !== 'address' || !hasTarget(claim.targets, target)) return difference === 0n;
  if (!claim.pure || claim.targets.ids.length > 1) return true;
  if (difference !== delta) return false;
  if (claim.lowest !== Number.NEGATIVE_INFINITY) {
    const from = BigInt.asIntN(64, here - BASES.get(target)!);
    if (from < BigInt(claim.lowest)) return false;
  }
  if (claim.offset === undefined) return true;
  return here === BigInt.asUintN(64, BASES.get(target)! + BigInt(claim.offset));
}

/** Gives the number of steps at which the claims were compared. */
function checkProgram(program: Program, order: Order): number {
  let checked = 0;
  const claims = states(program, order);
  for (const target of TARGETS) {
    const setup = { order, references: program.references };
    const here = new Machine(program.code, { ...setup, bases: BASES });
    const there = new Machine(program.code, { ...setup, bases: moved(target) });
    for (let step = 0; step < 150; step++) {
      const bothRun = here.status === 'running' && there.status === 'running';
      // Comparisons and indices may depend on where the target is; from there on they are two programs.
      if (!bothRun || here.pc !== there.pc || here.access !== there.access) break;
      const claimed = claims.get(here.pc) ?? [];
      const a = concrete(here);
      const b = concrete(there);
      const wrong = claimed.findIndex((claim, i) => !holds(claim, a[i]!, b[i]!, target));
      if (claimed.length === 0 || wrong >= 0) {
        expect.fail(`at slot ${here.pc}: claim ${wrong} is wrong when target ${target} moves`);
      }
      checked++;
      here.step();
      there.step();
    }
  }
  return checked;
}

test.each(['little', 'big'] as const)('straight-line code, %s-endian', (order) => {
  fc.assert(fc.property(straightPrograms(), (program) => checkProgram(program, order) > 0));
});

test.each(['little', 'big'] as const)('code with branches, %s-endian', (order) => {
  fc.assert(
    fc.property(programs(), (program) => checkProgram(program, order) > 0),
    { numRuns: 200 },
  );
});
