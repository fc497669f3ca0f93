/** The sections of programs, with what the programs call inlined; those of subprograms are empty then. */
import { Code } from '../../bpf/index.ts';
import type { ExtTable } from '../../btf/ext.ts';
import { RECORD_WORDS } from '../../btf/ext.ts';
import { inlinedBranchTooFar } from '../../diag/catalogue/inlining.ts';
import { type InputSection, isExecutable } from '../../model/input.ts';
import type { LinkState } from '../../model/state.ts';
import type { LoweringContext } from '../context.ts';
import { type BpfFunction, locateSlot } from '../functions.ts';
import { type Program, SUBPROGRAMS } from '../programs.ts';
import { codeSection, redirectFunctions } from '../rebuild-code.ts';
import type { Body } from './bodies.ts';
import { type InlinedProgram, writeInlined } from './write-inlined.ts';

export function rebuildInlined(
  programs: readonly Program[],
  bodies: ReadonlyMap<BpfFunction, Body>,
  context: LoweringContext,
): void {
  const { plan, functions, sink } = context;
  const entries = new Set(programs.map(({ entry }) => entry));
  for (const output of plan.sections) {
    if (output.name === SUBPROGRAMS) continue;
    plan.rebuild(output, (section) => {
      if (!isExecutable(section)) return [section];
      const own = functions.functionsOf(section).filter((fn) => entries.has(fn));
      const written = own.map((fn) => {
        const program = writeInlined(bodies.get(fn)!, withoutRecords(fn, context.state));
        for (const { fn: far, distance } of program.tooFar) {
          sink.report(inlinedBranchTooFar(far.name, fn.name, distance, locateSlot(far, 0)));
        }
        return { fn, program };
      });
      return rebuildOne(section, written, context);
    });
  }
}

/** The kernel takes lines only if the program's first instruction has one. */
function withoutRecords({ section, start }: BpfFunction, { types }: LinkState): ExtTable[] {
  const tables = types.of(section.file)?.records.get(section)?.line ?? [];
  const hasLine = tables.some((records) => {
    for (let at = 0; at < records.length; at += RECORD_WORDS.line) {
      if (records[at] === start) return true;
    }
    return false;
  });
  return hasLine ? ['func'] : ['func', 'line'];
}

function rebuildOne(
  origin: InputSection,
  programs: readonly { readonly fn: BpfFunction; readonly program: InlinedProgram }[],
  { state, functions }: LoweringContext,
): readonly InputSection[] {
  const starts = new Map<BpfFunction, number>();
  let slots = 0;
  for (const { fn, program } of programs) {
    starts.set(fn, slots);
    slots += program.code.length;
  }
  const code = Code.blank(slots);
  for (const { fn, program } of programs) {
    code.putCode(starts.get(fn)!, program.code, 0, program.code.length);
  }
  const base = (fn: BpfFunction): number => starts.get(fn)! * 8;
  const relocations = programs.flatMap(({ fn, program }) =>
    program.relocations.map((one) => ({ ...one, offset: base(fn) + one.offset })),
  );
  const section = codeSection(origin, code, relocations);
  state.codeParts.set(
    section,
    programs.flatMap(({ fn, program }) =>
      program.parts.map((part) => ({ ...part, offset: base(fn) + part.offset })),
    ),
  );
  const byFunction = new Map(
    programs.map(({ fn, program }) => [fn, { slots: { toNew: program.toNew } }]),
  );
  redirectFunctions(
    state,
    origin,
    functions,
    (fn) => byFunction.get(fn),
    (fn) => (starts.has(fn) ? { section, offset: base(fn) } : undefined),
  );
  return programs.length === 0 ? [] : [section];
}
