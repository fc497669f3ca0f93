/** What stands against inlining: too much stack or code, frames that cannot be moved, addresses, early ends. */
import { branchTarget, type Code, helperByName } from '../../bpf/index.ts';
import { CallKind, isPacketLoad, Opcode } from '../../bpf/opcode.ts';
import * as diagnose from '../../diag/catalogue/inlining.ts';
import { chainTooDeep } from '../../diag/catalogue/lowering.ts';
import { isExecutable } from '../../model/input.ts';
import type { LoweringContext } from '../context.ts';
import { type BpfFunction, locateSlot } from '../functions.ts';
import type { Program } from '../programs.ts';
import { canShiftFrame } from '../shift-frame.ts';
import { STACK_SIZE } from '../stack-constants.ts';
import type { Body, InlinedCall } from './bodies.ts';

/** BPF_COMPLEXITY_LIMIT_INSNS of the kernel, from 5.2 on; before that a program had 4096. */
const MOST_INSTRUCTIONS = 1_000_000;

const TAIL_CALL: number = helperByName('tail_call')!.id;

/** `bodies`: callees before callers. */
export function checkBodies(
  bodies: ReadonlyMap<BpfFunction, Body>,
  programs: readonly Program[],
  context: LoweringContext,
): void {
  const { sink } = context;
  checkAddresses(bodies, context);
  checkEarlyEnds(bodies, context);
  checkMoves(bodies, context);
  for (const { entry } of programs) {
    const body = bodies.get(entry)!;
    if (body.stack.depth > STACK_SIZE) reportDepth(body, context);
    if (body.slots > MOST_INSTRUCTIONS) {
      sink.report(diagnose.programTooLong(entry.name, MOST_INSTRUCTIONS, locateSlot(entry, 0)));
    }
  }
}

function checkAddresses(
  bodies: ReadonlyMap<BpfFunction, Body>,
  { functions, sink }: LoweringContext,
): void {
  for (const [fn, { lowered }] of bodies) {
    const left = new Set(lowered.references.values());
    for (const [slot, reference] of fn.references) {
      const { target, relocation } = reference;
      if (target.kind !== 'place' || !isExecutable(target.section) || !left.has(reference))
        continue;
      const name = functions.at(target)?.name ?? relocation.symbol.name;
      sink.report(diagnose.inlinedFunctionAddress(name, locateSlot(fn, slot)));
    }
  }
}

/**
 * A tail call ends its function, and so does a load beyond the packet (RFC 9669, 5.5: legacy packet access), with 0.
 * Inlined, they end the program. So nothing may be left to do then.
 */
function checkEarlyEnds(bodies: ReadonlyMap<BpfFunction, Body>, { sink }: LoweringContext): void {
  const ending = new Map<Body, diagnose.EarlyEnd>();
  for (const [fn, body] of bodies) {
    const own = earlyEnd(body.lowered.code);
    if (own !== undefined) ending.set(body, own);
    for (const [at, { callee, slot }] of body.calls) {
      const end = ending.get(callee);
      if (end === undefined) continue;
      if (!ending.has(body)) ending.set(body, end);
      if (returnsAfter(body.lowered.code, at)) continue;
      const { name } = callee.lowered.fn;
      sink.report(diagnose.earlyEndInlined(end, name, fn.name, locateSlot(fn, slot)));
    }
  }
}

function earlyEnd(code: Code): diagnose.EarlyEnd | undefined {
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const opcode = code.opcode[slot]!;
    if (isPacketLoad(opcode)) return 'packet load';
    const helper = opcode === Opcode.CALL && code.src[slot] === CallKind.HELPER;
    if (helper && code.imm[slot] === TAIL_CALL) return 'tail call';
  }
  return undefined;
}

/** Whether the function does nothing more after the call at `slot`. */
function returnsAfter(code: Code, slot: number): boolean {
  let at = slot + 1;
  for (let steps = 0; steps < code.length; steps++) {
    const opcode = code.opcode[at];
    if (opcode === Opcode.EXIT) return true;
    if (opcode !== Opcode.JA && opcode !== Opcode.GOTOL) return false;
    at = branchTarget(code, at);
  }
  return false;
}

function checkMoves(bodies: ReadonlyMap<BpfFunction, Body>, { sink }: LoweringContext): void {
  /** The bodies whose stack does not begin at r10, each with a caller. */
  const moved = new Map<Body, BpfFunction>();
  for (const [fn, body] of [...bodies].reverse()) {
    const caller = moved.get(body);
    const { own, calls } = body.stack;
    if ((caller !== undefined || own > 0) && !canShiftFrame(body.lowered.code)) {
      sink.report(diagnose.frameNotMovable(fn.name, caller?.name, locateSlot(fn, 0)));
    }
    for (const { callee, saved } of body.calls.values()) {
      if (caller !== undefined || calls + saved.length > 0) moved.set(callee, fn);
    }
  }
}

function reportDepth(body: Body, { objects, sink }: LoweringContext): void {
  const chain: Body[] = [];
  for (let at: Body | undefined = body; at !== undefined; ) {
    chain.push(at);
    const calls: InlinedCall[] = [...at.calls.values()];
    const depth = (call: InlinedCall): number => 8 * call.saved.length + call.callee.stack.depth;
    at = calls.sort((a, b) => depth(b) - depth(a))[0]?.callee;
  }
  const constants = chain.flatMap(({ lowered }) =>
    [...lowered.frame.objects.keys()].map(
      (object) =>
        `${objects.describe(object)} (${object.end - object.start} bytes in ${lowered.fn.name})`,
    ),
  );
  const names = chain.map(({ lowered }) => lowered.fn.name);
  const at = locateSlot(body.lowered.fn, 0);
  sink.report(chainTooDeep(names, body.stack.depth, STACK_SIZE, constants, at));
}
