/** The output as the script lays it out: which input sections go where, and what stands between them. */
import type { Assertion, Assignment, DataStatement, FillStatement } from '../script/ast.ts';
import type { OutputRule } from '../script/match.ts';
import type { InputSection } from './input.ts';

export type PlanItem =
  /** What follows is of this rule: a section may have several of one name. */
  | { readonly kind: 'part'; readonly rule: OutputRule }
  | { readonly kind: 'input'; readonly section: InputSection }
  | { readonly kind: 'statement'; readonly statement: PlacedStatement };

/** Statements of an output section that take effect where they stand. */
export type PlacedStatement = DataStatement | FillStatement | Assignment | Assertion;

export interface OutputSection {
  readonly name: string;
  /** What the script says of it first; undefined for an orphan, which no rule names. */
  readonly rule: OutputRule | undefined;
  /** Some KEEP placed an input section here. */
  kept: boolean;
  /** In output order. Passes that rebuild sections replace them here. */
  items: PlanItem[];
}

/** A symbol that the script assigns. */
export interface ScriptSymbol {
  readonly name: string;
  readonly hidden: boolean;
  /** The output section that its value counts from; undefined for an absolute one. */
  section: OutputSection | undefined;
  /** Known once offsets are assigned. */
  value: number;
}

/** A step of the layout, in script order. */
export type PlanStep =
  | { readonly kind: 'section'; readonly section: OutputSection }
  | { readonly kind: 'statement'; readonly statement: Assignment | Assertion };

export class Plan {
  /** In output order. */
  readonly steps: PlanStep[] = [];
  /** Of all output sections that there ever were: expressions may ask for what is left out. */
  readonly names: Set<string> = new Set();
  readonly dropped: OutputSection[] = [];
  readonly #outputOf = new Map<InputSection, OutputSection>();

  add(step: PlanStep): void {
    this.steps.push(step);
    if (step.kind === 'section') this.names.add(step.section.name);
  }

  get sections(): OutputSection[] {
    return this.steps.flatMap((step) => (step.kind === 'section' ? [step.section] : []));
  }

  /** Puts an input section at the end of an output section. */
  place(section: InputSection, output: OutputSection): void {
    output.items.push({ kind: 'input', section });
    this.#outputOf.set(section, output);
  }

  /** Replaces the input sections of `output` by `build`'s result for each; a pass has rebuilt them. */
  rebuild(output: OutputSection, build: (section: InputSection) => readonly InputSection[]): void {
    output.items = output.items.flatMap((item): readonly PlanItem[] => {
      if (item.kind !== 'input') return [item];
      return build(item.section).map((section) => {
        this.#outputOf.set(section, output);
        return section === item.section ? item : { kind: 'input', section };
      });
    });
  }

  /** Gives an output section another name; behind what is in the section of that name, if there is one. */
  rename(output: OutputSection, name: string): void {
    const known = this.sections.find((section) => section.name === name);
    const target = known ?? { ...output, name, items: [] };
    const index = this.steps.findIndex(
      (step) => step.kind === 'section' && step.section === output,
    );
    if (known === undefined) this.steps.splice(index, 1, { kind: 'section', section: target });
    else this.steps.splice(index, 1);
    this.names.add(name);
    for (const item of output.items) {
      if (item.kind === 'input') this.place(item.section, target);
      else target.items.push(item);
    }
  }

  /** Takes an output section out of the output. Its input sections then are nowhere. */
  drop(output: OutputSection): void {
    const index = this.steps.findIndex(
      (step) => step.kind === 'section' && step.section === output,
    );
    if (index < 0) return;
    this.steps.splice(index, 1);
    this.dropped.push(output);
    for (const item of output.items) {
      if (item.kind === 'input') this.#outputOf.delete(item.section);
    }
  }

  /** Where an input section goes; undefined where the script discards it. */
  outputOf(section: InputSection): OutputSection | undefined {
    return this.#outputOf.get(section);
  }
}

export function inputsOf(output: OutputSection): InputSection[] {
  return output.items.flatMap((item) => (item.kind === 'input' ? [item.section] : []));
}
