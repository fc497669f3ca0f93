import { expect, test } from 'vitest';
import {
  addImm,
  callFunction,
  exit,
  jump,
  jumpIfNull,
  jumpLong,
  loadImm64,
  movImm,
  movReg,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { disassembleAll } from '../../src/bpf/disassemble.ts';
import { CodeEdits } from '../../src/bpf/edit.ts';
import { describeEditProblem } from '../../src/bpf/problems.ts';

const code = (...instructions: Instruction[]) => Code.from(instructions);
const lines = (edited: Code) => disassembleAll(edited).map(({ text }) => text);
const mark = movImm(9, 7);
const place = { file: 'a.o', section: 'tc' };

test('without edits the code and the offsets stay', () => {
  const original = code(movImm(0, 0), exit());
  const edited = new CodeEdits(original).commit();
  expect(edited.code).toBe(original);
  expect(edited.map.isIdentity).toBe(true);
  expect(edited.map.toNew(1)).toBe(1);
});

test('a loop to the entry skips a prologue', () => {
  const edits = new CodeEdits(code(addImm(1, -1), jumpIfNull(1, 1), jump(-3), exit()));
  edits.insertBefore(0, [mark], { branches: 'after' });
  expect(lines(edits.commit().code)).toEqual([
    'r9 = 7',
    'r1 += -1',
    'if r1 == 0 goto +1',
    'goto -3',
    'exit',
  ]);
});

test('a loop to the entry runs what is inserted with branches before', () => {
  const edits = new CodeEdits(code(addImm(1, -1), jump(-2)));
  edits.insertBefore(0, [mark], { branches: 'before' });
  expect(lines(edits.commit().code)).toEqual(['r9 = 7', 'r1 += -1', 'goto -3']);
});

test('both kinds at one place', () => {
  const edits = new CodeEdits(code(movImm(0, 0), jump(-2)));
  edits.insertBefore(0, [movImm(1, 1)], { branches: 'before' });
  edits.insertBefore(0, [movImm(2, 2)], { branches: 'after' });
  const { code: edited, map } = edits.commit();
  expect(lines(edited)).toEqual(['r2 = 2', 'r1 = 1', 'r0 = 0', 'goto -3']);
  expect([map.startOf(0), map.branchTarget(0), map.toNew(0)]).toEqual([0, 1, 2]);
});

test('a forward branch grows by what is inserted between', () => {
  const edits = new CodeEdits(code(jump(1), movImm(0, 0), exit()));
  edits.insertBefore(1, [loadImm64(1, 1n)], { branches: 'after' });
  expect(lines(edits.commit().code)[0]).toBe('goto +3');
});

test('gotol is retargeted in imm', () => {
  const edits = new CodeEdits(code(jumpLong(1), movImm(0, 0), exit()));
  edits.insertBefore(1, [mark], { branches: 'after' });
  expect(lines(edits.commit().code)[0]).toBe('gotol +2');
});

test('may_goto is retargeted', () => {
  const edits = new CodeEdits(code({ ...jump(1), opcode: 0xe5 }, movImm(0, 0), exit()));
  edits.delete(1, 1);
  expect(lines(edits.commit().code)).toEqual(['may_goto +0', 'exit']);
});

test('calls move only where they are said to be local', () => {
  const body = code(callFunction(1), exit(), callFunction(0), exit());
  const edits = new CodeEdits(body, { isLocalCall: (slot) => slot === 0 });
  edits.insertBefore(1, [mark], { branches: 'before' });
  edits.insertBefore(3, [mark], { branches: 'before' });
  const result = lines(edits.commit().code);
  expect(result[0]).toBe('call pc+2');
  expect(result[3]).toBe('call pc+0');
});

test('a branch to a deleted instruction lands on what follows', () => {
  const edits = new CodeEdits(code(jump(1), movImm(0, 1), loadImm64(0, 2n), exit()));
  edits.delete(2, 2);
  const { code: edited, map } = edits.commit();
  expect(lines(edited)).toEqual(['goto +1', 'r0 = 1', 'exit']);
  expect([map.isDeleted(1), map.isDeleted(2), map.isDeleted(3), map.isDeleted(4)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([map.toNew(2), map.toNew(4), map.toNew(5), map.newLength]).toEqual([2, 2, 3, 3]);
});

test('a replacement of the same size keeps every slot', () => {
  const edits = new CodeEdits(code(jump(1), movImm(0, 1), movImm(0, 2), exit()));
  edits.replace(1, 2, [addImm(0, 1), addImm(0, 2)]);
  const { code: edited, map, problems } = edits.commit();
  expect(lines(edited)).toEqual(['goto +1', 'r0 += 1', 'r0 += 2', 'exit']);
  expect(map.toNew(2)).toBe(2);
  expect(problems).toEqual([]);
});

test('a ld_imm64 replaced in place by two instructions', () => {
  const edits = new CodeEdits(code(loadImm64(1, 0n), jump(-3)));
  edits.replace(0, 2, [movReg(1, 10), addImm(1, -8)]);
  expect(lines(edits.commit().code)).toEqual(['r1 = r10', 'r1 += -8', 'goto -3']);
});

test('CODE-009: a branch into a sequence of another size', () => {
  const edits = new CodeEdits(code(jump(1), movImm(0, 1), movImm(0, 2), exit()));
  edits.replace(1, 2, [movImm(0, 3)]);
  const { problems } = edits.commit();
  expect(problems).toEqual([{ kind: 'branch-into-replaced', slot: 0, target: 2 }]);
  expect(describeEditProblem(problems[0]!, place).code).toBe('CODE-009');
});

test('an inserted branch to an old slot', () => {
  const edits = new CodeEdits(code(movImm(0, 0), exit()));
  edits.insertBefore(0, [{ ...jumpIfNull(1, 0), target: 1 }, mark], { branches: 'after' });
  expect(lines(edits.commit().code)[0]).toBe('if r1 == 0 goto +2');
});

test('insertion at the end', () => {
  const edits = new CodeEdits(code(exit()));
  edits.insertBefore(1, [mark], { branches: 'before' });
  expect(lines(edits.commit().code)).toEqual(['exit', 'r9 = 7']);
});

function longBranch(branch: Instruction, allowLongJumps: boolean) {
  const filler = Array.from({ length: 32_767 }, () => movImm(0, 0));
  const edits = new CodeEdits(code(branch, ...filler, exit()), { allowLongJumps });
  edits.insertBefore(5, [mark], { branches: 'after' });
  return edits.commit();
}

test('CODE-008: a conditional branch that becomes too long', () => {
  const { problems } = longBranch(jumpIfNull(1, 32_767), true);
  expect(problems).toEqual([{ kind: 'branch-too-far', slot: 0, distance: 32_768 }]);
  expect(describeEditProblem(problems[0]!, place)).toMatchObject({
    code: 'CODE-008',
    message: expect.stringContaining('32768 instructions'),
  });
});

test('a ja that becomes too long turns into gotol only where that is allowed', () => {
  expect(longBranch(jump(32_767), false).problems).toHaveLength(1);
  const { code: edited, problems } = longBranch(jump(32_767), true);
  expect(problems).toEqual([]);
  expect(disassembleAll(edited)[0]!.text).toBe('gotol +32768');
});

test('a branch that led nowhere is reported', () => {
  const edits = new CodeEdits(code(jump(7), exit()));
  edits.insertBefore(1, [mark], { branches: 'after' });
  const { problems } = edits.commit();
  expect(problems).toEqual([{ kind: 'branch-outside', slot: 0, target: 8 }]);
  expect(describeEditProblem(problems[0]!, place).code).toBe('CODE-002');
});

test.each<[string, (edits: CodeEdits) => void]>([
  ['two replacements', (edits) => edits.replace(1, 2, [])],
  ['a deletion in a replacement', (edits) => edits.delete(0, 1)],
  ['an insertion inside', (edits) => edits.insertBefore(1, [mark], { branches: 'after' })],
  ['half a ld_imm64', (edits) => edits.delete(2, 1)],
  ['the second half', (edits) => edits.insertBefore(3, [mark], { branches: 'after' })],
  ['past the end', (edits) => edits.delete(4, 2)],
])('%s is a fault of ours', (_, edit) => {
  const edits = new CodeEdits(code(movImm(0, 0), movImm(1, 1), loadImm64(2, 2n), exit()));
  edits.replace(0, 2, [mark]);
  expect(() => edit(edits)).toThrow('CodeEdits');
});

test('a replacement over an earlier insertion is a fault of ours', () => {
  const edits = new CodeEdits(code(movImm(0, 0), movImm(1, 1), exit()));
  edits.insertBefore(1, [mark], { branches: 'after' });
  expect(() => edits.delete(0, 2)).toThrow('overlap');
  expect(() => edits.delete(1, 1)).not.toThrow();
});

test('a second commit gives the same', () => {
  const edits = new CodeEdits(code(jump(0), exit()));
  edits.insertBefore(1, [mark], { branches: 'before' });
  expect(edits.commit().code).toEqual(edits.commit().code);
});
