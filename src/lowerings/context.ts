/** What the lowerings of one link share. */
import type { DiagnosticSink, Location } from '../diag/diagnostic.ts';
import { isExecutable } from '../model/input.ts';
import type { Plan } from '../model/plan.ts';
import type { LinkState, Target } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import type { FunctionTable, Reference } from './functions.ts';
import type { DataObject, ObjectTable } from './objects.ts';
import type { TrapPattern } from './traps.ts';

/** A name or pattern of `--fetch`, or of LOWER(fetch: ...) with its place in the script. */
export interface FetchPattern {
  readonly text: string;
  readonly at: Location | undefined;
}

/** Knows the references that are fetched, and the words that stand for them. */
export interface WordSource {
  word(reference: Reference): number | undefined;
}

/** What the script's LOWER commands and the command line ask for. */
export interface LoweringRequest {
  /**
   * What becomes of subprograms: they stay where they are, each program gets its own copies of those that it
   * reaches, or their code stands where they were called.
   */
  readonly calls: 'keep' | 'copy' | 'inline';
  /** Which functions, by name, are never called: the calls become exits. Undefined where none are. */
  readonly traps: ((name: string) => boolean) | undefined;
  /** Those of them that the command line asks for; a script's may be for other programs than these. */
  readonly askedTraps: readonly TrapPattern[];
  /** How references to data are taken away, in this order; empty: they are not. */
  readonly data: readonly ('fold' | 'stack')[];
  /** Names of symbols and sections (or patterns) whose first word replaces their address. */
  readonly fetch: readonly FetchPattern[];
  /** Whether code may refer to the output section; it may to all where the script does not say. */
  readonly permits: (outputSection: string) => boolean;
}

export interface LoweringContext {
  readonly state: LinkState;
  readonly plan: Plan;
  readonly profile: Profile;
  readonly request: LoweringRequest;
  readonly functions: FunctionTable;
  readonly objects: ObjectTable;
  /** Objects that an error has been reported for. */
  readonly refused: Set<DataObject>;
  readonly sink: DiagnosticSink;
}

/** An address in a data object; `offset` counts from the object's first byte. */
export interface Pointer {
  readonly object: DataObject;
  readonly offset: number;
}

/** The object that a reference leads to, if it is data that code may not refer to in the output. */
export function loweredObject(target: Target, context: LoweringContext): Pointer | undefined {
  if (target.kind !== 'place' || isExecutable(target.section)) return undefined;
  const output = context.plan.outputOf(target.section);
  if (output === undefined || context.request.permits(output.name)) return undefined;
  const object = context.objects.at(target);
  return object && { object, offset: target.offset - object.start };
}
