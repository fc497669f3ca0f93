/**
 * What a function is to those that it is inlined into: which registers it overwrites, how much stack it needs with
 * all that is inlined into itself, and what has to be done at each of its calls.
 *
 * A call gives the callee a frame of its own and keeps r6 to r9. Inlined, one frame has to do for both, and r6 to r9
 * are kept by hand where the caller still needs them:
 *
 *     caller, 16 bytes of stack, r6 is         r10 -  8  the caller's
 *     needed after the call                    r10 - 16
 *     callee, 8 bytes, writes r6               r10 - 24  the caller's r6
 *                                              r10 - 32  the callee's, which it calls r10 - 8
 *
 * Of a function that may write anywhere below (its reach is not known) nothing else can stand below, so its frame
 * comes last, under those of all that it calls. Two such functions in one chain of calls are refused.
 */
import { alignUp } from '../../base/bytes.ts';
import { FlowGraph, Liveness } from '../../bpf/index.ts';
import { FRAME_POINTER } from '../../bpf/opcode.ts';
import { registersWritten } from '../../bpf/registers.ts';
import { framesNotBounded, type OpenFrame } from '../../diag/catalogue/inlining.ts';
import type { LoweringContext } from '../context.ts';
import { type BpfFunction, locateSlot } from '../functions.ts';
import type { LoweredFunction } from '../lower-function.ts';

/** r6 to r9, which a call keeps. */
const KEPT = 0x3c0;

export interface Body {
  readonly lowered: LoweredFunction;
  /** By slot in the lowered code. */
  readonly calls: ReadonlyMap<number, InlinedCall>;
  /** Slots of exits, in the lowered code, that end the whole program: calls were trapped there. */
  readonly stops: ReadonlySet<number>;
  /** Registers that a path to some call leaves without a value, so that they could not be saved there. */
  readonly cleared: readonly number[];
  /** Those of r6 to r9, as a mask, that it or what it calls overwrites. */
  readonly written: number;
  /** Bytes below where the function's stack begins. */
  readonly stack: {
    /** Where its own frame begins. */
    readonly own: number;
    /** Where the registers are saved at calls, and under them the callees' stacks begin. */
    readonly calls: number;
    /** Of all of it. */
    readonly depth: number;
    /** The function, this one or one that it calls, below whose frame nothing else can stand. */
    readonly open: LoweredFunction | undefined;
  };
  /** Instructions, with all that is inlined; at most. */
  readonly slots: number;
}

export interface InlinedCall {
  readonly callee: Body;
  /** In the code of the function as its object has it. */
  readonly slot: number;
  /** Registers to be saved before and restored after. */
  readonly saved: readonly number[];
}

/** The bodies of all functions that are reached; `order`: callees before callers. */
export function planBodies(
  order: readonly BpfFunction[],
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): Map<BpfFunction, Body> {
  const bodies = new Map<BpfFunction, Body>();
  for (const fn of order) bodies.set(fn, planBody(lowered.get(fn)!, bodies, context));
  return bodies;
}

function planBody(
  lowered: LoweredFunction,
  bodies: ReadonlyMap<BpfFunction, Body>,
  context: LoweringContext,
): Body {
  const { fn, code, slots } = lowered;
  const last = new Set([...fn.lastCalls].map((slot) => slots.toNew(slot)));
  const flow = new FlowGraph(code, { stops: (slot) => last.has(slot) });
  const liveness = new Liveness(code, { flow });
  const calls = new Map<number, InlinedCall>();
  let written = 0;
  let saved = 0;
  for (const [slot, known] of fn.calls) {
    const callee = bodies.get(known)!;
    const at = slots.toNew(slot);
    const needed = liveness.liveAfter(at) & callee.written;
    calls.set(at, { callee, slot, saved: registersIn(needed) });
    written |= callee.written;
    saved |= needed;
  }
  let copies = 0;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    written |= registersWritten(code, slot) & KEPT;
    if (code.src[slot] === FRAME_POINTER) copies++;
  }
  const cleared = registersIn(saved & liveness.liveBefore(0));
  let length = code.length + copies + cleared.length;
  for (const call of calls.values()) length += call.callee.slots + 2 * call.saved.length;
  return {
    lowered,
    calls,
    stops: new Set(
      [...fn.traps].filter((slot) => !slots.isGone(slot)).map((slot) => slots.toNew(slot) + 1),
    ),
    cleared,
    written,
    stack: layOutStack(lowered, [...calls.values()], context),
    slots: length,
  };
}

function registersIn(mask: number): number[] {
  return [6, 7, 8, 9].filter((register) => (mask & (1 << register)) !== 0);
}

function layOutStack(
  lowered: LoweredFunction,
  calls: readonly InlinedCall[],
  { sink }: LoweringContext,
): Body['stack'] {
  const { fn, frame, unbounded } = lowered;
  const own = alignUp(frame.depth, 8);
  let below = 0;
  let open: LoweredFunction | undefined;
  for (const { callee, saved } of calls) {
    below = Math.max(below, 8 * saved.length + callee.stack.depth);
    const other = callee.stack.open;
    if (other === undefined) continue;
    open ??= other;
    if (unbounded === undefined) continue;
    const chain = chainTo(callee, other, [fn.name]);
    const at = [lowered, other].flatMap((it) => locateSlot(it.fn, it.unbounded ?? 0));
    sink.report(framesNotBounded(chain, openFrame(lowered), openFrame(other), at));
  }
  if (unbounded === undefined) return { own: 0, calls: own, depth: own + below, open };
  return { own: below, calls: 0, depth: below + own, open: lowered };
}

function openFrame({ fn, unbounded }: LoweredFunction): OpenFrame {
  const callee = unbounded === undefined ? undefined : fn.calls.get(unbounded);
  return { name: fn.name, callee: callee?.name };
}

function chainTo(body: Body, to: LoweredFunction, above: readonly string[]): string[] {
  const chain = [...above];
  for (let at: Body | undefined = body; at !== undefined; ) {
    chain.push(at.lowered.fn.name);
    if (at.lowered === to) break;
    const callees: InlinedCall[] = [...at.calls.values()];
    at = callees.find(({ callee }) => callee.stack.open === to)?.callee;
  }
  return chain;
}
