/**
 * What a caller's analysis needs to know of a function: found by analysing the function with its
 * arguments as targets of their own and seeing where they go.
 */
import type { CallTarget, FunctionSummary } from './calls.ts';
import type { Code } from './code.ts';
import { type AddressUse, findAddressUses } from './dataflow/address-uses.ts';
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
  const argumentsIn = ({ targets }: Address) =>
    ARGUMENTS.reduce(
      (mask, register) => mask | (hasTarget(targets, first + register) ? 1 << register : 0),
      0,
    );
  let returns = 0;
  let stores = 0;
  for (const use of findAddressUses(analysis)) {
    if (use.kind === 'return') returns |= argumentsIn(use.value);
    else if (isStoredBy(use)) stores |= argumentsIn(use.value);
  }
  const reaches = findReach(
    analysis,
    ARGUMENTS.map((register) => first + register),
  );
  const lowest: number[] = [];
  const highest: number[] = [];
  let accesses = 0;
  let follows = 0;
  for (const register of ARGUMENTS) {
    const reach = reaches.get(first + register)!;
    lowest.push(reach.unbounded === undefined ? reach.lowest : Number.NEGATIVE_INFINITY);
    highest.push(reach.unbounded === undefined ? reach.highest : Number.POSITIVE_INFINITY);
    if (reach.accessed) accesses |= 1 << register;
    if (reach.follows) follows |= 1 << register;
  }
  return {
    reads: reads & argumentMask(5),
    returns,
    stores,
    lowest,
    highest,
    accesses,
    follows,
  };
}

/** Whether the address that is used may be stored by that. */
function isStoredBy(use: AddressUse): use is Extract<AddressUse, { value: Address }> {
  switch (use.kind) {
    case 'escape':
    // What the callee makes of it is not followed.
    case 'indirect':
      return true;
    case 'function':
      return storesArgument(use.callee, use.argument);
    case 'helper':
      return helperById(use.helper)?.opaque !== false;
    default:
      return false;
  }
}

function storesArgument(callee: CallTarget, argument: number): boolean {
  const known = callee.kind === 'function' || callee.kind === 'kfunc' ? callee.summary : undefined;
  return known === undefined || (known.stores & (1 << argument)) !== 0;
}

function usedTargets(code: Code, options: DataflowOptions): number[] {
  const ids: number[] = [];
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const reference = code.isWide(slot) ? options.reference?.(slot) : undefined;
    if (reference !== undefined && 'target' in reference) ids.push(reference.target);
  }
  return ids;
}
