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
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import type { LinkState } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import { reachable } from './call-graph.ts';
import { checkInside } from './check-inside.ts';
import { checkDiscarded, checkUndefined } from './check-references.ts';
import type { LoweringRequest } from './context.ts';
import { unreferencedOutputs } from './drop-unreferenced.ts';
import { FunctionTable } from './functions.ts';
import { lowerFunctions, lowersData } from './lower-functions.ts';
import { type DataObject, ObjectTable } from './objects.ts';
import { findPrograms } from './programs.ts';
import { leaveOutLosers, rebuildInPlace, rebuildProgram } from './rebuild-sections.ts';

export function lowerCode(
  state: LinkState,
  plan: Plan,
  profile: Profile,
  request: LoweringRequest,
  sink: DiagnosticSink,
): void {
  // Functions and data objects, as the inputs have them.
  const functions = new FunctionTable(state, state.sections(), sink);
  if (sink.hasErrors) return;
  const objects = new ObjectTable(state);
  const refused = new Set<DataObject>();
  const context = { state, plan, profile, request, functions, objects, refused, sink };

  // The programs, and what they reach; in an open link everything that did not lose.
  const perProgram = request.copyCalls || profile.oneProgramPerSection;
  const programs = perProgram
    ? findPrograms(plan, functions, profile.refuse.severalPrograms, sink)
    : [];
  const roots = request.copyCalls
    ? programs.map(({ entry }) => entry)
    : [...functions.all()].filter((fn) => !functions.isLoser(fn));
  // Code that is only moved may be whatever its loader takes.
  const rewrites = request.copyCalls || lowersData(request);
  const order = reachable(roots, rewrites ? sink : undefined);
  if (sink.hasErrors) return;
  checkUndefined(order, context);
  checkDiscarded(order, context);

  // Fetched, folded, on the stack.
  const unreferenced = unreferencedOutputs(order, context);
  const lowered = lowerFunctions(order, programs, unreferenced, context);
  if (sink.hasErrors) return;

  // Sections anew, without what nothing needs any more.
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
