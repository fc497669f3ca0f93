/** Summaries of functions, to make others of. */
import type { FunctionSummary } from '../../src/bpf/calls.ts';

/** A function that reads r1 and does nothing to it. */
export const quiet: FunctionSummary = {
  reads: 2,
  returns: 0,
  stores: 0,
  lowest: [0, 0, 0, 0, 0],
  highest: [0, 0, 0, 0, 0],
  accesses: 2,
  follows: 0,
};
