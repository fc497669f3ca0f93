/** Which sections the lowered functions make up: programs with their copies, or each section anew. */
import { STB, STT } from '../elf/constants.ts';
import { type InputSection, isExecutable } from '../model/input.ts';
import { inputsOf } from '../model/plan.ts';
import type { Place } from '../model/state.ts';
import type { LoweringContext } from './context.ts';
import type { BpfFunction } from './functions.ts';
import { wholeSections } from './losers.ts';
import type { LoweredFunction } from './lower-function.ts';
import { unchanged } from './lower-functions.ts';
import type { Program } from './programs.ts';
import { rebuildSection, redirectFunctions } from './rebuild-code.ts';

/**
 * The program, then what it reaches in the order of first call. `entries`: where programs are now; of one that
 * has several sections, the first.
 */
export function rebuildProgram(
  { output, entry }: Program,
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  entries: Map<BpfFunction, Place>,
  context: LoweringContext,
): void {
  const { state, plan, functions } = context;
  const reached = new Set([entry]);
  for (const fn of reached) for (const callee of fn.calls.values()) reached.add(callee);
  const parts = [...reached].map((fn) => lowered.get(fn)!);
  const rebuilt = rebuildSection(entry.section, parts, true);
  state.codeParts.set(rebuilt.section, rebuilt.parts);

  const inputs = inputsOf(output).filter(isExecutable);
  const isCopy = entries.has(entry);
  if (!isCopy) entries.set(entry, { section: rebuilt.section, offset: 0 });
  if (inputs.length === 0) plan.place(rebuilt.section, output);
  plan.rebuild(output, (section) => {
    if (!isExecutable(section) || inputs.length === 0) return [section];
    return section === inputs[0] ? [rebuilt.section] : [];
  });
  for (const section of inputs) {
    redirectFunctions(
      state,
      section,
      functions,
      (fn) => lowered.get(fn),
      (fn) => entries.get(fn),
    );
  }
  for (const { fn, code } of parts) {
    if (fn === entry && !isCopy) continue;
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
export function rebuildInPlace(
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
export function leaveOutLosers(
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): void {
  const { plan, functions } = context;
  const whole = wholeSections(lowered, context);
  for (const output of plan.sections) {
    plan.rebuild(output, (section): readonly InputSection[] => {
      const own = functions.functionsOf(section);
      const changes = own.some((fn) => functions.isLoser(fn) || isTrapped(fn));
      if (!changes) return [section];
      const parts = own.flatMap((fn) => {
        const part = lowered.get(fn);
        return part ?? (whole.has(section) ? unchanged(fn, context) : []);
      });
      return rebuildOne(section, parts, context);
    });
  }
}

function isTrapped({ traps, lastCalls }: BpfFunction): boolean {
  return traps.size > 0 || lastCalls.size > 0;
}

function rebuildOne(
  section: InputSection,
  parts: readonly LoweredFunction[],
  { state, functions }: LoweringContext,
): readonly InputSection[] {
  const rebuilt = rebuildSection(section, parts, false);
  state.codeParts.set(rebuilt.section, rebuilt.parts);
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
