/**
 * The reached functions, one after another: what is known of their pointers first, for all of them
 * together, then what becomes of each.
 */
import { type Code, describeFlowProblem, type StackUse, stackUse } from '../bpf/index.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB } from '../elf/constants.ts';
import type { OutputSection } from '../model/plan.ts';
import { analyse, placeOfCode } from './analysis.ts';
import { checkUses } from './check-uses.ts';
import { addHeldAddresses, findWrites } from './constness.ts';
import {
  type LoweringContext,
  type LoweringRequest,
  loweredObject,
  type WordSource,
} from './context.ts';
import { Fetches } from './fetch.ts';
import { deleteDeadCode } from './fold-loads.ts';
import { type BpfFunction, locateSlot } from './functions.ts';
import { type LoweredFunction, lowerFunction, SlotMap } from './lower-function.ts';
import type { Program } from './programs.ts';
import { checkStackLimits } from './stack-limits.ts';
import { endAtTraps, flowOf } from './traps.ts';

export function lowersData({ data, fetch }: LoweringRequest): boolean {
  return data.length > 0 || fetch.length > 0;
}

const noWords: WordSource = { word: () => undefined };

/** What each reached function becomes; without an entry where an error was reported. */
export function lowerFunctions(
  order: readonly BpfFunction[],
  programs: readonly Program[],
  unreferenced: ReadonlySet<OutputSection>,
  context: LoweringContext,
): Map<BpfFunction, LoweredFunction> {
  const { request, state, plan, objects, sink } = context;
  const lowered = new Map<BpfFunction, LoweredFunction>();
  if (!lowersData(request)) {
    // Frames are put under one another where calls are inlined, so their sizes have to be known.
    const inlined = request.calls === 'inline';
    const facts = inlined ? analyse(order, new Set(order), context, noWords) : undefined;
    for (const fn of order) {
      const known = facts?.get(fn);
      if (inlined && known === undefined) continue;
      lowered.set(fn, unchanged(fn, context, known && stackUse(known.dataflow)));
    }
    if (request.calls === 'copy') checkFlow(order, sink);
    return lowered;
  }
  const fetches = new Fetches(request.fetch, state, plan, sink);
  const entries = new Set(programs.map(({ entry }) => entry));
  const entered = enteredFrom(order, entries, context);
  if (request.fetch.length > 0) {
    // First as if nothing were fetched and nothing permitted: what is read through is no idiom.
    const all = { ...context, request: { ...request, permits: () => false } };
    const plain = analyse(order, entered, all, noWords);
    for (const known of plain.values()) fetches.exceptReads(known, objects);
  }
  const facts = analyse(order, entered, context, fetches);
  const writes = findWrites(facts.values(), objects);
  addHeldAddresses(writes, facts.values(), unreferenced, context);
  for (const known of facts.values()) {
    for (const reference of known.fn.references.values()) {
      if (fetches.check(reference, objects)) continue;
      const pointer = loweredObject(reference.target, context);
      if (pointer !== undefined) context.refused.add(pointer.object);
    }
    checkUses(known, entries, (object) => !writes.has(object), context);
  }
  for (const fn of order) {
    const known = facts.get(fn);
    if (known === undefined) continue;
    const result = lowerFunction(known, fetches, writes, context);
    if (result !== undefined) lowered.set(fn, result);
  }
  if (!sink.hasErrors && request.calls !== 'inline') checkStackLimits(programs, lowered, context);
  return lowered;
}

/** What may be called from elsewhere: programs, callbacks, and global functions of a link that stays open. */
function enteredFrom(
  order: readonly BpfFunction[],
  entries: ReadonlySet<BpfFunction>,
  { functions, profile }: LoweringContext,
): Set<BpfFunction> {
  const entered = new Set(entries);
  for (const fn of order) {
    const global = fn.symbol !== undefined && fn.symbol.binding !== STB.LOCAL;
    if (profile.keepUndefined && global) entered.add(fn);
    for (const { target } of fn.references.values()) {
      const taken = target.kind === 'place' ? functions.at(target) : undefined;
      if (taken !== undefined) entered.add(taken);
    }
  }
  return entered;
}

/** The function as it is, but for what it traps; references that may not stay are refused. */
export function unchanged(
  fn: BpfFunction,
  context: LoweringContext,
  use?: StackUse,
): LoweredFunction {
  const { profile, sink, objects } = context;
  const { code, slots } = trapped(fn, context);
  const references = [...fn.references].filter(([slot]) => !slots.isGone(slot));
  for (const [slot, { target }] of references) {
    const pointer = loweredObject(target, context);
    if (pointer === undefined) continue;
    const section = context.plan.outputOf(pointer.object.section)!.name;
    const why = 'write LOWER(rodata: fold, stack) in the script, so that constants are lowered';
    const at = locateSlot(fn, slot);
    const object = objects.describe(pointer.object);
    sink.report(profile.refuse.reference({ section, object, why, at }));
  }
  return {
    fn,
    code,
    slots,
    references: new Map(references.map(([slot, one]) => [slots.toNew(slot), one])),
    frame: { depth: use?.depth ?? 0, objects: new Map() },
    unbounded: use?.unbounded,
  };
}

/** Ends where the function is trapped; what was computed for the calls goes with them. */
function trapped(fn: BpfFunction, { request }: LoweringContext): { code: Code; slots: SlotMap } {
  const ended = endAtTraps(fn, fn.code, (slot) => slot, request.calls === 'inline');
  if (ended === undefined) return { code: fn.code, slots: new SlotMap() };
  const left = deleteDeadCode(ended.code, () => undefined);
  const maps = left === undefined ? [ended.map] : [ended.map, left.map];
  return { code: left?.code ?? ended.code, slots: new SlotMap(maps) };
}

/** A copied function stands beside others than before, so control may not run from one into the next. */
function checkFlow(order: readonly BpfFunction[], sink: DiagnosticSink): void {
  for (const fn of order) {
    for (const problem of flowOf(fn).problems) {
      sink.report(describeFlowProblem(problem, placeOfCode(fn)));
    }
  }
}
