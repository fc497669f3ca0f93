/**
 * How much stack functions use, alone and with what they call. Callees are analysed first, because a function
 * that is given an address of a frame may reach below it.
 */

import type { ByteOrder } from '../../base/bytes.ts';
import { alignUp } from '../../base/bytes.ts';
import type { CallTarget, FunctionSummary } from '../../bpf/calls.ts';
import { Dataflow, type DataflowOptions } from '../../bpf/dataflow/analysis.ts';
import { FlowGraph } from '../../bpf/flow.ts';
import { CallKind, Opcode } from '../../bpf/opcode.ts';
import { type StackUse, stackUse } from '../../bpf/stack-depth.ts';
import { summarizeFunction } from '../../bpf/summary.ts';
import { type Functions, type ObjectFunction, slotsOf } from './functions.ts';
import type { StackReport } from './types.ts';

/** The kernel's verifier counts frames so (check_max_stack_depth). */
const FRAME_ALIGNMENT = 32;

export function stackReports(
  functions: Functions,
  order: ByteOrder,
): ReadonlyMap<ObjectFunction, StackReport> {
  const callees = new Map<ObjectFunction, ReadonlyMap<number, ObjectFunction>>();
  for (const fn of functions) callees.set(fn, calleesOf(fn, functions));
  const called = new Set([...callees.values()].flatMap((list) => [...list.values()]));
  const summaries = new Map<ObjectFunction, FunctionSummary>();
  const uses = new Map<ObjectFunction, StackUse>();
  const chains = new Map<ObjectFunction, number | null>();
  for (const fn of calleesFirst(callees)) {
    const own = callees.get(fn)!;
    const first = fn.start / 8;
    const code = fn.code.slice(first, fn.end / 8);
    const options: DataflowOptions = {
      order,
      flow: new FlowGraph(code),
      reference: (slot) =>
        functions.relocationAt(fn, first + slot) === undefined ? undefined : { unknown: true },
      call: (slot): CallTarget | undefined => {
        const callee = own.get(first + slot);
        if (callee === undefined) {
          return isHelper(fn, first + slot, functions) ? undefined : unknown;
        }
        const summary = summaries.get(callee);
        return { kind: 'function', id: 0, ...(summary === undefined ? {} : { summary }) };
      },
    };
    if (called.has(fn)) summaries.set(fn, summarizeFunction(code, options));
    const use = stackUse(new Dataflow(code, options));
    uses.set(fn, use);
    chains.set(fn, withCalls(use, own, chains));
  }
  const report = (fn: ObjectFunction, { depth, unbounded }: StackUse): StackReport => ({
    own: depth,
    known: unbounded === undefined,
    withCalls: chains.get(fn) ?? null,
  });
  return new Map([...uses].map(([fn, use]) => [fn, report(fn, use)]));
}

const unknown: CallTarget = { kind: 'unknown' };

/** A call that has a relocation is of a function that another object or the kernel defines. */
function isHelper(fn: ObjectFunction, slot: number, functions: Functions): boolean {
  return fn.code.src[slot] === CallKind.HELPER && functions.relocationAt(fn, slot) === undefined;
}

function withCalls(
  { depth }: StackUse,
  called: ReadonlyMap<number, ObjectFunction>,
  chains: ReadonlyMap<ObjectFunction, number | null>,
): number | null {
  let deepest = 0;
  for (const callee of called.values()) {
    const chain = chains.get(callee) ?? null;
    // Not yet known: it calls back to here.
    if (chain === null) return null;
    deepest = Math.max(deepest, chain);
  }
  // A frame is never smaller, even of a function that stores nothing.
  return alignUp(Math.max(1, depth), FRAME_ALIGNMENT) + deepest;
}

function calleesOf(fn: ObjectFunction, functions: Functions): Map<number, ObjectFunction> {
  const found = new Map<number, ObjectFunction>();
  for (const slot of slotsOf(fn)) {
    if (fn.code.opcode[slot] !== Opcode.CALL) continue;
    const place = functions.calledPlace(fn, slot);
    const callee = place && functions.at(place);
    if (callee !== undefined) found.set(slot, callee);
  }
  return found;
}

/** Each function once, after all that it calls unless they call it in turn. Without recursion of its own. */
function* calleesFirst(
  callees: ReadonlyMap<ObjectFunction, ReadonlyMap<number, ObjectFunction>>,
): Generator<ObjectFunction> {
  const begun = new Set<ObjectFunction>();
  for (const first of callees.keys()) {
    if (begun.has(first)) continue;
    begun.add(first);
    const open = [{ fn: first, rest: callees.get(first)!.values() }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        yield top.fn;
        open.pop();
      } else if (!begun.has(next.value)) {
        begun.add(next.value);
        open.push({ fn: next.value, rest: callees.get(next.value)!.values() });
      }
    }
  }
}
