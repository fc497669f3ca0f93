/**
 * Decides which output section each input section goes to, and in which order: the script's rules
 * first, then what no rule names (orphans), under their own names, programs before data.
 */
import { orphanSection, partsDiffer, sectionDropped } from '../diag/catalogue/layout.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { SHT } from '../elf/constants.ts';
import { COMMON, type InputSection, isExecutable } from '../model/input.ts';
import { type OutputSection, Plan } from '../model/plan.ts';
import type { LinkState } from '../model/state.ts';
import type { Script } from '../script/ast.ts';
import {
  type CompiledSelector,
  compileSections,
  type InputRule,
  type OutputRule,
  type Placement,
} from '../script/match.ts';

export type OrphanHandling = 'place' | 'warn' | 'error' | 'discard';

export function placeSections(
  state: LinkState,
  script: Script,
  orphanHandling: OrphanHandling,
  sink: DiagnosticSink,
): Plan {
  const compiled = compileSections(script);
  const placed = new Map<CompiledSelector, Placement[]>();
  const taken = new Map<Placement, InputSection>();
  const orphans: InputSection[] = [];
  for (const section of allSections(state)) {
    const found = compiled.place({ path: section.file.path }, section.name);
    if (found === undefined) {
      orphans.push(section);
      continue;
    }
    const placement = { ...found };
    taken.set(placement, section);
    const others = placed.get(found.selector);
    if (others === undefined) placed.set(found.selector, [placement]);
    else others.push(placement);
  }

  const plan = new Plan();
  const outputs = new Map<string, OutputSection>();
  const output = (name: string, rule: OutputRule | undefined): OutputSection => {
    const known = outputs.get(name);
    if (known !== undefined) return known;
    const made = { name, rule, kept: false, items: [] };
    outputs.set(name, made);
    plan.add({ kind: 'section', section: made });
    return made;
  };

  for (const statement of statementsInOrder(script, compiled.statements)) {
    if (statement.kind !== 'output') plan.add({ kind: 'statement', statement });
    else if (!statement.discard) {
      const section = output(statement.name, statement);
      if (section.rule?.noload !== statement.noload) {
        sink.report(partsDiffer(statement.name, 'NOLOAD', statement.span));
      }
      section.items.push({ kind: 'part', rule: statement });
      for (const item of statement.items) {
        if (item.kind !== 'input') {
          section.items.push({ kind: 'statement', statement: item });
          continue;
        }
        for (const input of inRuleOrder(item, placed, taken)) {
          plan.place(input, section);
          if (item.keep) section.kept = true;
        }
      }
    }
  }

  const programsFirst = [
    ...orphans.filter(isExecutable),
    ...orphans.filter((section) => !isExecutable(section)),
  ];
  for (const section of programsFirst) {
    if (isNote(section)) {
      sink.report(sectionDropped(section.name, section.file.path, 'loaders have no use for it'));
      continue;
    }
    if (orphanHandling === 'discard') continue;
    if (orphanHandling !== 'place') {
      const severity = orphanHandling === 'warn' ? 'warning' : 'error';
      const first = !outputs.has(section.name);
      if (first) sink.report(orphanSection(section.name, section.file.path, severity));
    }
    // Unallocated variables are variables like those of .bss, which is where ld puts them too.
    const name = section.name === COMMON ? '.bss' : section.name;
    plan.place(section, output(name, undefined));
  }
  for (const section of plan.sections) {
    if (section.items.every(({ kind }) => kind === 'part')) plan.drop(section);
  }
  return plan;
}

function* allSections(state: LinkState): Generator<InputSection> {
  yield* state.sections();
  yield* state.commons.values();
}

function isNote(section: InputSection): boolean {
  return section.type === SHT.NOTE || section.name === '.eh_frame';
}

/** What stands in SECTIONS, and the assignments and assertions outside of it, in the script's order. */
function* statementsInOrder<T>(
  script: Script,
  inSections: readonly T[],
): Generator<T | Extract<Script['commands'][number], { kind: 'assignment' | 'assert' }>> {
  let next = 0;
  for (const command of script.commands) {
    if (command.kind === 'assignment' || command.kind === 'assert') yield command;
    if (command.kind !== 'sections') continue;
    for (const statement of command.statements) {
      if (statement.kind !== 'entry') yield inSections[next++]!;
    }
  }
}

/** Input order, except where the rule sorts: selectors without SORT count as one. */
function inRuleOrder(
  rule: InputRule,
  placed: ReadonlyMap<CompiledSelector, readonly Placement[]>,
  taken: ReadonlyMap<Placement, InputSection>,
): InputSection[] {
  let ordered: InputSection[] = [];
  let unsorted: InputSection[] = [];
  const flush = (): void => {
    unsorted.sort((a, b) => a.file.id - b.file.id || a.id - b.id);
    ordered = ordered.concat(unsorted);
    unsorted = [];
  };
  for (const selector of rule.selectors) {
    const sections = (placed.get(selector) ?? []).map((placement) => taken.get(placement)!);
    const keys = selector.sort.filter((key) => key !== 'none');
    if (keys.length === 0) {
      unsorted = unsorted.concat(sections);
      continue;
    }
    flush();
    sections.sort((a, b) => {
      for (const key of keys) {
        const difference = key === 'alignment' ? b.align - a.align : compareText(a.name, b.name);
        if (difference !== 0) return difference;
      }
      return a.file.id - b.file.id || a.id - b.id;
    });
    ordered = ordered.concat(sections);
  }
  flush();
  if (rule.sortFiles === 'name') {
    ordered.sort((a, b) => compareText(a.file.path, b.file.path));
  }
  return ordered;
}

/** By code unit, so that no locale has a say. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
