/**
 * The references of code, as aya reads them, and what becomes of those to functions: aya appends to each program
 * the functions that it reaches, and goes through their instructions one by one.
 *
 *     call -1    R_BPF_64_32 helper         the function at helper's st_value; the addend is not read
 *     call 5     R_BPF_64_32 .text          the function at byte (5 + 1) * 8 of .text
 *     call 5     no relocation              the function 6 instructions on, in the same section
 *     r1 = 48 ll R_BPF_64_64 .text          the function at byte 48
 */
import { ByteView } from '../../../base/bytes.ts';
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import { EM_BPF, R_BPF, STT } from '../../../elf/constants.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { type AyaFunction, type AyaView, isFunction } from './view.ts';

export interface CodeSlot {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

/** Undefined where no whole instruction stands there. */
export function slotAt(view: AyaView, section: ElfSection, offset: number): CodeSlot | undefined {
  const { order } = view.object;
  const bytes = new ByteView(section.bytes, order);
  if (!bytes.has(offset, 8)) return undefined;
  const registers = bytes.u8(offset + 1);
  const [low, high] = [registers & 15, registers >> 4];
  return {
    opcode: bytes.u8(offset),
    dst: order === 'little' ? low : high,
    src: order === 'little' ? high : low,
    off: bytes.i16(offset + 2),
    imm: bytes.i32(offset + 4),
  };
}

/** Whether aya takes the instruction for a call of a function. */
export function isLocalCall({ opcode, src, dst, off }: CodeSlot): boolean {
  return opcode === Opcode.CALL && src === CallKind.FUNCTION && dst === 0 && off === 0;
}

/** What newer ayas look for in the kernel: an undefined symbol of no type. */
export function isExtern({ place, type, name }: ElfSymbol): boolean {
  return (place === 'undefined' || place === 'absolute') && type === STT.NOTYPE && name !== '';
}

/** What aya makes of an instruction that calls a function, or takes its address. */
export interface FunctionUse {
  readonly from: AyaFunction;
  readonly offset: number;
  readonly isCall: boolean;
  readonly symbol: ElfSymbol | undefined;
  readonly result:
    | { readonly is: 'function'; readonly callee: AyaFunction; readonly lostAddend: number }
    /** There is no function. */
    | { readonly is: 'nothing'; readonly section: number; readonly address: number }
    /** aya panics, being asked for what it does not know. */
    | { readonly is: 'panic'; readonly why: 'symbol' | 'undefined' | 'relocation' }
    | { readonly is: 'extern' }
    /** The instruction is neither what aya takes for a call nor a ld_imm64. */
    | { readonly is: 'form'; readonly slot: CodeSlot };
}

export class FunctionUses {
  readonly #view: AyaView;
  readonly #uses = new Map<AyaFunction, readonly FunctionUse[]>();

  constructor(view: AyaView) {
    this.#view = view;
  }

  /** Of a function, in the order of its code. */
  of(fn: AyaFunction): readonly FunctionUse[] {
    let uses = this.#uses.get(fn);
    if (uses === undefined) {
      uses = this.#find(fn);
      this.#uses.set(fn, uses);
    }
    return uses;
  }

  /** The function and those that it reaches, in the order in which aya appends them. */
  reached(fn: AyaFunction): ReadonlySet<AyaFunction> {
    const seen = new Set([fn]);
    const stack = [this.of(fn).values()];
    while (stack.length > 0) {
      const next = stack.at(-1)!.next();
      if (next.done === true) stack.pop();
      else if (next.value.result.is === 'function' && !seen.has(next.value.result.callee)) {
        seen.add(next.value.result.callee);
        stack.push(this.of(next.value.result.callee).values());
      }
    }
    return seen;
  }

  #find(fn: AyaFunction): FunctionUse[] {
    const relocations = this.#view.relocationsOf(fn.section);
    const found: FunctionUse[] = [];
    for (let offset = fn.start; offset + 8 <= fn.end; offset += 8) {
      const slot = slotAt(this.#view, fn.section, offset);
      if (slot === undefined) break;
      const use = this.#useAt(fn, offset, slot, relocations.get(offset));
      if (use !== undefined) found.push(use);
    }
    return found;
  }

  #useAt(
    from: AyaFunction,
    offset: number,
    slot: CodeSlot,
    relocation: ElfRelocation | undefined,
  ): FunctionUse | undefined {
    const isCall = isLocalCall(slot);
    const symbol = relocation && this.#view.symbolOf(relocation);
    const use = (result: FunctionUse['result']): FunctionUse => ({
      ...{ from, offset, isCall, symbol, result },
    });
    const isCallLike = slot.opcode === Opcode.CALL && slot.src === CallKind.FUNCTION;
    if (relocation === undefined || symbol === undefined || !this.#isOfFunctions(symbol)) {
      if (symbol?.place === 'undefined' && isCallLike) return use({ is: 'extern' });
      if (!isCall) return isCallLike ? use({ is: 'form', slot }) : undefined;
      return use(this.#target(from.section.index, offset + (slot.imm + 1) * 8, 0));
    }
    if (!isCall && slot.opcode !== Opcode.LD_IMM64) return use({ is: 'form', slot });
    return use(this.#relocated(slot, relocation, symbol));
  }

  #isOfFunctions(symbol: ElfSymbol): boolean {
    if (isFunction(symbol.type)) return true;
    return symbol.place === 'section' && this.#view.hasFunctions(symbol.section);
  }

  #relocated(slot: CodeSlot, { type }: ElfRelocation, symbol: ElfSymbol): FunctionUse['result'] {
    const isCall = slot.opcode === Opcode.CALL;
    if (isFunction(symbol.type)) {
      if (symbol.place !== 'section') return { is: 'panic', why: 'undefined' };
      // GNU as leaves 0 where LLVM writes -1.
      const behind = isCall && slot.imm !== 0 ? (slot.imm + 1) * 8 : 0;
      const addend = isCall ? behind : slot.imm;
      return this.#target(symbol.section, symbol.value, addend);
    }
    if (symbol.type !== STT.SECTION) return { is: 'panic', why: 'symbol' };
    const known = this.#view.object.machine === EM_BPF;
    if (known && type === R_BPF.CALL32) {
      return this.#target(symbol.section, symbol.value + (slot.imm + 1) * 8, 0);
    }
    if (known && type === R_BPF.LD_IMM64) {
      return this.#target(symbol.section, symbol.value + slot.imm, 0);
    }
    return { is: 'panic', why: 'relocation' };
  }

  #target(section: number, address: number, lostAddend: number): FunctionUse['result'] {
    const callee = this.#view.functionAt(section, address);
    return callee === undefined
      ? { is: 'nothing', section, address }
      : { is: 'function', callee, lostAddend };
  }
}

const known = new WeakMap<AyaView, FunctionUses>();

/** Worked out once for each object. */
export function functionUses(view: AyaView): FunctionUses {
  let uses = known.get(view);
  if (uses === undefined) {
    uses = new FunctionUses(view);
    known.set(view, uses);
  }
  return uses;
}

/** Functions that programs take the address of. */
export function addressesTaken(view: AyaView): ReadonlySet<AyaFunction> {
  const uses = functionUses(view);
  const taken = new Set<AyaFunction>();
  const seen = new Set<AyaFunction>();
  for (const program of view.programs()) {
    for (const fn of uses.reached(program)) {
      if (seen.has(fn)) continue;
      seen.add(fn);
      for (const { isCall, result } of uses.of(fn)) {
        if (!isCall && result.is === 'function') taken.add(result.callee);
      }
    }
  }
  return taken;
}
