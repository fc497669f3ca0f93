/**
 * LIBBPF-006: programs that write to `.rodata`, of which libbpf makes a map that they can only read. Such a section
 * is mostly a script's, which has put `.data` or `.bss` there:
 *
 *     r1 = count ll
 *     r2 = *(u64 *)(r1 + 0)
 *     r2 += 1
 *     *(u64 *)(r1 + 0) = r2      found: r1 has the address still
 *
 * The instructions behind the reference are followed in a straight line, where they go on at all, so that a store
 * which is found is one. Stores behind a jump, through memory or in functions that are called are not looked for.
 */
import { Code } from '../../../bpf/code.ts';
import { Atomic, endsFlow, isAtomic, isStore, Opcode, usesRegister } from '../../../bpf/opcode.ts';
import { registersWritten } from '../../../bpf/registers.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { OUTPUT } from '../../../model/origins.ts';
import type { BpfFunction } from '../object-view.ts';
import type { Reference } from './references.ts';
import { symbolPlacesOf } from './symbol-places.ts';
import type { View } from './view.ts';

/** Slots behind a reference that are looked at. */
const REACH = 128;

/** `target` is the section of data that the reference leads to. */
export function refusedWrite(
  view: View,
  reference: Reference,
  target: ElfSection,
  inside: BpfFunction,
): Diagnostic | undefined {
  if (!/^\.rodata(\.|$)/.test(target.name)) return undefined;
  const { section, relocation, symbol, imm } = reference;
  const { offset } = relocation;
  const end = Math.min(inside.end, offset + REACH * 8, section.bytes.length);
  const bytes = section.bytes.subarray(offset, end);
  const { code } = Code.decode(bytes, view.object.order, { file: OUTPUT, section: section.name });
  const store = code && storeThrough(code);
  if (store === undefined) return undefined;
  const variable = symbolPlacesOf(view).at(target.index, symbol.value + imm);
  const name = variable?.name ?? view.nameOf(symbol);
  return diagnose.writeToReadOnly(
    name,
    target.name,
    inside.name,
    view.at(section, offset + store * 8),
  );
}

/** The slot of a store to what the ld_imm64 at slot 0 refers to. */
function storeThrough(code: Code): number | undefined {
  let holding = 1 << code.dst[0]!;
  for (let slot = code.next(0); slot < code.length && holding !== 0; slot = code.next(slot)) {
    const opcode = code.opcode[slot]!;
    const dst = 1 << code.dst[slot]!;
    const writes = isStore(opcode) || (isAtomic(opcode) && code.imm[slot] !== Atomic.LOAD_ACQ);
    if (writes && (holding & dst) !== 0) return slot;
    if (endsFlow(opcode)) return undefined;
    const keeps = keepsAddress(code, slot, holding);
    holding &= ~registersWritten(code, slot);
    if (keeps) holding |= dst;
  }
  return undefined;
}

/** Whether the destination of a move or an addition has the address, or one within the variable. */
function keepsAddress(code: Code, slot: number, holding: number): boolean {
  const opcode = code.opcode[slot]!;
  const fromSource = usesRegister(opcode) && (holding & (1 << code.src[slot]!)) !== 0;
  if (opcode === Opcode.MOV64_X) return code.offset[slot] === 0 && fromSource;
  if (opcode !== Opcode.ADD64_K && opcode !== Opcode.ADD64_X) return false;
  return fromSource || (holding & (1 << code.dst[slot]!)) !== 0;
}
