/** The sections `ID/KEY` of a link, and other names for those whose numbers private-ids.ts changes. */
import { type InputSection, isExecutable } from '../../model/input.ts';
import { parseTailSection } from '../../model/legacy-map.ts';
import { inputsOf, type OutputSection, type Plan } from '../../model/plan.ts';
import { locate } from '../../model/source-lines.ts';
import type { IdOf, NumberedSection } from './private-ids.ts';

/** A section of an input whose program is for slot `key` of the program array with this `id`. */
export interface TailSection extends NumberedSection {
  readonly output: OutputSection;
  readonly section: InputSection;
  readonly key: number;
}

/** `names`: whose names count, those of the inputs or those that the script gives them. */
export function tailSectionsIn(plan: Plan, names: 'input' | 'output'): TailSection[] {
  return plan.sections.flatMap((output) =>
    inputsOf(output).flatMap((section): TailSection[] => {
      const { name } = names === 'input' ? section : output;
      const tail = isExecutable(section) ? parseTailSection(name) : undefined;
      if (tail === undefined || tail.id === 0) return [];
      return [{ output, section, file: section.file, name, ...tail, at: locate(section, 0) }];
    }),
  );
}

/** Output sections are called by the new numbers; one that several objects have a part of is divided. */
export function renumberSections(tails: readonly TailSection[], idOf: IdOf, plan: Plan): void {
  const made = new Map<string, OutputSection>();
  for (const { output, section, file, id, key } of tails) {
    const now = idOf(file, id);
    if (now === id) continue;
    const name = `${now}/${key}`;
    let target = made.get(name);
    if (target === undefined) {
      target = { name, rule: undefined, kept: output.kept, items: [] };
      made.set(name, target);
      const index = plan.steps.findIndex(
        (step) => step.kind === 'section' && step.section === output,
      );
      plan.steps.splice(index + 1, 0, { kind: 'section', section: target });
      plan.names.add(name);
    }
    plan.rebuild(output, (one) => (one === section ? [] : [one]));
    plan.place(section, target);
    if (inputsOf(output).length === 0) plan.drop(output);
  }
}
