/** The BPF instruction set: decode, build, edit, analyse, print. Pure functions over bytes. */
export * from './build.ts';
export { type CallResolver, type CallTarget, type FunctionSummary, isCall } from './calls.ts';
export {
  Code,
  type CodeOrigin,
  type Decoded,
  type Instruction,
  slotCount,
  totalSlots,
} from './code.ts';
export { type AddressUse, findAddressUses } from './dataflow/address-uses.ts';
export {
  Dataflow,
  type DataflowOptions,
  type EntryRegisters,
  type InexactAddress,
  type Reference,
} from './dataflow/analysis.ts';
export { STACK_TARGET, type TargetSet } from './dataflow/targets.ts';
export {
  type Address,
  type Constant,
  UNKNOWN,
  type Unknown,
  type Value,
} from './dataflow/value.ts';
export type { DisassembleOptions } from './disassemble.ts';
export { type DisassembledLine, disassemble, disassembleAll } from './disassemble.ts';
export {
  CodeEdits,
  type Edited,
  type EditInstruction,
  type EditOptions,
  type EditProblem,
} from './edit.ts';
export { branchTarget, FlowGraph, type FlowOptions, type FlowProblem } from './flow.ts';
export {
  type Helper,
  type HelperArgument,
  helperById,
  helperByName,
  type MemorySize,
  mapArgument,
} from './helpers.ts';
export { Liveness, type LivenessOptions } from './liveness.ts';
export { OffsetMap } from './offset-map.ts';
export * from './opcode.ts';
export { describeEditProblem, describeFlowProblem } from './problems.ts';
export { type StackUse, stackUse } from './stack-depth.ts';
export { summarizeFunction } from './summary.ts';
