/**
 * The lowering of a link's code, from the functions of the inputs to rebuilt sections.
 *
 * A program's section then holds the program, then a copy of each subprogram that it reaches, called by
 * distance; subprograms and constants of which nothing is left to refer to leave the output:
 *
 *     in:  classifier { prog }  .text { a b c }  .rodata { ... }
 *     out: classifier { prog a c }
 *
 * Without LOWER(calls: copy) each section keeps its own functions, without those that lost to another
 * definition (see losers.ts).
 */
import { describeFlowProblem, FlowGraph } from '../bpf/index.ts';
import { forbiddenReference } from '../diag/catalogue/lowering.ts';
import { discardedReference, undefinedSymbol } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB, STT } from '../elf/constants.ts';
import {
  type InputSection,
  type InputSymbol,
  isExecutable,
  type Relocation,
} from '../model/input.ts';
import { inputsOf, type OutputSection, type Plan } from '../model/plan.ts';
import type { LinkState, Place } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import { analyse, placeOfCode } from './analysis.ts';
import { reachable } from './call-graph.ts';
import { checkInside } from './check-inside.ts';
import { checkUses } from './check-uses.ts';
import { addHeldAddresses, findWrites } from './constness.ts';
import { type LoweringContext, type LoweringRequest, loweredObject } from './context.ts';
import { unreferencedOutputs } from './drop-unreferenced.ts';
import { Fetches } from './fetch.ts';
import { type BpfFunction, FunctionTable, locateSlot } from './functions.ts';
import { wholeSections } from './losers.ts';
import { type LoweredFunction, lowerFunction, SlotMap } from './lower-function.ts';
import { type DataObject, ObjectTable } from './objects.ts';
import { findPrograms, type Program } from './programs.ts';
import { rebuildSection, redirectFunctions } from './rebuild-code.ts';
import { checkStackLimits } from './stack-limits.ts';

/** Whether there is anything to do. Where not, code is copied as it is and never decoded. */
export function codeChanges(state: LinkState, profile: Profile, request: LoweringRequest): boolean {
  if (profile.oneProgramPerSection || request.copyCalls) return true;
  if (request.data.length > 0 || request.fetch.length > 0) return true;
  const lost = (symbol: InputSymbol): boolean =>
    symbol.section !== undefined &&
    isExecutable(symbol.section) &&
    !state.exclusions.replacedBy.has(symbol.section);
  return [...state.symbols.all()].some(({ losers }) => losers.some(lost)) || callsData(state);
}

/** Such a call is refused, and `FunctionTable` knows how. */
function callsData(state: LinkState): boolean {
  const leadsToData = (relocation: Relocation): boolean => {
    if (relocation.form !== 'call') return false;
    const target = state.targetOf(relocation);
    return target.kind === 'place' && !isExecutable(target.section);
  };
  return [...state.sections()].some(
    (section) => isExecutable(section) && section.relocations.some(leadsToData),
  );
}

export function lowerCode(
  state: LinkState,
  plan: Plan,
  profile: Profile,
  request: LoweringRequest,
  sink: DiagnosticSink,
): void {
  const functions = new FunctionTable(state, state.sections(), sink);
  if (sink.hasErrors) return;
  const objects = new ObjectTable(state);
  const refused = new Set<DataObject>();
  const context = { state, plan, profile, request, functions, objects, refused, sink };
  const perProgram = request.copyCalls || profile.oneProgramPerSection;
  const programs = perProgram
    ? findPrograms(plan, functions, profile.refuse.severalPrograms, sink)
    : [];
  const roots = request.copyCalls
    ? programs.map(({ entry }) => entry)
    : [...functions.all()].filter((fn) => !functions.isLoser(fn));
  const order = reachable(roots, sink);
  if (sink.hasErrors) return;
  checkUndefined(order, context);
  checkDiscarded(order, context);

  const unreferenced = unreferencedOutputs(order, context);
  const lowered = lowerFunctions(order, programs, unreferenced, context);
  if (sink.hasErrors) return;
  if (request.copyCalls) {
    for (const program of programs) rebuildProgram(program, lowered, context);
  } else if (lowersData(request)) {
    rebuildInPlace(lowered, context);
  } else {
    leaveOutLosers(lowered, context);
  }
  for (const output of unreferenced) plan.drop(output);
  checkInside(lowered, context);
}

function lowersData({ data, fetch }: LoweringRequest): boolean {
  return data.length > 0 || fetch.length > 0;
}

function lowerFunctions(
  order: readonly BpfFunction[],
  programs: readonly Program[],
  unreferenced: ReadonlySet<OutputSection>,
  context: LoweringContext,
): Map<BpfFunction, LoweredFunction> {
  const { request, state, plan, objects, sink } = context;
  const lowered = new Map<BpfFunction, LoweredFunction>();
  if (!lowersData(request)) {
    for (const fn of order) lowered.set(fn, unchanged(fn, context));
    if (request.copyCalls) checkFlow(order, sink);
    return lowered;
  }
  const fetches = new Fetches(request.fetch, state, plan, sink);
  const entries = new Set(programs.map(({ entry }) => entry));
  const entered = enteredFrom(order, entries, context);
  if (request.fetch.length > 0) {
    // First as if nothing were fetched and nothing permitted: what is read through is no idiom.
    const all = { ...context, request: { ...request, permits: () => false } };
    const plain = analyse(order, entered, all, { word: () => undefined });
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
  if (!sink.hasErrors) checkStackLimits(programs, lowered, context);
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

function unchanged(fn: BpfFunction, context: LoweringContext): LoweredFunction {
  const { profile, request, sink, objects } = context;
  for (const [slot, { target }] of fn.references) {
    const pointer = loweredObject(target, context);
    if (pointer === undefined) continue;
    const section = context.plan.outputOf(pointer.object.section)!.name;
    const why = 'write LOWER(rodata: fold, stack) in the script, so that constants are lowered';
    const at = locateSlot(fn, slot);
    const refuse = request.copyCalls ? profile.refuse.reference : undefined;
    const object = objects.describe(pointer.object);
    sink.report(
      refuse?.({ section, object, why, at }) ?? forbiddenReference(section, object, why, at),
    );
  }
  const slots = new SlotMap();
  return {
    fn,
    code: fn.code,
    slots,
    references: fn.references,
    frame: { depth: 0, objects: new Map() },
  };
}

/** A copied function stands beside others than before, so control may not run from one into the next. */
function checkFlow(order: readonly BpfFunction[], sink: DiagnosticSink): void {
  for (const fn of order) {
    for (const problem of new FlowGraph(fn.code).problems) {
      sink.report(describeFlowProblem(problem, placeOfCode(fn)));
    }
  }
}

/** Functions and data that no object defines, where the output may not leave them open. */
function checkUndefined(order: readonly BpfFunction[], context: LoweringContext): void {
  const { state, profile, sink } = context;
  if (profile.keepUndefined) return;
  const reported = new Set<string>();
  const report = (
    name: string,
    kind: 'function' | 'symbol',
    fn: BpfFunction,
    slot: number,
  ): void => {
    if (reported.has(name)) return;
    reported.add(name);
    sink.report(undefinedSymbol(name, kind, locateSlot(fn, slot), state.symbols.definedNames()));
  };
  for (const fn of order) {
    // Calls of numbers and of discarded functions are for `relocate` to report.
    for (const [slot, { relocation, target }] of fn.unresolvedCalls) {
      if (target.kind === 'undefined') report(relocation.symbol.name, 'function', fn, slot);
    }
    for (const [slot, { relocation, target }] of fn.references) {
      if (target.kind === 'undefined' && !target.weak) {
        report(relocation.symbol.name, 'symbol', fn, slot);
      }
    }
  }
}

/** A copy of a function that the script discards would bring it back. */
function checkDiscarded(order: readonly BpfFunction[], { plan, sink }: LoweringContext): void {
  const reported = new Set<BpfFunction>();
  for (const fn of order) {
    for (const [slot, callee] of fn.calls) {
      if (plan.outputOf(callee.section) !== undefined || reported.has(callee)) continue;
      reported.add(callee);
      const at = locateSlot(fn, slot);
      sink.report(
        discardedReference(callee.name, callee.section.name, at, 'the script discards it'),
      );
    }
  }
}

/** The program, then what it reaches in the order of first call. */
function rebuildProgram(
  { output, entry }: Program,
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): void {
  const { state, plan, functions } = context;
  const reached = new Set([entry]);
  for (const fn of reached) for (const callee of fn.calls.values()) reached.add(callee);
  const parts = [...reached].map((fn) => lowered.get(fn)!);
  const rebuilt = rebuildSection(entry.section, parts, true);

  const inputs = inputsOf(output).filter(isExecutable);
  plan.rebuild(output, (section) => {
    if (!isExecutable(section)) return [section];
    return section === inputs[0] ? [rebuilt.section] : [];
  });
  for (const section of inputs) {
    const placeOf = (fn: BpfFunction): Place | undefined =>
      fn === entry ? { section: rebuilt.section, offset: 0 } : undefined;
    redirectFunctions(state, section, functions, (fn) => lowered.get(fn), placeOf);
  }
  for (const { fn, code } of parts) {
    if (fn === entry) continue;
    state.addedSymbols.push({
      name: fn.name,
      type: STT.FUNC,
      binding: STB.LOCAL,
      section: rebuilt.section,
      offset: rebuilt.offsets.get(fn)!,
      size: code.length * 8,
    });
  }
}

/** Each section with its own functions, as they were lowered; without those that lost. */
function rebuildInPlace(
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): void {
  const { plan, functions } = context;
  for (const output of plan.sections) {
    plan.rebuild(output, (section): readonly InputSection[] => {
      const own = functions.functionsOf(section);
      if (!isExecutable(section) || own.length === 0) return [section];
      const parts = own.flatMap((fn) => lowered.get(fn) ?? []);
      return rebuildOne(section, parts, context);
    });
  }
}

/** Where no instruction changes: a section without losers stays as it is. */
function leaveOutLosers(
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): void {
  const { plan, functions } = context;
  const whole = wholeSections(lowered, context);
  for (const output of plan.sections) {
    plan.rebuild(output, (section): readonly InputSection[] => {
      const own = functions.functionsOf(section);
      if (!own.some((fn) => functions.isLoser(fn))) return [section];
      const parts = own.flatMap((fn) => {
        const part = lowered.get(fn);
        return part ?? (whole.has(section) ? unchanged(fn, context) : []);
      });
      return rebuildOne(section, parts, context);
    });
  }
}

function rebuildOne(
  section: InputSection,
  parts: readonly LoweredFunction[],
  { state, functions }: LoweringContext,
): readonly InputSection[] {
  const rebuilt = rebuildSection(section, parts, false);
  const byFunction = new Map(parts.map((part) => [part.fn, part]));
  redirectFunctions(
    state,
    section,
    functions,
    (fn) => byFunction.get(fn),
    (fn) => {
      const offset = rebuilt.offsets.get(fn);
      return offset === undefined ? undefined : { section: rebuilt.section, offset };
    },
  );
  return parts.length === 0 ? [] : [rebuilt.section];
}
