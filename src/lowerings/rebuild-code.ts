/**
 * Puts functions together again into sections, after they were rewritten, copied or left out.
 *
 * Calls between functions that stand in one section are made pc-relative where the section is a program
 * with copies; a call that was a relocation elsewhere stays one.
 */
import { Bug } from '../base/bug.ts';
import { Code } from '../bpf/index.ts';
import { CallKind } from '../bpf/opcode.ts';
import { SHF, SHT } from '../elf/constants.ts';
import type { InputSection, Relocation } from '../model/input.ts';
import type { CodePart, LinkState, Place } from '../model/state.ts';
import { syntheticSection } from '../model/synthetic.ts';
import type { BpfFunction, FunctionTable } from './functions.ts';
import type { LoweredFunction, SlotMap } from './lower-function.ts';

export interface RebuiltSection {
  readonly section: InputSection;
  /** The byte offset of each function in it. */
  readonly offsets: ReadonlyMap<BpfFunction, number>;
  readonly parts: readonly CodePart[];
}

/**
 * `functions` are all that the calls lead to, but for those that are relocations. `bound`: every call is resolved
 * here, to the copy in this section. Otherwise only those are that the assembler had resolved.
 */
export function rebuildSection(
  origin: InputSection,
  functions: readonly LoweredFunction[],
  bound: boolean,
): RebuiltSection {
  const offsets = new Map<BpfFunction, number>();
  let slots = 0;
  for (const { fn, code } of functions) {
    offsets.set(fn, slots * 8);
    slots += code.length;
  }
  const code = Code.blank(slots);
  const relocations: Relocation[] = [];
  // Functions that are not bound are all from `origin`.
  const calls = new Map(
    origin.relocations
      .filter(({ form }) => !bound && form === 'call')
      .map((relocation) => [relocation.offset, relocation]),
  );
  for (const lowered of functions) {
    const base = offsets.get(lowered.fn)! / 8;
    code.putCode(base, lowered.code, 0, lowered.code.length);
    for (const [slot, { relocation }] of lowered.references) {
      relocations.push({ ...relocation, offset: (base + slot) * 8 });
    }
    for (const [oldSlot, callee] of lowered.fn.calls) {
      const slot = base + lowered.slots.toNew(oldSlot);
      const here = offsets.get(callee);
      const rebound = bound ? undefined : lowered.fn.rebound.get(oldSlot);
      // A winner that stands in this section is as near as the loser was.
      const relocation =
        rebound === undefined
          ? calls.get(lowered.fn.start + oldSlot * 8)
          : here === undefined
            ? rebound
            : undefined;
      if (relocation !== undefined) {
        relocations.push({ ...relocation, offset: slot * 8 });
        continue;
      }
      if (here === undefined) {
        throw new Bug('rebuild-code', `${callee.name} has no place in ${origin.name}`);
      }
      code.src[slot] = CallKind.FUNCTION;
      code.imm[slot] = here / 8 - slot - 1;
    }
    for (const [oldSlot, { relocation }] of lowered.fn.unresolvedCalls) {
      const slot = base + lowered.slots.toNew(oldSlot);
      relocations.push({ ...relocation, offset: slot * 8 });
    }
  }
  const parts = functions.map(({ fn, slots }) => ({
    origin: fn.section,
    start: fn.start,
    end: fn.end,
    offset: offsets.get(fn)!,
    slots,
  }));
  return { section: codeSection(origin, code, relocations), offsets, parts };
}

/** A section of new code in the place of `origin`. */
export function codeSection(
  origin: InputSection,
  code: Code,
  relocations: readonly Relocation[],
): InputSection {
  const made = syntheticSection(origin, {
    bytes: code.encode(origin.file.order),
    relocations: [...relocations].sort((a, b) => a.offset - b.offset),
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    align: 8,
    entsize: 0,
  });
  // Line information counts from the old bytes.
  return { ...made, file: { ...origin.file, btfExt: undefined } };
}

/**
 * Sends references to a section's old bytes to the functions' new places, if they have one. Of a
 * function that lost only the start has a meaning elsewhere: it is the winner's.
 */
export function redirectFunctions(
  state: LinkState,
  section: InputSection,
  table: FunctionTable,
  lowered: (fn: BpfFunction) => { readonly slots: Pick<SlotMap, 'toNew'> } | undefined,
  placeOf: (fn: BpfFunction) => Place | undefined,
): void {
  const leftOut = (fn: BpfFunction): boolean => placeOf(fn) === undefined && table.isLoser(fn);
  // The end of the section belongs to the last function that is left.
  const last = table.functionsOf(section).findLast((fn) => !leftOut(fn));
  const holding = (offset: number): BpfFunction | undefined =>
    offset === section.size ? last : table.at({ section, offset });
  // A function begins with its prologue, so its start stays its start.
  const newOffset = (fn: BpfFunction, offset: number): number =>
    offset === fn.start
      ? 0
      : (lowered(fn)?.slots.toNew(Math.floor((Math.min(offset, fn.end) - fn.start) / 8)) ?? 0) * 8;
  state.redirects.set(section, (offset) => {
    const fn = holding(offset);
    if (fn === undefined) return undefined;
    if (leftOut(fn)) return offset === fn.start ? table.winnerOf(fn) : undefined;
    const place = placeOf(fn);
    return place && { section: place.section, offset: place.offset + newOffset(fn, offset) };
  });
  state.extents.set(section, (offset, size) => {
    const fn = holding(offset);
    if (fn === undefined || size === 0) return size;
    const end = Math.min(offset + size, fn.end);
    return newOffset(fn, end) - newOffset(fn, offset);
  });
}
