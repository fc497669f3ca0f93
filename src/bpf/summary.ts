/**
 * What a caller's analysis needs to know of a function: found by analysing the function with its
 * arguments as targets of their own and seeing where they go.
 */
import type { CallTarget, FunctionSummary } from './calls.ts';
import type { Code } from './code.ts';
import { findAddressUses } from './dataflow/address-uses.ts';
import { Dataflow, type DataflowOptions, type EntryRegisters } from './dataflow/analysis.ts';
import { hasTarget } from './dataflow/targets.ts';
import type { Address } from './dataflow/value.ts';
import { FlowGraph } from './flow.ts';
import { argumentMask, helperById } from './helpers.ts';
import { Liveness } from './liveness.ts';
import { findReach } from './reach.ts';

const ARGUMENTS = [1, 2, 3, 4, 5] as const;

/**
 * Summarises one function. `options.call` should give the summaries of what it calls, so callees come
 * first; a call without one makes the worst of everything that is passed to it.
 */
export function summarizeFunction(code: Code, options: DataflowOptions = {}): FunctionSummary {
  const flow = options.flow ?? new FlowGraph(code, options);
  const call = options.call === undefined ? {} : { call: options.call };
  const reads = flow.blockCount === 0 ? 0 : new Liveness(code, { flow, ...call }).liveBefore(0);
  const used = usedTargets(code, options);
  const first = used.reduce((highest, id) => Math.max(highest, id), 0) + 1;
  const entry: EntryRegisters = Object.fromEntries(
    ARGUMENTS.map((register) => [register, { target: first + register, offset: 0 }]),
  );
  const analysis = new Dataflow(code, { ...options, flow, entry });
  const fromArgument = (value: Address) =>
    ARGUMENTS.some((register) => hasTarget(value.targets, first + register));
  let returnsArgument = false;
  let storesArgument = false;
  for (const use of findAddressUses(analysis)) {
    if (use.kind === 'return' && fromArgument(use.value)) returnsArgument = true;
    if (use.kind === 'escape' && fromArgument(use.value)) storesArgument = true;
    if (use.kind === 'function' && fromArgument(use.value)) {
      storesArgument ||= storesWhatItIsGiven(use.callee);
    }
    // What the callee makes of it is not followed.
    if (use.kind === 'indirect' && fromArgument(use.value)) storesArgument = true;
    if (use.kind === 'helper' && fromArgument(use.value)) {
      storesArgument ||= helperById(use.helper)?.opaque !== false;
    }
  }
  const reaches = findReach(
    analysis,
    ARGUMENTS.map((register) => first + register),
  );
  const lowest: number[] = [];
  let accesses = 0;
  let follows = 0;
  for (const register of ARGUMENTS) {
    const reach = reaches.get(first + register)!;
    lowest.push(reach.unbounded === undefined ? reach.lowest : Number.NEGATIVE_INFINITY);
    if (reach.accessed) accesses |= 1 << register;
    if (reach.follows) follows |= 1 << register;
  }
  return {
    reads: reads & argumentMask(5),
    returnsArgument,
    storesArgument,
    lowest,
    accesses,
    follows,
  };
}

function storesWhatItIsGiven(callee: CallTarget): boolean {
  const known = callee.kind === 'function' || callee.kind === 'kfunc';
  return !known || callee.summary?.storesArgument !== false;
}

function usedTargets(code: Code, options: DataflowOptions): number[] {
  const ids: number[] = [];
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const reference = code.isWide(slot) ? options.reference?.(slot) : undefined;
    if (reference !== undefined && 'target' in reference) ids.push(reference.target);
  }
  return ids;
}
