/**
 * Finds the programs: in each section of code other than `.text` (which every loader takes for shared
 * subprograms) the function that nothing calls.
 */
import { noProgram } from '../diag/catalogue/lowering.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB } from '../elf/constants.ts';
import { isExecutable } from '../model/input.ts';
import { inputsOf, type OutputSection, type Plan } from '../model/plan.ts';
import type { Profile } from '../profiles/profile.ts';
import { type BpfFunction, type FunctionTable, locateSlot } from './functions.ts';

/** Where subprograms are gathered that belong to no program. */
export const SUBPROGRAMS = '.text';

export interface Program {
  readonly output: OutputSection;
  readonly entry: BpfFunction;
}

export function findPrograms(
  plan: Plan,
  functions: FunctionTable,
  refuse: Profile['refuse']['severalPrograms'],
  sink: DiagnosticSink,
): Program[] {
  const called = new Set<BpfFunction>();
  for (const fn of functions.all()) for (const callee of fn.calls.values()) called.add(callee);

  const programs: Program[] = [];
  for (const output of plan.sections) {
    if (output.name === SUBPROGRAMS) continue;
    const candidates = inputsOf(output)
      .filter(isExecutable)
      .flatMap((section) => functions.functionsOf(section))
      .filter((fn) => !functions.isLoser(fn));
    const [entry, ...others] = entries(candidates, called);
    if (entry === undefined) continue;
    if (others.length > 0) {
      const all = [entry, ...others];
      const places = all.flatMap((fn) => locateSlot(fn, 0, `program '${fn.name}'`));
      const names = all.map((fn) => fn.name);
      sink.report(refuse(output.name, names, places));
    }
    programs.push({ output, entry });
  }
  if (programs.length === 0) sink.report(noProgram(SUBPROGRAMS));
  return programs;
}

/**
 * Functions that nothing calls; else those that nothing in their own section calls (another program may
 * call this one); in a ring of calls the first. Of several the global ones.
 */
function entries(
  candidates: readonly BpfFunction[],
  called: ReadonlySet<BpfFunction>,
): readonly BpfFunction[] {
  const calledHere = new Set<BpfFunction>();
  for (const fn of candidates) {
    for (const callee of fn.calls.values()) if (callee !== fn) calledHere.add(callee);
  }
  for (const calls of [called, calledHere]) {
    const roots = candidates.filter((fn) => !calls.has(fn));
    const global = roots.filter(({ symbol }) => symbol && symbol.binding !== STB.LOCAL);
    if (roots.length > 0) return global.length > 0 ? global : roots;
  }
  return candidates.slice(0, 1);
}
