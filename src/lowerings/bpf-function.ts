/** A function of an input, with what it refers to. `FunctionTable` makes them. */
import type { Code } from '../bpf/code.ts';
import type { InputSection, InputSymbol, Relocation } from '../model/input.ts';
import type { Target } from '../model/state.ts';

export interface BpfFunction {
  readonly section: InputSection;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** Undefined for code without a label. */
  readonly symbol: InputSymbol | undefined;
  readonly code: Code;
  /** By the slot of the ld_imm64. */
  readonly references: ReadonlyMap<number, Reference>;
  /** Calls of functions, by slot. Undefined symbols' stay in `unresolvedCalls`. */
  readonly calls: ReadonlyMap<number, BpfFunction>;
  readonly unresolvedCalls: ReadonlyMap<number, Reference>;
  /** By slot, calls whose bytes lead to a loser: a relocation for each that names the winner. */
  readonly rebound: ReadonlyMap<number, Relocation>;
  /** Calls of functions that are trapped, by slot; see traps.ts. They are not among `calls`. */
  readonly traps: ReadonlySet<number>;
  /** Those of `calls` and others that never come back, because each way through the callee is trapped. */
  readonly lastCalls: ReadonlySet<number>;
}

export interface Reference {
  readonly relocation: Relocation;
  readonly target: Target;
}

/** While it is made. */
export interface Draft extends BpfFunction {
  readonly references: Map<number, Reference>;
  readonly calls: Map<number, BpfFunction>;
  readonly unresolvedCalls: Map<number, Reference>;
  readonly rebound: Map<number, Relocation>;
  readonly traps: Set<number>;
  readonly lastCalls: Set<number>;
}
