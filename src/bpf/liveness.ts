/**
 * Which registers hold a value that is still needed, going backward over one function.
 *
 * A call needs its arguments: as many as the helper takes, as the resolver's summary says, or else all of
 * r1 to r5. An exit needs r0. Where control goes is unknown (a problem in the flow graph), all are needed.
 * Code that cannot be reached is treated like any other.
 *
 * An instruction that does nothing but compute what is not needed needs nothing itself, if `faint` says so:
 * then what is needed by what is not needed, round a loop even, is not needed (faint variables).
 */
import { type CallResolver, callTarget } from './calls.ts';
import type { Code } from './code.ts';
import { FlowGraph } from './flow.ts';
import { ALL_REGISTERS, registersRead, registersWritten } from './registers.ts';

export interface LivenessOptions {
  readonly call?: CallResolver;
  readonly flow?: FlowGraph;
  /** Whether the instruction at a slot may be left out if what it writes is not needed. */
  readonly faint?: (slot: number) => boolean;
}

export class Liveness {
  readonly #before: Uint16Array;
  readonly #after: Uint16Array;

  constructor(code: Code, options: LivenessOptions = {}) {
    const flow = options.flow ?? new FlowGraph(code);
    this.#before = new Uint16Array(code.length);
    this.#after = new Uint16Array(code.length);
    const callee = (slot: number) => callTarget(code, slot, options.call);
    const pending = Array.from({ length: flow.blockCount }, (_, block) => block);
    const queued = new Uint8Array(flow.blockCount).fill(1);
    for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
      queued[block] = 0;
      const start = flow.blockStart(block);
      const before = this.#before[start]!;
      this.#runBlock(flow, block, callee, options.faint);
      if (this.#before[start] === before) continue;
      for (const predecessor of flow.predecessors(block)) {
        if (queued[predecessor] === 1) continue;
        queued[predecessor] = 1;
        pending.push(predecessor);
      }
    }
  }

  #runBlock(
    flow: FlowGraph,
    block: number,
    callee: Parameters<typeof registersRead>[2],
    faint: LivenessOptions['faint'],
  ): void {
    const { code } = flow;
    let live = flow.hasUnknownSuccessor(block) ? ALL_REGISTERS : 0;
    for (const successor of flow.successors(block)) {
      live |= this.#before[flow.blockStart(successor)]!;
    }
    for (let slot = flow.blockEnd(block) - 1; slot >= flow.blockStart(block); slot--) {
      this.#after[slot] = live;
      if (!code.isSecondHalf(slot)) {
        const written = registersWritten(code, slot);
        const needed = (live & written) !== 0 || faint?.(slot) !== true;
        live &= ~written;
        if (needed) live |= registersRead(code, slot, callee);
      }
      this.#before[slot] = live;
    }
  }

  /** A mask of the registers that are needed after the instruction at `slot`; bit 0 is r0. */
  liveAfter(slot: number): number {
    return this.#after[slot]!;
  }

  /** A mask of the registers whose values the instruction at `slot` or a later one needs. */
  liveBefore(slot: number): number {
    return this.#before[slot]!;
  }
}
