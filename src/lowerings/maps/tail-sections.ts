/**
 * Programs that tc puts into slots because of their sections' names. libbpf goes by the names of sections too,
 * for the type of program, so these get the name of a section whose programs they are like:
 *
 *     classifier { main }  3/0 { first }        classifier { main first }, and a relocation in slot 0
 */
import { programTypeOf } from '../../bpf/program-sections.ts';
import * as diagnose from '../../diag/catalogue/maps.ts';
import type { DiagnosticSink } from '../../diag/diagnostic.ts';
import { STB, STT } from '../../elf/constants.ts';
import { type InputSymbol, isExecutable } from '../../model/input.ts';
import { MapType } from '../../model/legacy-map.ts';
import { inputsOf, type OutputSection, type Plan } from '../../model/plan.ts';
import { symbolsOf } from '../../model/section-symbols.ts';
import { locate } from '../../model/source-lines.ts';
import { SUBPROGRAMS } from '../programs.ts';
import { MOST_SLOTS } from './join-by-ids.ts';
import type { LegacySource } from './legacy-source.ts';
import type { TailSection } from './number-sections.ts';
import type { IdOf } from './private-ids.ts';

/** What tc itself loads unless it is told otherwise. */
const DEFAULT_SECTION = 'classifier';

/** The programs of each map's slots; their sections are renamed. */
export function takeTailSections(
  maps: readonly LegacySource[],
  sections: readonly TailSection[],
  idOf: IdOf,
  plan: Plan,
  sink: DiagnosticSink,
): ReadonlyMap<LegacySource, ReadonlyMap<number, InputSymbol>> {
  const byId = new Map<number, LegacySource>();
  for (const map of maps) if (!byId.has(map.fields.id)) byId.set(map.fields.id, map);
  const slots = new Map<LegacySource, Map<number, InputSymbol>>();
  const tails = new Set<OutputSection>();
  for (const { output, section, file, id, key, at } of sections) {
    const map = byId.get(idOf(file, id));
    if (map === undefined) continue;
    const refuse = (fault: string): void =>
      sink.report(diagnose.badTailSection(section.name, fault, at));
    const most = Math.min(map.fields.maxElem, MOST_SLOTS);
    const program = symbolsOf(section).find(
      ({ type, value, binding }) => type === STT.FUNC && value === 0 && binding !== STB.LOCAL,
    );
    const own = slots.get(map) ?? new Map<number, InputSymbol>();
    if (map.fields.type !== MapType.PROG_ARRAY)
      refuse(`is for '${map.name}', which is no program array`);
    else if (key >= most) refuse(`is for slot ${key} of '${map.name}', which has ${most}`);
    else if (program === undefined) refuse('does not begin with a global function');
    else if (own.has(key)) refuse('is there twice');
    else {
      slots.set(map, own.set(key, program));
      // A script may have named it otherwise.
      if (output.name === section.name) tails.add(output);
    }
  }
  if (tails.size > 0) rename([...tails], plan, sink);
  return slots;
}

function rename(tails: readonly OutputSection[], plan: Plan, sink: DiagnosticSink): void {
  const known = plan.sections.filter(
    (output) =>
      output.name !== SUBPROGRAMS &&
      programTypeOf(output.name) !== undefined &&
      inputsOf(output).some(isExecutable),
  );
  const types = new Map(known.map(({ name }) => [programTypeOf(name)!.type, name]));
  if (types.size > 1) {
    const names = tails.map(({ name }) => name);
    const at = locate(inputsOf(tails[0]!)[0]!, 0);
    sink.report(diagnose.tailsOfManyTypes(names, [...types.values()], at));
    return;
  }
  const name = known[0]?.name ?? DEFAULT_SECTION;
  for (const output of tails) plan.rename(output, name);
}
