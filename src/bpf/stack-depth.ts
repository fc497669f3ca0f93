/**
 * How much of its stack frame a function uses: the lowest byte relative to r10 that an access touches,
 * that an address in a register names, or that a function gets to which such an address is passed. Of
 * `r1 = r10; r1 += -64; r1 += r2` that is 64 if r2 was masked or checked, so that it cannot be negative;
 * if not, the function may reach any byte of its frame.
 */
import type { Dataflow } from './dataflow/analysis.ts';
import { STACK_TARGET } from './dataflow/targets.ts';
import { FRAME_POINTER } from './opcode.ts';
import { baseRegister, findReach } from './reach.ts';

export interface StackUse {
  /** In bytes, not rounded; 0 for a function that does not use its frame. */
  readonly depth: number;
  /** The instruction that may reach deeper than that, to where is not known. */
  readonly unbounded: number | undefined;
}

export function stackUse(analysis: Dataflow): StackUse {
  const { code } = analysis.flow;
  const reach = findReach(analysis, [STACK_TARGET]).get(STACK_TARGET)!;
  // Code that cannot be reached counts too: the kernel adds up what it sees.
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (baseRegister(analysis, slot) === FRAME_POINTER) reach.touch(code.offset[slot]!, slot);
  }
  return { depth: Math.abs(reach.lowest), unbounded: reach.unbounded };
}
