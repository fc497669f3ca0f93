/**
 * The lowering of a link's code, from the functions of the inputs to rebuilt sections.
 *
 * With LOWER(calls: copy) a program's section holds the program, then a copy of each subprogram that it
 * reaches, called by distance; with LOWER(calls: inline) the program alone, with the subprograms' code where they
 * were called. Subprograms and constants of which nothing is left to refer to leave the output:
 *
 *     in:      classifier { prog }  .text { a b c }  .rodata { ... }
 *     copy:    classifier { prog a c }
 *     inline:  classifier { prog }
 *
 * Without either each section keeps its own functions, without those that lost to another definition (see
 * losers.ts).
 */
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import type { LinkState, Place } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import { reachable } from './call-graph.ts';
import { checkInside } from './check-inside.ts';
import { checkDiscarded, checkUndefined } from './check-references.ts';
import type { LoweringContext, LoweringRequest } from './context.ts';
import { unreferencedOutputs } from './drop-unreferenced.ts';
import { type BpfFunction, FunctionTable } from './functions.ts';
import { planBodies } from './inline/bodies.ts';
import { checkBodies } from './inline/check-bodies.ts';
import { rebuildInlined } from './inline/rebuild-inlined.ts';
import { lowerFunctions, lowersData } from './lower-functions.ts';
import { type DataObject, ObjectTable } from './objects.ts';
import { findPrograms, type Program, programsByName, tailPrograms } from './programs.ts';
import { leaveOutLosers, rebuildInPlace, rebuildProgram } from './rebuild-sections.ts';
import { checkTrapPatterns } from './traps.ts';

export function lowerCode(
  state: LinkState,
  plan: Plan,
  profile: Profile,
  request: LoweringRequest,
  sink: DiagnosticSink,
): void {
  // Functions and data objects, as the inputs have them.
  const functions = new FunctionTable(state, state.sections(), sink, request.traps);
  if (sink.hasErrors) return;
  checkTrapPatterns(request.askedTraps, state, sink);
  const objects = new ObjectTable(state);
  const refused = new Set<DataObject>();
  const context = { state, plan, profile, request, functions, objects, refused, sink };

  // The programs, and what they reach; in an open link everything that did not lose.
  const programs = programsOf(context);
  const roots =
    request.calls === 'keep'
      ? [...functions.all()].filter((fn) => !functions.isLoser(fn))
      : programs.map(({ entry }) => entry);
  // Code that is only moved may be whatever its loader takes; inlined code has no frames to count.
  const rewrites = request.calls !== 'keep' || lowersData(request);
  const mostFrames = request.calls === 'inline' ? Number.POSITIVE_INFINITY : undefined;
  const order = reachable(roots, rewrites ? sink : undefined, mostFrames);
  if (sink.hasErrors) return;
  checkUndefined(order, context);
  checkDiscarded(order, context);

  // Fetched, folded, on the stack.
  const unreferenced = unreferencedOutputs(order, context);
  const lowered = lowerFunctions(order, programs, unreferenced, context);
  if (sink.hasErrors) return;

  // Sections anew, without what nothing needs any more.
  if (request.calls === 'copy') {
    const entries = new Map<BpfFunction, Place>();
    for (const program of programs) rebuildProgram(program, lowered, entries, context);
  } else if (request.calls === 'inline') {
    const bodies = planBodies(order, lowered, context);
    checkBodies(bodies, programs, context);
    if (sink.hasErrors) return;
    rebuildInlined(programs, bodies, context);
  } else if (lowersData(request)) {
    rebuildInPlace(lowered, context);
  } else {
    leaveOutLosers(lowered, context);
  }
  for (const output of unreferenced) plan.drop(output);
  checkInside(lowered, context);
}

function programsOf(context: LoweringContext): Program[] {
  const { state, plan, profile, request, functions, sink } = context;
  if (profile.oneProgramPerSection || request.calls === 'copy') {
    const tails = tailPrograms(plan, functions, state.tailPrograms);
    return findPrograms(plan, functions, tails, profile.refuse.severalPrograms, sink);
  }
  return request.calls === 'inline' ? programsByName(plan, functions, sink) : [];
}
