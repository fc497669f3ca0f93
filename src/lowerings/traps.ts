/**
 * Functions that are never called: `rust_begin_unwind`, `abort`, `__bpf_trap`. No loader has them, and what they
 * would do is to end the program; so that is what becomes of their calls:
 *
 *     if r1 > 3 goto panic               if r1 > 3 goto panic
 *     ...                                ...
 *   panic:                             panic:
 *     call panic_bounds_check            r0 = 0
 *     r0 = r6                            exit
 *     exit
 *
 * What only a return would have led to is left out, because the kernel refuses code that cannot be reached. A
 * function none of whose ways ends otherwise never returns either: the calls of it are the last thing that
 * their function does. Where functions remain, `exit` ends the one that it stands in, so such a call is followed by
 * another `r0 = 0; exit`, and so on up to the program. A trapped function that returns on some ways gives its
 * caller 0 on the others. Where calls are inlined, the whole program ends.
 *
 * Not attempted: calls through a pointer.
 */
import { type Code, CodeEdits, type Edited, exit, FlowGraph, movImm } from '../bpf/index.ts';
import { Opcode } from '../bpf/opcode.ts';
import { nothingTrapped } from '../diag/catalogue/inlining.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { LinkState } from '../model/state.ts';
import type { BpfFunction, Draft } from './bpf-function.ts';

/** Of names of functions. */
export interface TrapPattern {
  readonly text: string;
  readonly matches: (name: string) => boolean;
}

/** Warns of patterns that no symbol matches: a misspelt one would change nothing without a word. */
export function checkTrapPatterns(
  patterns: readonly TrapPattern[],
  { files }: LinkState,
  sink: DiagnosticSink,
): void {
  for (const { text, matches } of patterns) {
    const isNamed = files.some(({ symbols }) => symbols.some(({ name }) => matches(name)));
    if (isNamed) continue;
    const names = files.flatMap(({ symbols }) => symbols.map(({ name }) => name));
    sink.report(nothingTrapped(text, names));
  }
}

/** The control flow of a function, with the calls that do not come back. */
export function flowOf({ code, traps, lastCalls }: BpfFunction): FlowGraph {
  if (traps.size === 0 && lastCalls.size === 0) return new FlowGraph(code);
  return new FlowGraph(code, { stops: (slot) => traps.has(slot) || lastCalls.has(slot) });
}

/** Finds the calls that do not come back, and forgets what only they led to. */
export function followTraps(functions: readonly Draft[]): void {
  const callers = new Map<BpfFunction, Draft[]>();
  for (const fn of functions) {
    for (const callee of new Set(fn.calls.values())) {
      callers.set(callee, [...(callers.get(callee) ?? []), fn]);
    }
  }
  const changed = new Set<Draft>();
  const pending = functions.filter(({ traps }) => traps.size > 0);
  const endless = new Set<BpfFunction>();
  for (let fn = pending.pop(); fn !== undefined; fn = pending.pop()) {
    changed.add(fn);
    if (endless.has(fn) || !neverReturns(fn)) continue;
    endless.add(fn);
    for (const caller of callers.get(fn) ?? []) {
      for (const [slot, callee] of caller.calls) if (callee === fn) caller.lastCalls.add(slot);
      pending.push(caller);
    }
  }
  for (const fn of changed) forgetUnreachable(fn);
}

function neverReturns(fn: BpfFunction): boolean {
  const flow = flowOf(fn);
  const { code } = fn;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (code.opcode[slot] === Opcode.EXIT && flow.isReachable(slot)) return false;
  }
  return flow.problems.length === 0;
}

function forgetUnreachable(fn: Draft): void {
  const flow = flowOf(fn);
  const { references, calls, unresolvedCalls, rebound } = fn;
  for (const known of [references, calls, unresolvedCalls, rebound]) {
    for (const slot of known.keys()) if (!flow.isReachable(slot)) known.delete(slot);
  }
  for (const slots of [fn.traps, fn.lastCalls]) {
    for (const slot of slots) if (!flow.isReachable(slot)) slots.delete(slot);
  }
}

/**
 * Ends the code where it calls what is trapped. `code` is what earlier edits have made of the function's, `toNew`
 * where they put its slots. `inlined`: a function that never returns needs nothing behind its calls.
 */
export function endAtTraps(
  { traps, lastCalls }: BpfFunction,
  code: Code,
  toNew: (slot: number) => number,
  inlined: boolean,
): Edited | undefined {
  if (traps.size === 0 && lastCalls.size === 0) return undefined;
  const calls = new Set([...traps].map(toNew));
  const last = new Set([...lastCalls].map(toNew));
  const flow = new FlowGraph(code, { stops: (slot) => calls.has(slot) || last.has(slot) });
  const edits = new CodeEdits(code);
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (!flow.isReachable(slot)) edits.delete(slot, code.isWide(slot) ? 2 : 1);
    else if (calls.has(slot)) edits.replace(slot, 1, [movImm(0, 0), exit()]);
    else if (last.has(slot) && !inlined) {
      edits.insertBefore(slot + 1, [movImm(0, 0), exit()], { branches: 'after' });
    }
  }
  return edits.commit();
}
