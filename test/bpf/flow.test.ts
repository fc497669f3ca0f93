import { expect, test } from 'vitest';
import {
  call,
  exit,
  jump,
  jumpIfImm,
  jumpIfNull,
  jumpLong,
  loadImm64,
  movImm,
} from '../../src/bpf/build.ts';
import { Code, type Instruction } from '../../src/bpf/code.ts';
import { FlowGraph } from '../../src/bpf/flow.ts';
import { describeFlowProblem } from '../../src/bpf/problems.ts';

const graph = (...instructions: Instruction[]) => new FlowGraph(Code.from(instructions));
const codes = (flow: FlowGraph) =>
  flow.problems.map(
    (problem) => describeFlowProblem(problem, { file: 'a.o', section: 'tc', function: 'f' }).code,
  );

test('a diamond has four blocks', () => {
  const flow = graph(jumpIfNull(1, 2), movImm(0, 1), jump(1), movImm(0, 2), exit());
  const edges = [0, 1, 2, 3].map((block) => [...flow.successors(block)]);
  expect(edges).toEqual([[1, 2], [3], [3], []]);
  expect([...flow.predecessors(3)]).toEqual([1, 2]);
  expect([...flow.reversePostorder]).toEqual([0, 2, 1, 3]);
  expect(flow.problems).toEqual([]);
});

test('calls do not end a block', () => {
  expect(graph(call(1), movImm(0, 0), exit()).blockCount).toBe(1);
});

test('a branch to the next instruction is one edge', () => {
  expect([...graph(jumpIfNull(1, 0), exit()).successors(0)]).toEqual([1]);
});

test('gotol uses imm, backward too', () => {
  const flow = graph(jumpLong(1), exit(), jumpLong(-2));
  expect([...flow.successors(flow.blockOf(2))]).toEqual([flow.blockOf(1)]);
});

test('no code, no blocks', () => {
  expect(graph().blockCount).toBe(0);
});

test.each([
  ['forward', 5, 6],
  ['to the end', 1, 2],
  ['backward', -3, -2],
])('CODE-002: a branch outside, %s', (_, distance, target) => {
  const flow = graph(jumpIfImm(0x10, 1, 0, distance), exit());
  expect(flow.problems).toEqual([{ kind: 'branch-outside', slot: 0, target }]);
  expect(codes(flow)).toEqual(['CODE-002']);
});

test('CODE-003: a branch into a ld_imm64', () => {
  const flow = graph(jumpIfNull(1, 1), loadImm64(0, 1n), exit());
  expect(flow.problems).toEqual([{ kind: 'branch-into-wide', slot: 0, target: 2 }]);
  expect(codes(flow)).toEqual(['CODE-003']);
});

test('CODE-004: control falls off the end', () => {
  const flow = graph(movImm(0, 0), movImm(1, 0));
  expect(flow.problems).toEqual([{ kind: 'falls-off', slot: 1 }]);
  expect(codes(flow)).toEqual(['CODE-004']);
});

test('falling off the end does not matter where nothing gets there', () => {
  expect(graph(exit(), movImm(0, 0)).problems).toEqual([]);
});

test('CODE-005: half a ld_imm64', () => {
  const flow = new FlowGraph(Code.from([jump(1), loadImm64(0, 1n)]).slice(0, 2));
  expect(codes(flow)).toContain('CODE-005');
});

test('half a ld_imm64 before another instruction is a problem', () => {
  const code = Code.from([loadImm64(0, 1n), exit()]);
  code.put(1, movImm(0, 0));
  expect(new FlowGraph(code).problems).toEqual([{ kind: 'truncated-wide', slot: 0 }]);
});

test('CODE-006: an unknown opcode that is reached', () => {
  const flow = graph({ ...exit(), opcode: 0xff }, exit(), { ...exit(), opcode: 0xff });
  expect(flow.problems).toEqual([{ kind: 'unknown-opcode', slot: 0, opcode: 0xff }]);
  expect(codes(flow)).toEqual(['CODE-006']);
});

test('CODE-007: an indirect jump without a table', () => {
  const flow = graph({ ...jump(0), opcode: 0x0d }, exit());
  expect(codes(flow)).toEqual(['CODE-007']);
  expect(flow.hasUnknownSuccessor(0)).toBe(true);
});

test('an indirect jump with a table', () => {
  const code = Code.from([{ ...jump(0), opcode: 0x0d }, exit(), exit(), exit()]);
  const flow = new FlowGraph(code, { jumpTable: () => [1, 3, 1] });
  expect([...flow.successors(0)]).toEqual([1, 3]);
  expect([1, 2, 3].map((slot) => flow.isReachable(slot))).toEqual([true, false, true]);
  expect(flow.problems).toEqual([]);
});

test('problems are located in the section of the function', () => {
  const [problem] = graph(movImm(0, 0)).problems;
  const place = { file: 'a.o', section: 'tc', function: 'f', base: 0x40 };
  expect(describeFlowProblem(problem!, place)).toMatchObject({
    message: "control runs off the end of function 'f'",
    at: [{ section: 'tc', offset: 0x40, what: "function 'f'" }],
  });
});
