/** Who calls whom: the programs, what each reaches, and an order in which callees come before callers. */
import { recursion, tooManyFrames } from '../diag/catalogue/lowering.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { type BpfFunction, locateSlot } from './functions.ts';

/** MAX_CALL_FRAMES of the kernel's verifier. */
const MOST_FRAMES = 8;

/**
 * What `roots` reach, each once: callees before callers. Recursion and nesting of more than `mostFrames` are
 * reported to the sink; without one they are the loader's business.
 */
export function reachable(
  roots: readonly BpfFunction[],
  sink: DiagnosticSink | undefined,
  mostFrames: number = MOST_FRAMES,
): BpfFunction[] {
  const walk = new Walk(sink, mostFrames);
  for (const root of roots) walk.from(root);
  return walk.order;
}

interface Frame {
  readonly fn: BpfFunction;
  readonly calls: Iterator<[number, BpfFunction]>;
  /** The longest chain of calls below it, itself included. */
  height: number;
}

/** Depth first with a stack of its own: a chain of calls may be longer than JavaScript's stack. */
class Walk {
  readonly order: BpfFunction[] = [];
  readonly #sink: DiagnosticSink | undefined;
  readonly #mostFrames: number;
  readonly #height = new Map<BpfFunction, number>();
  readonly #open = new Map<BpfFunction, Frame>();

  constructor(sink: DiagnosticSink | undefined, mostFrames: number) {
    this.#sink = sink;
    this.#mostFrames = mostFrames;
  }

  from(root: BpfFunction): void {
    if (this.#height.has(root)) return;
    const stack = [this.#enter(root)];
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const next = frame.calls.next();
      if (next.done === true) {
        stack.pop();
        this.#leave(frame, stack.at(-1));
        continue;
      }
      const [slot, callee] = next.value;
      const known = this.#height.get(callee);
      if (this.#open.has(callee)) this.#reportCycle(callee, frame.fn, slot);
      else if (known === undefined) stack.push(this.#enter(callee));
      else frame.height = Math.max(frame.height, known + 1);
    }
    if (this.#height.get(root)! > this.#mostFrames) {
      this.#sink?.report(tooManyFrames(this.#longestChain(root), locateSlot(root, 0)));
    }
  }

  #enter(fn: BpfFunction): Frame {
    const frame = { fn, calls: fn.calls.entries(), height: 1 };
    this.#open.set(fn, frame);
    return frame;
  }

  #leave(frame: Frame, parent: Frame | undefined): void {
    this.#open.delete(frame.fn);
    this.#height.set(frame.fn, frame.height);
    this.order.push(frame.fn);
    if (parent !== undefined) parent.height = Math.max(parent.height, frame.height + 1);
  }

  #reportCycle(callee: BpfFunction, caller: BpfFunction, slot: number): void {
    const open = [...this.#open.keys()];
    const chain = [...open.slice(open.indexOf(callee)), callee].map(({ name }) => name);
    this.#sink?.report(recursion(chain, locateSlot(caller, slot)));
  }

  #longestChain(root: BpfFunction): string[] {
    const chain: string[] = [];
    for (let fn: BpfFunction | undefined = root; fn !== undefined; ) {
      chain.push(fn.name);
      const height: number = this.#height.get(fn)!;
      const callees: BpfFunction[] = [...fn.calls.values()];
      fn = callees.find((callee) => this.#height.get(callee) === height - 1);
    }
    return chain;
  }
}
