/**
 * Code, cut into functions: at function symbols (for assembly that types none, at its global labels), where
 * their sizes end, and where calls lead. A function reaches to the next cut, so that every byte of code is
 * in exactly one, whatever the symbols say.
 */
import { Code } from '../../bpf/code.ts';
import { CallKind, Opcode } from '../../bpf/opcode.ts';
import { STB, STT } from '../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import { applyDisplacements } from '../../model/read-relocations.ts';
import { isCode, type ObjectView } from './object.ts';
import type { Relocations, ResolvedPlace, ResolvedRelocation } from './relocations.ts';
import { plus } from './targets.ts';

export interface ObjectFunction {
  readonly section: ElfSection;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** All that stand at its start; the one that it is called by comes first. */
  readonly symbols: readonly ElfSymbol[];
  /** Of the whole section: slots are offsets in it, divided by 8. */
  readonly code: Code;
}

/** The slots at which its instructions begin. */
export function* slotsOf({ code, start, end }: ObjectFunction): Generator<number> {
  for (let slot = start / 8; slot < end / 8; slot = code.next(slot)) yield slot;
}

export class Functions {
  readonly #bySection = new Map<number, ObjectFunction[]>();
  readonly #relocations: Relocations;
  /** How many functions have the name. */
  readonly #names = new Map<string, number>();

  /** Code that is not made of whole instructions is reported and left out. */
  constructor(view: ObjectView, relocations: Relocations) {
    this.#relocations = relocations;
    const decoded: { readonly section: ElfSection; readonly code: Code }[] = [];
    for (const section of view.elf.sections) {
      if (!isCode(section) || section.size === 0) continue;
      const bytes = applyDisplacements(section, view.elf);
      const origin = { file: view.path, section: section.name };
      const { code, diagnostic } = Code.decode(bytes, view.elf.order, origin);
      if (code === undefined) view.sink.report(diagnostic);
      else decoded.push({ section, code });
    }
    const targets = this.#callTargets(decoded);
    for (const { section, code } of decoded) {
      const called = targets.get(section.index) ?? [];
      this.#bySection.set(section.index, cut(view, section, code, called));
    }
    for (const { name } of this) this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
  }

  *[Symbol.iterator](): Generator<ObjectFunction> {
    for (const functions of this.#bySection.values()) yield* functions;
  }

  at({ section, offset }: ResolvedPlace): ObjectFunction | undefined {
    const functions = this.#bySection.get(section.index) ?? [];
    let low = 0;
    for (let high = functions.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (functions[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    const found = functions[low - 1];
    return found !== undefined && offset < found.end ? found : undefined;
  }

  /** Whether no two functions have the name. */
  isUnique(name: string): boolean {
    return (this.#names.get(name) ?? 0) < 2;
  }

  /** The relocation of the instruction at `slot`. */
  relocationAt(fn: ObjectFunction, slot: number): ResolvedRelocation | undefined {
    return this.#relocations.at(fn.section, slot * 8);
  }

  /** Where the call at `slot` leads, in this object; undefined for helpers and undefined functions. */
  calledPlace(fn: ObjectFunction, slot: number): ResolvedPlace | undefined {
    const relocation = this.relocationAt(fn, slot);
    if (relocation !== undefined) return relocation.place;
    const offset = localCall(fn.code, slot);
    return offset === undefined ? undefined : { section: fn.section, offset };
  }

  #callTargets(
    decoded: readonly { readonly section: ElfSection; readonly code: Code }[],
  ): Map<number, number[]> {
    const targets = new Map<number, number[]>();
    const add = ({ section, offset }: ResolvedPlace): void => {
      const known = targets.get(section.index);
      if (known === undefined) targets.set(section.index, [offset]);
      else known.push(offset);
    };
    for (const { section, code } of decoded) {
      for (const { report, place } of this.#relocations.of(section)) {
        if (report.form === 'call' && place !== undefined) add(place);
      }
      for (let slot = 0; slot < code.length; slot = code.next(slot)) {
        const offset = localCall(code, slot);
        if (offset === undefined || this.#relocations.at(section, slot * 8) !== undefined) continue;
        add({ section, offset });
      }
    }
    return targets;
  }
}

/** Where a call leads that the assembler resolved. */
function localCall(code: Code, slot: number): number | undefined {
  if (code.opcode[slot] !== Opcode.CALL || code.src[slot] !== CallKind.FUNCTION) return undefined;
  return (slot + 1 + code.imm[slot]!) * 8;
}

function cut(
  view: ObjectView,
  section: ElfSection,
  code: Code,
  called: readonly number[],
): ObjectFunction[] {
  const labels = new Map<number, ElfSymbol[]>();
  const cuts = new Set([0, ...called]);
  for (const symbol of view.symbols.of(section.index)) {
    if (!isFunctionLabel(symbol)) continue;
    const known = labels.get(symbol.value);
    if (known === undefined) labels.set(symbol.value, [symbol]);
    else known.push(symbol);
    cuts.add(symbol.value);
    if (symbol.size > 0) cuts.add(symbol.value + symbol.size);
  }
  const inside = (at: number): boolean => at >= 0 && at % 8 === 0 && at < code.length * 8;
  const starts = [...cuts].filter(inside).sort((a, b) => a - b);
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? code.length * 8;
    const symbols = labels.get(start) ?? [];
    return {
      section,
      start,
      end,
      name: symbols[0]?.name ?? plus(section.name, start),
      symbols,
      code,
    };
  });
}

function isFunctionLabel({ type, binding }: ElfSymbol): boolean {
  return type === STT.FUNC || (type === STT.NOTYPE && binding !== STB.LOCAL);
}

/**
 * Programs are what a loader looks for: functions that others see, outside of `.text`; code without a symbol
 * at the start of such a section too, as tc takes it.
 */
export function isProgram({ section, start, symbols }: ObjectFunction): boolean {
  if (/^\.text(\.|$)/.test(section.name)) return false;
  return symbols[0] === undefined ? start === 0 : symbols[0].binding !== STB.LOCAL;
}
