/**
 * Finds the programs: in each section of code other than `.text` (which every loader takes for shared
 * subprograms) the function that nothing calls.
 *
 * A loader without functions runs what stands first, and a linker that picks another one changes the
 * program without a word. So whatever no program reaches is refused, but for what the compiler left
 * behind: a local function that does not stand at the start of its object's section.
 */
import { noProgram } from '../diag/catalogue/lowering.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STB } from '../elf/constants.ts';
import { isExecutable } from '../model/input.ts';
import { inputsOf, type OutputSection, type Plan } from '../model/plan.ts';
import type { TailProgram } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import { type BpfFunction, type FunctionTable, locateSlot } from './functions.ts';

/** Where subprograms are gathered that belong to no program. */
export const SUBPROGRAMS = '.text';

export interface Program {
  readonly output: OutputSection;
  readonly entry: BpfFunction;
}

/** `tails`: programs that have sections of their own; each may stand in the section that it comes from too. */
export function findPrograms(
  plan: Plan,
  functions: FunctionTable,
  tails: readonly Program[],
  refuse: Profile['refuse']['severalPrograms'],
  sink: DiagnosticSink,
): Program[] {
  const candidates = new Map<OutputSection, readonly BpfFunction[]>();
  const elsewhere = new Set(tails.map(({ entry }) => entry));
  for (const output of plan.sections) {
    if (output.name === SUBPROGRAMS) continue;
    const all = inputsOf(output)
      .filter(isExecutable)
      .flatMap((section) => functions.functionsOf(section))
      .filter((fn) => !functions.isLoser(fn));
    // A section keeps a program, be it one that stands elsewhere too.
    const rest = all.filter((fn) => !elsewhere.has(fn));
    const own = rest.length === all.length || rest.some((fn) => !isSpare(fn)) ? rest : [all[0]!];
    if (own.length > 0) candidates.set(output, own);
  }
  const reach = (roots: Iterable<BpfFunction>): Set<BpfFunction> => {
    const reached = new Set(roots);
    for (const fn of reached) for (const next of usedBy(fn, functions)) reached.add(next);
    return reached;
  };
  // Subprograms that no program could reach call nothing.
  const called = new Set<BpfFunction>();
  for (const fn of reach([...elsewhere, ...[...candidates.values()].flat()])) {
    for (const callee of usedBy(fn, functions)) if (callee !== fn) called.add(callee);
  }
  const chosen = [...candidates].map(([output, own]) => ({
    output,
    own,
    ...choose(own, called),
  }));
  const reached = reach([...elsewhere, ...chosen.map(({ entry }) => entry)]);
  for (const { output, own, entry, rivals } of chosen) {
    const others = own.filter((fn) => !reached.has(fn) && (rivals.has(fn) || !isSpare(fn)));
    if (others.length === 0) continue;
    const all = [entry, ...others];
    const places = all.flatMap((fn) => locateSlot(fn, 0, `program '${fn.name}'`));
    const names = all.map((fn) => fn.name);
    sink.report(refuse(output.name, names, places));
  }
  if (chosen.length === 0) sink.report(noProgram(SUBPROGRAMS));
  return [...chosen.map(({ output, entry }) => ({ output, entry })), ...tails];
}

/** Those that slots of maps hold, each with a new section at the end of the plan. */
export function tailPrograms(
  plan: Plan,
  functions: FunctionTable,
  tails: readonly TailProgram[],
): Program[] {
  return tails.flatMap(({ name, place }) => {
    const entry = functions.at(place);
    if (entry === undefined) return [];
    const output: OutputSection = { name, rule: undefined, kept: false, items: [] };
    plan.add({ kind: 'section', section: output });
    return [{ output, entry }];
  });
}

/**
 * For a loader that takes each function of a section for a program: those that it can know by name, and of the others
 * those that nothing calls.
 */
export function programsByName(
  plan: Plan,
  functions: FunctionTable,
  sink: DiagnosticSink,
): Program[] {
  const called = new Set<BpfFunction>();
  for (const fn of functions.all()) {
    for (const callee of fn.calls.values()) if (callee !== fn) called.add(callee);
  }
  const programs = plan.sections
    .filter(({ name }) => name !== SUBPROGRAMS)
    .flatMap((output) =>
      inputsOf(output)
        .filter(isExecutable)
        .flatMap((section) => functions.functionsOf(section))
        .filter((entry) => !functions.isLoser(entry))
        .filter((entry) => isKnown(entry) || !called.has(entry))
        .map((entry) => ({ output, entry })),
    );
  if (programs.length === 0) sink.report(noProgram(SUBPROGRAMS));
  return programs;
}

function isKnown({ symbol }: BpfFunction): boolean {
  return symbol !== undefined && symbol.binding !== STB.LOCAL;
}

/** What a function calls, and whose address it takes. */
function usedBy(fn: BpfFunction, functions: FunctionTable): BpfFunction[] {
  const used = [...fn.calls.values()];
  for (const { target } of fn.references.values()) {
    const taken = target.kind === 'place' ? functions.at(target) : undefined;
    if (taken !== undefined) used.push(taken);
  }
  return used;
}

/** A function that may be dead code: nobody else can know it, and it is not what stands first. */
function isSpare({ symbol, start }: BpfFunction): boolean {
  return start !== 0 && symbol?.binding === STB.LOCAL;
}

/**
 * Of functions that nothing calls; else of those that nothing in their own section calls (another
 * program may call this one); in a ring of calls the first. `rivals` are as good as the chosen one.
 */
function choose(
  candidates: readonly BpfFunction[],
  called: ReadonlySet<BpfFunction>,
): { entry: BpfFunction; rivals: ReadonlySet<BpfFunction> } {
  const calledHere = new Set<BpfFunction>();
  for (const fn of candidates) {
    for (const callee of fn.calls.values()) if (callee !== fn) calledHere.add(callee);
  }
  for (const calls of [called, calledHere]) {
    const roots = candidates.filter((fn) => !calls.has(fn));
    const mains = roots.filter((fn) => !isSpare(fn));
    const rivals = mains.length > 0 ? mains : roots;
    const [entry] = rivals;
    if (entry !== undefined) return { entry, rivals: new Set(rivals) };
  }
  return { entry: candidates[0]!, rivals: new Set() };
}
