/**
 * TC-010, TC-016 and TC-017: the code that tc hands to the kernel. It is a whole section, and behind it a whole
 * `.text` where the section has a relocated call:
 *
 *     classifier    call .text+0 (relocated)   } one program: the kernel follows jumps and calls from its first
 *     .text         f: ... g: ...              } instruction, and refuses it for g, which nothing calls
 *
 * The kernel asks for no more than that each instruction can be reached, whatever the conditions on the way.
 */
import { Code } from '../../../bpf/code.ts';
import { branchTarget } from '../../../bpf/flow.ts';
import { CallKind, endsFlow, isBranch, Opcode } from '../../../bpf/opcode.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { OUTPUT } from '../../../model/origins.ts';
import type { Reference } from './reference.ts';
import type { TcView } from './view.ts';

export interface LoadedCode {
  readonly code: Code;
  /** Slots of the program's own section; those of `.text` follow. */
  readonly own: number;
  /** 1 for each slot that the first instruction leads to. */
  readonly reached: Uint8Array;
  /** Jumps and calls that lead out of the code. */
  readonly astray: readonly number[];
}

const known = new WeakMap<ElfSection, LoadedCode | 'none'>();

/** Undefined where tc gets no further than the section's relocations, or the bytes are no instructions. */
export function loadedCode(view: TcView, section: ElfSection): LoadedCode | undefined {
  let loaded = known.get(section);
  if (loaded === undefined) {
    loaded = assemble(view, section) ?? 'none';
    known.set(section, loaded);
  }
  return loaded === 'none' ? undefined : loaded;
}

/** Whether it stands at its call. */
function isCall({ effect }: Reference): boolean {
  return effect.kind === 'call';
}

function assemble(view: TcView, section: ElfSection): LoadedCode | undefined {
  const references = view.relocates ? view.references(section) : [];
  if (references.some(({ effect }) => effect.kind !== 'map' && effect.kind !== 'call')) {
    return undefined;
  }
  const { order } = view.object;
  const parts =
    references.some(isCall) && view.text !== undefined ? [section, view.text] : [section];
  const codes: Code[] = [];
  for (const { bytes, name } of parts) {
    // What is left over of the last instruction tc does not pass on.
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 8));
    const { code } = Code.decode(whole, order, { file: OUTPUT, section: name });
    if (code !== undefined) codes.push(code);
  }
  const [own, text] = codes;
  if (own === undefined) return undefined;
  const code = Code.blank(own.length + (text?.length ?? 0));
  code.putCode(0, own, 0, own.length);
  if (text !== undefined) code.putCode(own.length, text, 0, text.length);
  for (const { effect, relocation } of references) {
    if (effect.kind !== 'call') continue;
    const slot = Math.floor(relocation.offset / 8);
    code.imm[slot] = own.length + effect.to / 8 - slot - 1;
  }
  return { code, own: own.length, ...follow(code) };
}

function follow(code: Code): Pick<LoadedCode, 'reached' | 'astray'> {
  const reached = new Uint8Array(code.length);
  const astray: number[] = [];
  const pending: number[] = [];
  const go = (slot: number, from: number): void => {
    if (slot < 0 || slot >= code.length) astray.push(from);
    else if (reached[slot] === 0) {
      reached[slot] = 1;
      pending.push(slot);
    }
  };
  go(0, 0);
  for (let slot = pending.pop(); slot !== undefined; slot = pending.pop()) {
    const opcode = code.opcode[slot]!;
    if (code.isWide(slot)) reached[slot + 1] = 1;
    if (isBranch(opcode)) go(branchTarget(code, slot), slot);
    if (opcode === Opcode.CALL && code.src[slot] === CallKind.FUNCTION) {
      go(slot + 1 + code.imm[slot]!, slot);
    }
    if (!endsFlow(opcode)) go(code.next(slot), slot);
  }
  return { reached, astray: astray.sort((a, b) => a - b) };
}
