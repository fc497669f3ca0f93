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
 * definition.
 */
import { forbiddenReference } from '../diag/catalogue/lowering.ts';
import { discardedReference, undefinedSymbol } from '../diag/catalogue/symbols.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, STB, STT } from '../elf/constants.ts';
import { type InputSection, type InputSymbol, isExecutable, isForLoader } from '../model/input.ts';
import { inputsOf, type OutputSection, type Plan } from '../model/plan.ts';
import type { LinkState, Place } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import { analyse } from './analysis.ts';
import { reachable } from './call-graph.ts';
import { checkUses } from './check-uses.ts';
import { findWrites } from './constness.ts';
import { type LoweringContext, type LoweringRequest, loweredObject } from './context.ts';
import { Fetches } from './fetch.ts';
import { type BpfFunction, FunctionTable, locateSlot } from './functions.ts';
import { type LoweredFunction, lowerFunction, SlotMap } from './lower-function.ts';
import { type DataObject, ObjectTable } from './objects.ts';
import { findPrograms, type Program, SUBPROGRAMS } from './programs.ts';
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
  return [...state.symbols.all()].some(({ losers }) => losers.some(lost));
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

  const lowered = lowerFunctions(order, programs, context);
  if (sink.hasErrors) return;
  if (request.copyCalls) {
    for (const program of programs) rebuildProgram(program, lowered, context);
  } else {
    rebuildInPlace(lowered, context);
  }
  dropUnreferenced(order, context);
}

function lowerFunctions(
  order: readonly BpfFunction[],
  programs: readonly Program[],
  context: LoweringContext,
): Map<BpfFunction, LoweredFunction> {
  const { request, state, plan, objects, sink } = context;
  const lowered = new Map<BpfFunction, LoweredFunction>();
  if (request.data.length === 0 && request.fetch.length === 0) {
    for (const fn of order) lowered.set(fn, unchanged(fn, context));
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

/** Each section with its own functions, those left out that lost to another definition. */
function rebuildInPlace(
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  { state, plan, functions }: LoweringContext,
): void {
  for (const output of plan.sections) {
    plan.rebuild(output, (section): readonly InputSection[] => {
      const own = functions.functionsOf(section);
      if (!isExecutable(section) || own.length === 0) return [section];
      const parts = own.flatMap((fn) => lowered.get(fn) ?? []);
      const rebuilt = rebuildSection(section, parts, false);
      redirectFunctions(
        state,
        section,
        functions,
        (fn) => lowered.get(fn),
        (fn) => {
          const offset = rebuilt.offsets.get(fn);
          return offset === undefined ? undefined : { section: rebuilt.section, offset };
        },
      );
      return parts.length === 0 ? [] : [rebuilt.section];
    });
  }
}

/** Copied subprograms, and data that only lowered code referred to, have no place in the output. */
function dropUnreferenced(order: readonly BpfFunction[], context: LoweringContext): void {
  const { plan, request } = context;
  const referred = new Set<OutputSection>();
  for (const fn of order) {
    for (const { target } of fn.references.values()) {
      const output = target.kind === 'place' ? plan.outputOf(target.section) : undefined;
      if (output !== undefined) referred.add(output);
    }
  }
  for (const output of plan.sections) {
    const inputs = inputsOf(output);
    const code = inputs.some(isExecutable);
    const loaded = inputs.some((section) => (section.flags & SHF.ALLOC) !== 0);
    const lowerable = output.rule !== undefined || referred.has(output);
    const dropsData = request.data.length > 0 && lowerable && loaded && !code;
    if (code ? request.copyCalls && output.name === SUBPROGRAMS : dropsData) {
      const needed = output.kept || isForLoader(output.name) || request.permits(output.name);
      if (!needed) plan.drop(output);
    }
  }
}
