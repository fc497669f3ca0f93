/**
 * Code, one function at a time, with what it refers to.
 *
 * A section is cut at its function symbols (and, for assembly that types none, at its global labels and
 * at the targets of calls); a function reaches to the next cut. References are looked up once, here:
 * afterwards nobody needs to know whether a call was a relocation against a symbol, against `.text`, or
 * a plain pc-relative one.
 */
import { Code } from '../bpf/code.ts';
import { CallKind, Opcode } from '../bpf/opcode.ts';
import { callIntoMiddle, callOfData } from '../diag/catalogue/lowering.ts';
import type { DiagnosticSink, Location } from '../diag/diagnostic.ts';
import { STB, STT } from '../elf/constants.ts';
import {
  type InputSection,
  type InputSymbol,
  isExecutable,
  type Relocation,
} from '../model/input.ts';
import { symbolsOf } from '../model/section-symbols.ts';
import { locate } from '../model/source-lines.ts';
import type { LinkState, Place } from '../model/state.ts';
import type { BpfFunction, Draft, Reference } from './bpf-function.ts';
import { followTraps } from './traps.ts';

export type { BpfFunction, Reference } from './bpf-function.ts';

export class FunctionTable {
  readonly #state: LinkState;
  readonly #sink: DiagnosticSink;
  readonly #bySection = new Map<InputSection, Draft[]>();
  readonly #traps: ((name: string) => boolean) | undefined;
  readonly #trapped = new Map<BpfFunction, boolean>();

  /** `traps`: which functions, by name, are trapped. */
  constructor(
    state: LinkState,
    sections: Iterable<InputSection>,
    sink: DiagnosticSink,
    traps?: (name: string) => boolean,
  ) {
    this.#state = state;
    this.#sink = sink;
    this.#traps = traps;
    const code = [...sections].filter(isExecutable);
    const targets = callTargets(code, state);
    for (const section of code) {
      this.#bySection.set(section, this.#cut(section, targets.get(section) ?? new Set()));
    }
    for (const section of code) this.#connect(section);
    if (traps !== undefined) followTraps([...this.#bySection.values()].flat());
  }

  functionsOf(section: InputSection): readonly BpfFunction[] {
    return this.#bySection.get(section) ?? [];
  }

  *all(): Generator<BpfFunction> {
    for (const functions of this.#bySection.values()) yield* functions;
  }

  /** The function that holds the byte. */
  at({ section, offset }: Place): BpfFunction | undefined {
    return this.#draftAt(section, offset);
  }

  /** Whether another object's definition replaced the function, under each of its names. */
  isLoser(fn: BpfFunction): boolean {
    const { symbol } = fn;
    if (symbol === undefined || symbol.binding === STB.LOCAL) return false;
    const lost = (name: InputSymbol): boolean => this.#state.symbols.definitionOf(name) !== name;
    return lost(symbol) && globalNames(fn).every(lost);
  }

  /** What stands for a function that lost. */
  winnerOf(fn: BpfFunction): Place | undefined {
    const definition = fn.symbol && this.#state.symbols.definitionOf(fn.symbol);
    return definition && this.#state.placeOf(definition);
  }

  #draftAt(section: InputSection, offset: number): Draft | undefined {
    const functions = this.#bySection.get(section) ?? [];
    let low = 0;
    for (let high = functions.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (functions[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    const fn = functions[low - 1];
    return fn !== undefined && offset < fn.end ? fn : undefined;
  }

  #cut(section: InputSection, targets: ReadonlySet<number>): Draft[] {
    const bytes = this.#state.bytesOf(section);
    const { file } = section;
    const decoded = Code.decode(bytes, file.order, { file: file.path, section: section.name });
    if (decoded.code === undefined) {
      this.#sink.report(decoded.diagnostic);
      return [];
    }
    const labels = functionLabels(section);
    const starts = new Set([
      0,
      ...labels.keys(),
      ...targets,
      ...localTargets(section, decoded.code),
    ]);
    const cuts = [...starts].filter((cut) => cut % 8 === 0 && cut < bytes.length);
    cuts.sort((a, b) => a - b);
    return cuts.map((start, i) => {
      const end = cuts[i + 1] ?? bytes.length;
      const symbol = labels.get(start);
      return {
        section,
        start,
        end,
        name:
          symbol?.name ?? (start === 0 ? section.name : `${section.name}+0x${start.toString(16)}`),
        symbol,
        code: decoded.code.slice(start / 8, end / 8),
        references: new Map(),
        calls: new Map(),
        unresolvedCalls: new Map(),
        rebound: new Map(),
        traps: new Set(),
        lastCalls: new Set(),
      };
    });
  }

  #connect(section: InputSection): void {
    for (const relocation of section.relocations) {
      const fn = this.#draftAt(section, relocation.offset);
      if (fn === undefined) continue;
      const slot = (relocation.offset - fn.start) / 8;
      const reference = { relocation, target: this.#state.targetOf(relocation) };
      if (relocation.form === 'call') this.#call(fn, slot, reference);
      else fn.references.set(slot, reference);
    }
    const relocated = new Set(section.relocations.map((relocation) => relocation.offset));
    for (const fn of this.#bySection.get(section) ?? []) {
      for (const [slot, offset] of localCalls(fn.code, fn.start, relocated)) {
        const name = `${section.name}+0x${offset.toString(16)}`;
        this.#bind(fn, slot, { section, offset }, name, false);
      }
    }
  }

  #call(fn: Draft, slot: number, reference: Reference): void {
    const { target, relocation } = reference;
    const { symbol } = relocation;
    if (symbol.type !== STT.SECTION && this.#traps?.(symbol.name)) fn.traps.add(slot);
    else if (target.kind === 'place') {
      this.#bind(fn, slot, target, symbol.name, symbol.type !== STT.SECTION);
    } else fn.unresolvedCalls.set(slot, reference);
  }

  /** `byName`: the call names a symbol, and `place` is where the definition of that name is. */
  #bind(fn: Draft, slot: number, place: Place, name: string, byName: boolean): void {
    const at = (): Location[] => locateSlot(fn, slot);
    if (!isExecutable(place.section)) {
      this.#sink.report(callOfData(name, place.section.name, at()));
      return;
    }
    const callee = this.at(place);
    if (callee === undefined || callee.start !== place.offset) {
      this.#sink.report(callIntoMiddle(callee === undefined ? name : `'${callee.name}'`, at()));
      return;
    }
    if (this.#isTrapped(callee)) fn.traps.add(slot);
    else if (byName || !this.isLoser(callee)) fn.calls.set(slot, callee);
    else this.#rebind(fn, slot, callee.symbol!);
  }

  #isTrapped(fn: BpfFunction): boolean {
    if (this.#traps === undefined) return false;
    const trapped = this.#trapped.get(fn) ?? namesOf(fn).some(this.#traps);
    this.#trapped.set(fn, trapped);
    return trapped;
  }

  /** A call that the assembler resolved to a weak function means the definition that won. */
  #rebind(fn: Draft, slot: number, symbol: InputSymbol): void {
    const offset = fn.start + slot * 8;
    const relocation: Relocation = { offset, form: 'call', symbol, addend: 0 };
    fn.rebound.set(slot, relocation);
    this.#call(fn, slot, { relocation, target: this.#state.targetOf(relocation) });
  }
}

/** Calls that the assembler resolved: the slot in `code`, which begins at `base`, and the target's offset. */
function* localCalls(
  code: Code,
  base: number,
  relocated: ReadonlySet<number>,
): Generator<readonly [slot: number, target: number]> {
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (code.opcode[slot] !== Opcode.CALL || code.src[slot] !== CallKind.FUNCTION) continue;
    const offset = base + slot * 8;
    if (!relocated.has(offset)) yield [slot, offset + (code.imm[slot]! + 1) * 8];
  }
}

function localTargets(section: InputSection, code: Code): number[] {
  const relocated = new Set(section.relocations.map((relocation) => relocation.offset));
  return [...localCalls(code, 0, relocated)].map(([, target]) => target);
}

function namesOf({ section, start }: BpfFunction): string[] {
  const here = symbolsOf(section).filter(
    ({ value, type }) => value === start && (type === STT.FUNC || type === STT.NOTYPE),
  );
  return here.map(({ name }) => name);
}

/** The symbols under which other objects may know a function. */
function globalNames({ section, start }: BpfFunction): InputSymbol[] {
  return symbolsOf(section).filter(
    ({ value, binding, type }) =>
      value === start && binding !== STB.LOCAL && (type === STT.FUNC || type === STT.NOTYPE),
  );
}

/** Function symbols by offset. Of aliases the global one, because it may be overridden. */
function functionLabels(section: InputSection): Map<number, InputSymbol> {
  const labels = new Map<number, InputSymbol>();
  for (const symbol of symbolsOf(section)) {
    const global = symbol.binding !== STB.LOCAL;
    if (symbol.type !== STT.FUNC && !(symbol.type === STT.NOTYPE && global)) continue;
    const known = labels.get(symbol.value);
    if (known === undefined || (known.binding === STB.LOCAL && global)) {
      labels.set(symbol.value, symbol);
    }
  }
  return labels;
}

/** Where calls lead, for sections whose functions have no symbols. */
function callTargets(
  sections: readonly InputSection[],
  state: LinkState,
): Map<InputSection, Set<number>> {
  const targets = new Map<InputSection, Set<number>>();
  const add = (section: InputSection, offset: number): void => {
    targets.set(section, (targets.get(section) ?? new Set()).add(offset));
  };
  for (const section of sections) {
    const calls = section.relocations.filter((relocation) => relocation.form === 'call');
    for (const relocation of calls) {
      const target = state.targetOf(relocation);
      const plain = relocation.symbol.type === STT.SECTION || relocation.symbol.type === STT.NOTYPE;
      if (plain && target.kind === 'place') add(target.section, target.offset);
    }
  }
  return targets;
}

export function locateSlot(fn: BpfFunction, slot: number, what?: string): Location[] {
  return locate(fn.section, fn.start + slot * 8, what);
}
