/**
 * Writes a program with the code of what it calls where it calls it. One pass over the tree of calls, whose nodes
 * are *activations*: one function inlined at one place. Branches are given their distances when an activation is
 * complete, an exit of an inlined function as a jump to behind it:
 *
 *     prog:  r6 = r1                    r6 = r1
 *            call sub                   *(u64 *)(r10 - 8) = r6      sub writes r6
 *            r0 += r6                   r6 = *(u32 *)(r1 + 0)
 *            exit                       if r6 > 5 goto +2
 *     sub:   r6 = *(u32 *)(r1 + 0)      r0 = 1
 *            if r6 > 5 goto +2          goto +1
 *            r0 = 1                     r0 = 2
 *            exit                       r6 = *(u64 *)(r10 - 8)
 *            r0 = 2                     r0 += r6
 *            exit                       exit
 */
import { branchTarget, Code, isBranch, jump, loadReg, movImm, storeReg } from '../../bpf/index.ts';
import { FRAME_POINTER, Opcode } from '../../bpf/opcode.ts';
import type { ExtTable } from '../../btf/ext.ts';
import type { Relocation } from '../../model/input.ts';
import type { CodePart } from '../../model/state.ts';
import type { BpfFunction } from '../functions.ts';
import { moveDown } from '../shift-frame.ts';
import type { Body, InlinedCall } from './bodies.ts';

export interface InlinedProgram {
  readonly code: Code;
  /** By offset in the program. */
  readonly relocations: readonly Relocation[];
  /** In the order of their offsets in the program. */
  readonly parts: readonly CodePart[];
  /** Where the slots of the program's own code, as its object has it, went; and the end of it. */
  readonly toNew: (slot: number) => number;
  /** Branches that have become too long. */
  readonly tooFar: readonly { fn: BpfFunction; slot: number; distance: number }[];
}

/** One function at one place. */
interface Activation {
  readonly body: Body;
  /** Bytes from r10 to where its stack begins. */
  readonly stack: number;
  /** Its first slot in the program. */
  readonly start: number;
  /** New slots by slots of the lowered code, its end included. */
  readonly positions: Int32Array;
  /** The next slot to be written. */
  at: number;
  /** The call that it is to be the code of. */
  readonly call: InlinedCall | undefined;
}

/** `without`: tables of .BTF.ext whose records do not follow what is inlined. */
export function writeInlined(program: Body, without: readonly ExtTable[]): InlinedProgram {
  return new Writer(program, without).run();
}

class Writer {
  readonly #program: Body;
  readonly #without: readonly ExtTable[];
  readonly #code: Code;
  readonly #relocations: Relocation[] = [];
  readonly #parts: { readonly part: CodePart; readonly end: number }[] = [];
  readonly #tooFar: { fn: BpfFunction; slot: number; distance: number }[] = [];
  #length = 0;

  constructor(program: Body, without: readonly ExtTable[]) {
    this.#program = program;
    this.#without = without;
    this.#code = Code.blank(program.slots);
  }

  run(): InlinedProgram {
    const root = this.#begin(this.#program, 0, undefined);
    // A stack of its own: calls may nest deeper than JavaScript's.
    const open = [root];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const { body, positions } = top;
      const { code } = body.lowered;
      if (top.at === code.length) {
        positions[top.at] = this.#length;
        this.#link(top);
        this.#addParts(top);
        open.pop();
        this.#leave(top, open.at(-1));
        continue;
      }
      const call = body.calls.get(top.at);
      positions[top.at] = this.#length;
      if (call === undefined) {
        this.#write(top, top.at);
        top.at = code.next(top.at);
        continue;
      }
      const saves = top.stack + body.stack.calls;
      this.#keep(call, saves, (register, offset) => storeReg(8, FRAME_POINTER, offset, register));
      top.at++;
      open.push(this.#begin(call.callee, saves + 8 * call.saved.length, call));
    }
    const { slots } = this.#program.lowered;
    return {
      code: this.#code.slice(0, this.#length),
      relocations: this.#relocations,
      // A part without instructions of its own stands before what begins at the same place.
      parts: this.#parts
        .sort((a, b) => a.part.offset - b.part.offset || a.end - b.end)
        .map(({ part }) => part),
      toNew: (slot) => root.positions[slots.toNew(slot)]!,
      tooFar: this.#tooFar,
    };
  }

  #begin(body: Body, stack: number, call: InlinedCall | undefined): Activation {
    const positions = new Int32Array(body.lowered.code.length + 1);
    const start = this.#length;
    for (const register of body.cleared) this.#put(movImm(register, 0));
    return { body, stack, start, positions, at: 0, call };
  }

  #leave({ call }: Activation, caller: Activation | undefined): void {
    if (call === undefined || caller === undefined) return;
    const saves = caller.stack + caller.body.stack.calls;
    this.#keep(call, saves, (register, offset) => loadReg(8, register, FRAME_POINTER, offset));
  }

  #keep(
    { saved }: InlinedCall,
    saves: number,
    make: (register: number, offset: number) => Parameters<Code['put']>[1],
  ): void {
    for (const [i, register] of saved.entries()) this.#put(make(register, -saves - 8 * (i + 1)));
  }

  #put(instruction: Parameters<Code['put']>[1]): void {
    this.#length = this.#code.put(this.#length, instruction);
  }

  #write({ body, call, stack }: Activation, slot: number): void {
    const { code } = body.lowered;
    if (call !== undefined && code.opcode[slot] === Opcode.EXIT && !body.stops.has(slot)) {
      // What stands last runs on into what follows.
      if (code.next(slot) < code.length) this.#put(jump(0));
      return;
    }
    for (const instruction of moveDown(code, slot, stack + body.stack.own)) this.#put(instruction);
  }

  /** All slots of the activation have their places now. */
  #link({ body, call, positions }: Activation): void {
    const { fn, code, references, slots } = body.lowered;
    const end = positions[code.length]!;
    for (let slot = 0; slot < code.length; slot = code.next(slot)) {
      const opcode = code.opcode[slot]!;
      const at = positions[slot]!;
      if (isBranch(opcode)) {
        this.#aim(at, positions[branchTarget(code, slot)]!, fn);
      } else if (opcode === Opcode.EXIT && call !== undefined && !body.stops.has(slot)) {
        if (at < end) this.#aim(at, end, fn);
      }
    }
    for (const [slot, { relocation }] of references) this.#relocate(relocation, positions[slot]!);
    for (const [slot, { relocation }] of fn.unresolvedCalls) {
      this.#relocate(relocation, positions[slots.toNew(slot)]!);
    }
  }

  #relocate(relocation: Relocation, slot: number): void {
    this.#relocations.push({ ...relocation, offset: slot * 8 });
  }

  #aim(slot: number, target: number, fn: BpfFunction): void {
    const code = this.#code;
    const distance = target - (slot + 1);
    if (code.opcode[slot] === Opcode.GOTOL) code.imm[slot] = distance;
    else if (distance === (distance << 16) >> 16) code.offset[slot] = distance;
    else this.#tooFar.push({ fn, slot: 0, distance });
  }

  /** The function's code from one call to behind the next. */
  #addParts({ body, start, positions, call }: Activation): void {
    const { fn, slots } = body.lowered;
    const cuts = [...fn.calls.keys()].sort((a, b) => a - b).map((slot) => slot + 1);
    const size = (fn.end - fn.start) / 8;
    const place = (slot: number): number => positions[slots.toNew(slot)]!;
    let from = 0;
    for (const to of new Set([...cuts, size])) {
      if (to === from) continue;
      const first = from;
      const begin = first === 0 ? start : place(first);
      const part: CodePart = {
        origin: fn.section,
        start: fn.start + first * 8,
        end: fn.start + to * 8,
        offset: begin * 8,
        slots: {
          toNew: (slot) => place(first + slot) - begin,
          isGone: (slot) => slots.isGone(first + slot),
        },
        ...(call === undefined ? {} : { without: this.#without }),
      };
      // Up to the call that it ends with.
      this.#parts.push({ part, end: place(fn.calls.has(to - 1) ? to - 1 : to) });
      from = to;
    }
  }
}
