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
import { STACK_TARGET } from '../bpf/index.ts';
import {
  fetchedAddress,
  fetchedAndRead,
  fetchedInPart,
  fetchOutside,
  unknownFetch,
} from '../diag/catalogue/lowering.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { STT } from '../elf/constants.ts';
import { type InputSection, isExecutable, type Relocation } from '../model/input.ts';
import type { Plan } from '../model/plan.ts';
import { symbolsOf } from '../model/section-symbols.ts';
import { locate } from '../model/source-lines.ts';
import type { LinkState, Place } from '../model/state.ts';
import { compileGlob, type Glob } from '../script/glob.ts';
import type { FunctionFacts } from './analysis.ts';
import type { FetchPattern } from './context.ts';
import { locateSlot, type Reference } from './functions.ts';
import { type DataObject, type ObjectTable, relocationsIn } from './objects.ts';
import { isNumber, isRead } from './use-kinds.ts';

interface CompiledPattern extends FetchPattern {
  readonly matches: Glob;
}

export class Fetches {
  readonly #patterns: readonly CompiledPattern[];
  readonly #read = new Set<Reference>();
  readonly #halved = new Set<DataObject>();
  readonly #state: LinkState;
  readonly #plan: Plan;
  readonly #sink: DiagnosticSink;

  constructor(
    patterns: readonly FetchPattern[],
    state: LinkState,
    plan: Plan,
    sink: DiagnosticSink,
  ) {
    this.#patterns = patterns.map((one) => ({ ...one, matches: compileGlob(one.text) }));
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
    const [relocation, another] = relocationsOf(target);
    if (relocation === undefined) return new ByteView(bytes, this.#state.order).u32(0);
    return another === undefined ? this.#relocatedWord(relocation, offset) : undefined;
  }

  /** The word at `offset` of a field that has a relocation: known where that is a number. */
  #relocatedWord(relocation: Relocation, offset: number): number | undefined {
    const target = this.#state.targetOf(relocation);
    const size = sizeOf(relocation);
    const at = offset - relocation.offset;
    if (target.kind !== 'absolute' || at < 0 || at + 4 > size) return undefined;
    const fits = size === 8 || (target.value >= -(2 ** 31) && target.value < 2 ** 32);
    if (!fits) return undefined;
    const field = new ByteView(new Uint8Array(size), this.#state.order);
    field.setInteger(0, size, BigInt(target.value));
    return field.u32(at);
  }

  /** Reports a fetch that leaves its section, or leaves something behind; gives whether there is a word. */
  check(reference: Reference, objects: ObjectTable): boolean {
    const { target, relocation } = reference;
    if (target.kind !== 'place' || !this.isFetched(reference)) return true;
    if (this.word(reference) !== undefined) {
      const object = objects.at(target);
      const size = object === undefined ? 0 : object.end - object.start;
      if (object?.name !== undefined && size > 4 && !this.#halved.has(object)) {
        this.#halved.add(object);
        this.#sink.report(fetchedInPart(object.name, size, locate(target.section, target.offset)));
      }
      return true;
    }
    const { section, offset } = target;
    const at = locate(section, offset);
    const [held] = relocationsOf(target);
    if (held !== undefined) {
      const what = `'${held.symbol.name}'`;
      this.#sink.report(fetchedAddress(this.#nameOf(reference), what, at));
      return false;
    }
    this.#sink.report(fetchOutside(relocation.symbol.name, section.size, at));
    return false;
  }

  /**
   * Finds the references that a pattern names and whose address the code reads through (`foo > limit`
   * beside `(__u32)&foo`, under --fetch .data): those are no idiom, and are lowered like any other.
   * `facts` knows all references as addresses.
   */
  exceptReads({ fn, uses }: FunctionFacts, objects: ObjectTable): void {
    const read = new Map<DataObject, number>();
    const wanted = new Set<DataObject>();
    for (const use of uses) {
      const through = isRead(use);
      if (!through && !isNumber(use, fn)) continue;
      const { ids } = 'base' in use ? use.base.targets : use.value.targets;
      for (const id of ids) {
        if (id === STACK_TARGET) continue;
        if (through) read.set(objects.get(id), use.slot);
        else wanted.add(objects.get(id));
      }
    }
    for (const reference of fn.references.values()) {
      const { target } = reference;
      if (target.kind !== 'place' || !this.isFetched(reference)) continue;
      const object = objects.at(target);
      const slot = object && read.get(object);
      if (object === undefined || slot === undefined) continue;
      this.#read.add(reference);
      if (!wanted.delete(object)) continue;
      this.#sink.report(fetchedAndRead(objects.describe(object), locateSlot(fn, slot)));
    }
  }

  isFetched(reference: Reference): boolean {
    const { relocation, target } = reference;
    if (this.#patterns.length === 0 || target.kind !== 'place') return false;
    if (this.#read.has(reference) || isExecutable(target.section)) return false;
    const output = this.#plan.outputOf(target.section);
    const names = [target.section.name, ...(output === undefined ? [] : [output.name])];
    if (relocation.symbol.type !== STT.SECTION) names.push(relocation.symbol.name);
    else names.push(...this.#symbolsAt(target.section, target.offset));
    return this.#patterns.some(({ matches }) => names.some((name) => matches(name)));
  }

  #nameOf({ relocation: { symbol }, target }: Reference): string {
    if (symbol.type !== STT.SECTION || target.kind !== 'place') return symbol.name;
    return this.#symbolsAt(target.section, target.offset)[0] ?? symbol.name;
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
    for (const section of this.#state.sections()) {
      if (isExecutable(section)) continue;
      names.add(section.name);
      const output = this.#plan.outputOf(section);
      if (output !== undefined) names.add(output.name);
      for (const { name } of symbolsOf(section)) names.add(name);
    }
    for (const { definition } of this.#state.symbols.all()) {
      if (definition?.place === 'common') names.add(definition.name);
    }
    for (const { text, at, matches } of this.#patterns) {
      if (![...names].some((name) => matches(name))) {
        this.#sink.report(unknownFetch(text, didYouMean(text, names), at));
      }
    }
  }
}

function sizeOf({ form }: Relocation): 4 | 8 {
  return form === 'abs64' ? 8 : 4;
}

/** The relocations that say something of the word at a place. */
function relocationsOf({ section, offset }: Place): Relocation[] {
  return relocationsIn(section, offset - 7, offset + 4).filter(
    (relocation) => relocation.offset + sizeOf(relocation) > offset,
  );
}
