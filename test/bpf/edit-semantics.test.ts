/** Edits that change nothing in effect must not change what a program does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addImm, aluImm, jump, jumpIfReg, loadImm64, movReg, nop } from '../../src/bpf/build.ts';
import type { Instruction } from '../../src/bpf/code.ts';
import { CodeEdits } from '../../src/bpf/edit.ts';
import { branchTarget } from '../../src/bpf/flow.ts';
import { Alu, isBranch, Jump } from '../../src/bpf/opcode.ts';
import { Machine } from './machine.ts';
import { BASES, type Program, programs } from './programs.ts';

/** Sequences without effect; one has a branch of its own. */
const idle: readonly (readonly Instruction[])[] = [
  [nop()],
  [addImm(1, 0), aluImm(Alu.OR, 6, 0)],
  [movReg(7, 7)],
  [jump(2), loadImm64(0, 99n)],
  [jumpIfReg(Jump.JEQ, 3, 3, 1), addImm(3, 5)],
];

interface Edit {
  readonly at: number;
  readonly kind: 'before' | 'after' | 'replace' | 'widen';
  readonly what: number;
}

const edits = fc.array(
  fc.record<Edit>({
    at: fc.nat(200),
    kind: fc.constantFrom('before', 'after', 'replace', 'widen'),
    what: fc.nat(idle.length - 1),
  }),
  { minLength: 1, maxLength: 12 },
);

function starts(program: Program): number[] {
  const found: number[] = [];
  for (let slot = 0; slot < program.code.length; slot = program.code.next(slot)) found.push(slot);
  return found;
}

/** Records the edits on random instructions; an instruction is replaced at most once. */
function record(program: Program, list: readonly Edit[]): CodeEdits {
  const { code } = program;
  const recorded = new CodeEdits(code);
  const slots = starts(program);
  const replaced = new Set<number>();
  for (const { at, kind, what } of list) {
    const slot = slots[at % slots.length]!;
    const extra = idle[what]!;
    if (kind === 'before' || kind === 'after') {
      recorded.insertBefore(slot, extra, { branches: kind });
      continue;
    }
    if (replaced.has(slot)) continue;
    replaced.add(slot);
    const same = code.at(slot);
    const kept = isBranch(same.opcode) ? { ...same, target: branchTarget(code, slot) } : same;
    recorded.replace(slot, code.next(slot) - slot, kind === 'widen' ? [...extra, kept] : [kept]);
  }
  return recorded;
}

function relocate(program: Program, recorded: CodeEdits, list: readonly Edit[]): Program {
  const { code, map, problems } = recorded.commit();
  expect(problems).toEqual([]);
  const slots = starts(program);
  const references: Program['references'] = new Map();
  for (const [slot, reference] of program.references) {
    // In a widened replacement the instruction itself is the last one.
    const widened = list.find(
      ({ at, kind }) => slots[at % slots.length] === slot && kind !== 'before' && kind !== 'after',
    );
    let to = map.toNew(slot);
    if (widened?.kind === 'widen') to += idle[widened.what]!.length;
    if (widened?.kind === 'widen' && widened.what === 3) to += 1;
    references.set(to, reference);
  }
  return { code, references };
}

/** Calls are shown without their place, because what they do depends on it; so they are left out. */
function withoutCalls(program: Program): boolean {
  return !program.code.opcode.includes(0x85);
}

test('random edits keep what a program does', () => {
  fc.assert(
    fc.property(programs().filter(withoutCalls), edits, (program, list) => {
      const edited = relocate(program, record(program, list), list);
      const setup = { order: 'little' as const, bases: BASES };
      const original = new Machine(program.code, { ...setup, references: program.references });
      const changed = new Machine(edited.code, { ...setup, references: edited.references });
      original.run(150);
      changed.run(5000);
      if (original.status === 'running') {
        expect(changed.events.slice(0, original.events.length)).toEqual(original.events);
      } else {
        expect(changed.events).toEqual(original.events);
        expect(changed.frame).toEqual(original.frame);
      }
    }),
  );
});

test('random deletions of instructions without effect keep what a program does', () => {
  fc.assert(
    fc.property(programs().filter(withoutCalls), edits, (program, list) => {
      const padded = relocate(program, record(program, list), list);
      const { code } = padded;
      const removal = new CodeEdits(code);
      const marked: number[] = [];
      for (let slot = 0; slot < code.length; slot = code.next(slot)) {
        const { opcode, dst, src, offset, imm } = code.at(slot);
        const moveToSelf = opcode === 0xbf && offset === 0 && dst === src;
        const addZero = opcode === 0x07 && imm === 0;
        if (moveToSelf || addZero || (opcode === 0x05 && offset === 0)) marked.push(slot);
      }
      for (const slot of marked) removal.delete(slot, 1);
      const { code: shorter, map, problems } = removal.commit();
      expect(problems).toEqual([]);
      expect(shorter.length).toBe(code.length - marked.length);
      const references = new Map([...padded.references].map(([slot, r]) => [map.toNew(slot), r]));
      const setup = { order: 'little' as const, bases: BASES };
      const original = new Machine(code, { ...setup, references: padded.references });
      const changed = new Machine(shorter, { ...setup, references });
      original.run(300);
      changed.run(300);
      const shown = Math.min(original.events.length, changed.events.length);
      expect(changed.events.slice(0, shown)).toEqual(original.events.slice(0, shown));
      if (original.status !== 'running') expect(changed.status).toBe(original.status);
    }),
  );
});
