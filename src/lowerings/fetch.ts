/**
 * The fetch idiom: `(__u32)&foo` in the source means the word that is stored at `foo`.
 *
 * Templates use it for values that are filled in after compiling: code that takes an address needs no
 * map and no load, only a loader that puts the word where the address would be. A linker can do the same,
 *
 *     r1 = foo ll          r1 = 42 ll
 *
 * but cannot tell the idiom from a real address, so it is asked for by name.
 */
import { ByteView } from '../base/bytes.ts';
import { didYouMean } from '../base/nearest.ts';
import { fetchOutside, unknownFetch } from '../diag/catalogue/lowering.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STT } from '../elf/constants.ts';
import type { InputSection } from '../model/input.ts';
import type { Plan } from '../model/plan.ts';
import { locate } from '../model/source-lines.ts';
import type { LinkState } from '../model/state.ts';
import { compileGlob, type Glob } from '../script/glob.ts';
import type { Reference } from './functions.ts';

interface Pattern {
  readonly text: string;
  readonly matches: Glob;
}

export class Fetches {
  readonly #patterns: readonly Pattern[];
  readonly #state: LinkState;
  readonly #plan: Plan;
  readonly #sink: DiagnosticSink;

  constructor(patterns: readonly string[], state: LinkState, plan: Plan, sink: DiagnosticSink) {
    this.#patterns = patterns.map((text) => ({ text, matches: compileGlob(text) }));
    this.#state = state;
    this.#plan = plan;
    this.#sink = sink;
    this.#reportUnknown();
  }

  /** The word (unsigned, 32 bits) that stands for the reference; undefined where it is not fetched. */
  word(reference: Reference): number | undefined {
    const { target } = reference;
    if (target.kind !== 'place' || !this.isFetched(reference)) return undefined;
    const { section, offset } = target;
    if (offset < 0 || offset + 4 > section.size) return undefined;
    const bytes = this.#state.sliceOf(section, offset, offset + 4);
    return new ByteView(bytes, this.#state.order).u32(0);
  }

  /** Reports a fetch that leaves its section; gives whether all is well. */
  check(reference: Reference): boolean {
    const { target, relocation } = reference;
    if (target.kind !== 'place' || !this.isFetched(reference)) return true;
    if (this.word(reference) !== undefined) return true;
    const { section, offset } = target;
    const at = locate(section, offset);
    this.#sink.report(fetchOutside(relocation.symbol.name, section.size, at));
    return false;
  }

  isFetched({ relocation, target }: Reference): boolean {
    if (this.#patterns.length === 0 || target.kind !== 'place') return false;
    const output = this.#plan.outputOf(target.section);
    const names = [target.section.name, ...(output === undefined ? [] : [output.name])];
    if (relocation.symbol.type !== STT.SECTION) names.push(relocation.symbol.name);
    else names.push(...this.#symbolsAt(target.section, target.offset));
    return this.#patterns.some(({ matches }) => names.some((name) => matches(name)));
  }

  #symbolsAt(section: InputSection, offset: number): string[] {
    return section.file.symbols
      .filter(
        (symbol) =>
          symbol.section === section && symbol.type !== STT.SECTION && symbol.value === offset,
      )
      .map((symbol) => symbol.name);
  }

  #reportUnknown(): void {
    if (this.#patterns.length === 0) return;
    const names = new Set<string>();
    for (const section of this.#state.sections()) names.add(section.name);
    for (const output of this.#plan.sections) names.add(output.name);
    for (const file of this.#state.files) for (const symbol of file.symbols) names.add(symbol.name);
    for (const { text, matches } of this.#patterns) {
      if (![...names].some((name) => matches(name))) {
        this.#sink.report(unknownFetch(text, didYouMean(text, names)));
      }
    }
  }
}
