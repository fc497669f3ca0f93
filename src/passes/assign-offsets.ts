/**
 * Gives every input section its offset and every output section its header, and evaluates the script's
 * assignments and assertions on the way. From here on nothing moves.
 *
 * In a relocatable object every section begins at address 0, so the location counter counts from the
 * start of the output section, and ADDR is 0. An expression may ask for what comes later in the script
 * (SIZEOF of the next section), so the layout is made until it no longer changes; only the last round
 * reports faults.
 */
import { alignUp, type ByteOrder, ByteView } from '../base/bytes.ts';
import { sectionMismatch } from '../diag/catalogue/elf.ts';
import * as diagnose from '../diag/catalogue/layout.ts';
import type { Diagnostic, DiagnosticSink } from '../diag/diagnostic.ts';
import { SHF, SHT } from '../elf/constants.ts';
import { type InputSection, isExecutable } from '../model/input.ts';
import { type Filling, LARGEST_SECTION, Layout, type PlacedSection } from '../model/layout.ts';
import { inputsOf, type OutputSection, type PlacedStatement, type Plan } from '../model/plan.ts';
import type { LinkState } from '../model/state.ts';
import type { Assertion, Assignment, Expression, Fill } from '../script/ast.ts';
import {
  checkAssertion,
  type EvaluatedValue,
  type ExpressionEnvironment,
  evaluateExpression,
} from '../script/expression.ts';

const MOST_ROUNDS = 10;

/** `readsBss`: the loader knows sections without bytes; otherwise their zeros are written out. */
export function assignOffsets(
  state: LinkState,
  plan: Plan,
  { readsBss }: { readonly readsBss: boolean },
  sink: DiagnosticSink,
): Layout {
  const values = (): Map<string, number> =>
    new Map([...state.scriptSymbols].map(([name, { value }]) => [name, value]));
  let round = new Round(state, plan, new Layout([]), readsBss);
  let unsettled: string | undefined;
  for (let count = 1; count < MOST_ROUNDS; count++) {
    const before = values();
    const next = new Round(state, plan, round.layout, readsBss);
    unsettled =
      changedSection(next.layout, round.layout) ??
      [...values()].find(([name, value]) => value !== before.get(name))?.[0];
    round = next;
    if (unsettled === undefined) break;
  }
  for (const diagnostic of round.diagnostics) sink.report(diagnostic);
  if (unsettled !== undefined) sink.report(diagnose.unsettledLayout(unsettled));
  return round.layout;
}

/** The name of a section that is not as it was in the round before. */
function changedSection(layout: Layout, before: Layout): string | undefined {
  return layout.sections.find((section, i) => {
    const other = before.sections[i];
    if (other === undefined || section.size !== other.size) return true;
    for (const [input, offset] of section.offsets) {
      if (other.offsets.get(input) !== offset) return true;
    }
    return false;
  })?.name;
}

/** One evaluation of the whole plan. `earlier` answers for what this round has not reached yet. */
class Round {
  readonly layout: Layout;
  readonly diagnostics: Diagnostic[] = [];
  readonly #state: LinkState;
  readonly #earlier: Layout;
  readonly #done: PlacedSection[] = [];
  /** The section and location that `.` means now. */
  #current: { readonly section: OutputSection; dot: number } | undefined;
  readonly #plan: Plan;
  readonly #assigned = new Set<string>();
  readonly #readsBss: boolean;

  constructor(state: LinkState, plan: Plan, earlier: Layout, readsBss: boolean) {
    this.#state = state;
    this.#readsBss = readsBss;
    this.#earlier = earlier;
    this.#plan = plan;
    for (const step of plan.steps) {
      if (step.kind === 'section') this.#done.push(this.#placeSection(step.section));
      else this.#statement(step.statement);
    }
    for (const output of plan.dropped) this.#reportLost(output);
    this.layout = new Layout(this.#done);
  }

  #placeSection(output: OutputSection): PlacedSection {
    const inputs = inputsOf(output);
    const header = this.#header(output, inputs);
    let align = 1;
    let subalign: number | undefined;
    let fill = this.#fillPattern(undefined);
    const offsets = new Map<InputSection, number>();
    const fillings: Filling[] = [];
    const current = { section: output, dot: 0 };
    this.#current = current;
    const advance = (to: number): void => {
      const grows = to - current.dot;
      if (grows > 0 && grows <= LARGEST_SECTION && fill.some((byte) => byte !== 0)) {
        fillings.push({ offset: current.dot, size: grows, pattern: fill });
      }
      current.dot = to;
    };

    for (const item of output.items) {
      if (item.kind === 'input') {
        const inputAlign = alignmentOf(item.section, subalign);
        align = Math.max(align, inputAlign);
        advance(alignUp(current.dot, inputAlign));
        offsets.set(item.section, current.dot);
        current.dot += item.section.size;
        continue;
      }
      if (item.kind === 'part') {
        const { rule } = item;
        this.#current = undefined; // what stands before the braces has no location
        subalign = rule.subalign && this.#alignment(rule.subalign);
        align = Math.max(align, (rule.align && this.#alignment(rule.align)) ?? 1);
        this.#current = current;
        fill = this.#fillPattern(rule.fill);
        continue;
      }
      const { statement } = item;
      if (statement.kind === 'fill') fill = this.#fillPattern(statement.fill);
      else if (statement.kind === 'data') {
        const pattern = this.#data(statement, this.#state.order);
        fillings.push({ offset: current.dot, size: pattern.length, pattern });
        current.dot += pattern.length;
      } else if (statement.kind === 'assignment' && statement.target.text === '.') {
        advance(this.#location(statement, current.dot, output.name));
      } else this.#statement(statement);
    }
    this.#current = undefined;
    // What the script puts there needs bytes, except where it says NOLOAD.
    const needsBytes =
      (fillings.length > 0 || !this.#readsBss) &&
      header.type === SHT.NOBITS &&
      output.rule?.noload !== true;
    const type = needsBytes ? SHT.PROGBITS : header.type;
    let size = current.dot;
    if (size > LARGEST_SECTION) {
      this.diagnostics.push(diagnose.tooLarge(output.name, size));
      size = 0;
    }
    const merged = isTable(header.entsize, size, offsets) && fillings.length === 0;
    const { flags, entsize } = merged ? header : withoutEntries(header);
    return { output, name: output.name, type, flags, align, entsize, size, offsets, fillings };
  }

  /** Type, flags and entry size, which sections of one name must agree in. */
  #header(
    output: OutputSection,
    inputs: readonly InputSection[],
  ): { type: number; flags: number; entsize: number } {
    const firstOfName = new Map<string, InputSection>();
    for (const input of inputs) {
      const first = firstOfName.get(input.name);
      if (first === undefined) firstOfName.set(input.name, input);
      else this.#compare(first, input);
    }
    // `BYTE(1)` alone makes a section of data.
    const all = inputs.reduce((flags, input) => flags | input.flags, inputs.length ? 0 : SHF.ALLOC);
    const [first] = inputs;
    const oneKind = inputs.every(
      (input) => input.flags === first!.flags && input.entsize === first!.entsize,
    );
    const noBits = inputs.every((input) => input.type === SHT.NOBITS && inputs.length > 0);
    const valued = inputs.filter((input) => this.#state.contents.has(input));
    if (noBits && valued.length > 0) {
      const files = [...new Set(valued.map((input) => input.file.path))];
      this.diagnostics.push(diagnose.valueInNobits(output.name, files));
    }
    const nobits = output.rule?.noload === true || (noBits && inputs.length > 0);
    return {
      type: nobits ? SHT.NOBITS : SHT.PROGBITS,
      ...(oneKind ? { flags: all, entsize: first?.entsize ?? 0 } : withoutEntries({ flags: all })),
    };
  }

  #compare(first: InputSection, other: InputSection): void {
    const differ = (property: string, a: number, b: number): void => {
      if (a === b) return;
      const of = (section: InputSection, value: number) => ({
        file: section.file.path,
        value: `0x${value.toString(16)}`,
      });
      this.diagnostics.push(sectionMismatch(other.name, property, of(first, a), of(other, b)));
    };
    differ('type', first.type, other.type);
    // Whether a section is to be kept makes no difference to what it holds: rustc marks single variables.
    differ('flags', first.flags & ~SHF.GNU_RETAIN, other.flags & ~SHF.GNU_RETAIN);
    differ('entry size', first.entsize, other.entsize);
  }

  #statement(statement: Exclude<PlacedStatement, { kind: 'data' | 'fill' }>): void {
    if (statement.kind === 'assert') this.#assert(statement);
    else if (statement.target.text !== '.') this.#assign(statement);
  }

  #assert(assertion: Assertion): void {
    const failure = checkAssertion(assertion, this.#environment());
    if (failure !== undefined) this.diagnostics.push(failure);
  }

  #assign(assignment: Assignment): void {
    const symbol = this.#state.scriptSymbols.get(assignment.target.text);
    if (symbol === undefined) return;
    this.#assigned.add(symbol.name);
    const evaluated = this.#evaluate(assignment.value);
    if (evaluated === undefined) return;
    symbol.section = evaluated.absolute ? undefined : this.#current?.section;
    symbol.value = Number(BigInt.asIntN(64, evaluated.value));
  }

  /** What a section that is gone would have defined, unless another statement defines it. */
  #reportLost(output: OutputSection): void {
    for (const item of output.items) {
      if (item.kind !== 'statement' || item.statement.kind !== 'assignment') continue;
      const { text, span } = item.statement.target;
      if (!this.#state.scriptSymbols.has(text) || this.#assigned.has(text)) continue;
      this.diagnostics.push(diagnose.symbolOfMissingSection(text, output.name, span));
    }
  }

  #location(statement: Assignment, dot: number, section: string): number {
    const evaluated = this.#evaluate(statement.value);
    if (evaluated === undefined) return dot;
    if (evaluated.value < BigInt(dot) || evaluated.value > 2n ** 32n) {
      const { span } = statement;
      this.diagnostics.push(diagnose.locationMovesBack(section, dot, evaluated.value, span));
      return dot;
    }
    return Number(evaluated.value);
  }

  #alignment(expression: Expression): number {
    const value = this.#evaluate(expression)?.value ?? 1n;
    if (value <= 1n) return 1;
    if (value > 2n ** 32n || (value & (value - 1n)) !== 0n) {
      this.diagnostics.push(diagnose.badAlignment(value, expression.span));
      return 1;
    }
    return Number(value);
  }

  #data(statement: { size: 1 | 2 | 4 | 8; value: Expression }, order: ByteOrder): Uint8Array {
    const view = new ByteView(new Uint8Array(statement.size), order);
    view.setInteger(0, statement.size, this.#evaluate(statement.value)?.value ?? 0n);
    return view.bytes;
  }

  /** The bytes that gaps are filled with, repeated. Zero where the script does not say. */
  #fillPattern(fill: Fill | undefined): Uint8Array {
    if (fill === undefined) return new Uint8Array(1);
    if (fill.kind === 'bytes') return Uint8Array.from(fill.bytes);
    const view = new ByteView(new Uint8Array(4), 'big');
    view.setInteger(0, 4, this.#evaluate(fill.value)?.value ?? 0n);
    return view.bytes;
  }

  #evaluate(expression: Expression): EvaluatedValue | undefined {
    const result = evaluateExpression(expression, this.#environment());
    if (result.kind === 'value') return result;
    this.diagnostics.push(result.error);
    return undefined;
  }

  #environment(): ExpressionEnvironment {
    const section = (name: string): PlacedSection | undefined =>
      this.#done.find((placed) => placed.name === name) ?? this.#earlier.named(name);
    // 0 where the script names it and nothing is in it, as ld has it.
    const absent = (name: string, value: number): number | undefined =>
      this.#plan.names.has(name) ? value : undefined;
    const big = (value: number | undefined): bigint | undefined =>
      value === undefined ? undefined : BigInt(value);
    const { symbols, scriptSymbols } = this.#state;
    return {
      dot: () => big(this.#current?.dot),
      symbol: (name) => big(scriptSymbols.get(name)?.value ?? this.#valueOf(name)),
      sizeOf: (name) => big(section(name)?.size ?? absent(name, 0)),
      address: (name) => big(section(name) ? 0 : absent(name, 0)),
      alignOf: (name) => big(section(name)?.align ?? absent(name, 1)),
      defined: (name) => scriptSymbols.has(name) || symbols.get(name)?.definition !== undefined,
      symbolNames: () => [...scriptSymbols.keys(), ...symbols.definedNames()],
      sectionNames: () => [...this.#done, ...this.#earlier.sections].map(({ name }) => name),
    };
  }

  #valueOf(name: string): number | undefined {
    const definition = this.#state.symbols.get(name)?.definition;
    if (definition === undefined) return undefined;
    if (definition.place === 'absolute') return definition.value;
    const place = this.#state.placeOf(definition);
    const layout = this.#earlier;
    return place && layout.find(place.section, place.offset)?.offset;
  }
}

/** Instructions have 8 bytes, whatever an assembler or SUBALIGN says of it: calls count in them. */
function alignmentOf(section: InputSection, subalign = section.align): number {
  return isExecutable(section) ? Math.max(subalign, 8) : subalign;
}

/** Whether a section of entries consists of whole ones still, each at a multiple of their size. */
function isTable(entsize: number, size: number, offsets: Iterable<[unknown, number]>): boolean {
  if (entsize === 0) return true;
  return size % entsize === 0 && [...offsets].every(([, offset]) => offset % entsize === 0);
}

/** The header of a section that cannot be merged entry by entry. */
function withoutEntries({ flags }: { flags: number }): { flags: number; entsize: number } {
  return { flags: flags & ~(SHF.MERGE | SHF.STRINGS), entsize: 0 };
}
