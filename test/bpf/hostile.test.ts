/** Whatever the bytes, analysis and printing come to an end and throw nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addImm, exit, jumpIfNull, jumpIfReg, loadImm64 } from '../../src/bpf/build.ts';
import { Code } from '../../src/bpf/code.ts';
import { findAddressUses } from '../../src/bpf/dataflow/address-uses.ts';
import { Dataflow } from '../../src/bpf/dataflow/analysis.ts';
import { disassembleAll } from '../../src/bpf/disassemble.ts';
import { CodeEdits } from '../../src/bpf/edit.ts';
import { FlowGraph } from '../../src/bpf/flow.ts';
import { Liveness } from '../../src/bpf/liveness.ts';
import { isKnownOpcode, Jump } from '../../src/bpf/opcode.ts';
import { describeFlowProblem } from '../../src/bpf/problems.ts';
import { stackUse } from '../../src/bpf/stack-depth.ts';
import { summarizeFunction } from '../../src/bpf/summary.ts';
import { programs } from './programs.ts';

const opcodes = Array.from({ length: 256 }, (_, opcode) => opcode);

/** Eight bytes with a fair chance of being an instruction with a near target. */
const slot = fc
  .tuple(
    fc.oneof(fc.constantFrom(...opcodes.filter(isKnownOpcode)), fc.nat(255), fc.constant(0)),
    fc.nat(255),
    fc.oneof(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -32768, max: 32767 })),
    fc.oneof(fc.integer({ min: -8, max: 256 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  )
  .map(([opcode, registers, offset, imm]) => ({
    opcode,
    dst: registers & 15,
    src: registers >> 4,
    offset,
    imm,
  }));

function everything(code: Code): void {
  const flow = new FlowGraph(code);
  const reference = (at: number) => (at % 3 ? { target: 1 + (at % 4), offset: at } : undefined);
  const analysis = new Dataflow(code, { flow, reference });
  findAddressUses(analysis);
  stackUse(analysis);
  summarizeFunction(code, { reference });
  const liveness = new Liveness(code, { flow });
  for (let at = 0; at < code.length; at++) liveness.liveAfter(at);
  for (const problem of flow.problems) {
    describeFlowProblem(problem, { file: 'a.o', section: 'tc' });
  }
  disassembleAll(code, { helperNames: true });
  const edits = new CodeEdits(code, { isLocalCall: () => true });
  edits.insertBefore(0, [addImm(1, 0)], { branches: 'after' });
  edits.commit();
}

test('any slots', () => {
  fc.assert(
    fc.property(fc.array(slot, { minLength: 1, maxLength: 60 }), (instructions) => {
      const code = Code.blank(instructions.length);
      instructions.forEach((instruction, at) => {
        code.opcode[at] = instruction.opcode;
        code.dst[at] = instruction.dst;
        code.src[at] = instruction.src;
        code.offset[at] = instruction.offset;
        code.imm[at] = instruction.imm;
      });
      everything(code);
      expect(disassembleAll(code).length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 400 }), (bytes) => {
      const whole = bytes.subarray(0, bytes.length & ~7);
      const { code } = Code.decode(whole, 'little', { file: 'a.o', section: 'tc' });
      expect(() => everything(code!)).not.toThrow();
    }),
  );
});

test('programs for the machine have no problems', () => {
  fc.assert(
    fc.property(programs(), ({ code }) => {
      expect(new FlowGraph(code).problems).toEqual([]);
    }),
  );
});

test('a loop through which a new target comes at each turn ends', () => {
  // Each block moves one register on to the next, so facts travel slowly around the loop.
  const count = 120;
  const body = Array.from({ length: count }, (_, i) => [
    jumpIfNull(9, 3),
    loadImm64(i % 9, BigInt(i + 1)),
    jumpIfReg(Jump.JEQ, i % 9, (i + 1) % 9, 0),
    { opcode: 0x0f, dst: (i + 1) % 9, src: i % 9, offset: 0, imm: 0 },
  ]).flat();
  const code = Code.from([...body, jumpIfNull(8, -(5 * count + 1)), exit()]);
  const reference = (at: number) => ({ target: Number(code.imm64(at)), offset: 0 });
  const uses = findAddressUses(new Dataflow(code, { reference }));
  expect(uses.length).toBeGreaterThan(count);
});
