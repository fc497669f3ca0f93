/**
 * The references of code, as cilium/ebpf comes upon them: function by function, instruction by instruction. What
 * stands between functions it does not read (before 0.21 it read sections whole).
 */
import { ByteView } from '../../../base/bytes.ts';
import { CallKind, Opcode, Pseudo } from '../../../bpf/opcode.ts';
import { STT } from '../../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { CiliumView } from './view.ts';

export interface Reference {
  readonly section: ElfSection;
  readonly offset: number;
  /** The function that it is in. */
  readonly inside: ElfSymbol;
  readonly opcode: number;
  /** The source register, which says what the immediate means. */
  readonly src: number;
  /** Of ld_imm64 all 64 bits. */
  readonly imm: bigint;
  /** Undefined where the assembler has resolved it. */
  readonly symbol: ElfSymbol | undefined;
  /** The section of `symbol`. */
  readonly target: ElfSection | undefined;
}

const lists = new WeakMap<CiliumView, readonly Reference[]>();

export function referencesOf(view: CiliumView): readonly Reference[] {
  let list = lists.get(view);
  if (list === undefined) {
    list = view
      .sections('code')
      .flatMap((section) => view.sorted(section).flatMap((fn) => readFunction(view, section, fn)));
    lists.set(view, list);
  }
  return list;
}

function readFunction(view: CiliumView, section: ElfSection, inside: ElfSymbol): Reference[] {
  const bytes = new ByteView(section.bytes, view.object.order);
  const relocations = view.relocations(section);
  const found: Reference[] = [];
  const end = Math.min(inside.value + inside.size, section.bytes.length);
  for (let offset = inside.value; offset + 8 <= end; offset += 8) {
    const opcode = bytes.u8(offset);
    const wide = opcode === Opcode.LD_IMM64 && bytes.has(offset, 16);
    const relocation = relocations.get(offset);
    const registers = bytes.u8(offset + 1);
    const src = bytes.order === 'little' ? registers >> 4 : registers & 15;
    if (relocation !== undefined || isResolved(opcode, src)) {
      const symbol = relocation && view.object.symbols[relocation.symbol];
      const target = symbol && view.sectionOf(symbol);
      const imm = wide
        ? (BigInt(bytes.i32(offset + 12)) << 32n) | BigInt(bytes.u32(offset + 4))
        : BigInt(bytes.i32(offset + 4));
      found.push({ section, offset, inside, opcode, src, imm, symbol, target });
    }
    if (wide) offset += 8;
  }
  return found;
}

/** Calls and addresses whose distance the assembler has put in. */
function isResolved(opcode: number, src: number): boolean {
  if (opcode === Opcode.CALL) return src === CallKind.FUNCTION;
  return opcode === Opcode.LD_IMM64 && src === Pseudo.FUNC;
}

/** The byte of its section that a call by section symbol, or without a symbol, leads to. */
export function calledOffset({ symbol, imm, offset }: Reference): number {
  const distance = (Number(BigInt.asIntN(32, imm)) + 1) * 8;
  return symbol === undefined ? Math.max(0, offset + distance) : distance;
}

const calls = new WeakMap<CiliumView, ReadonlySet<string>>();

/** The names of functions that others call, or take the address of. */
export function calledFunctions(view: CiliumView): ReadonlySet<string> {
  let names = calls.get(view);
  if (names === undefined) {
    names = new Set(referencesOf(view).flatMap((reference) => calledName(view, reference) ?? []));
    calls.set(view, names);
  }
  return names;
}

/** The function that the loader takes a reference to lead to; undefined where it refuses, or it leads to none. */
export function calledName(view: CiliumView, reference: Reference): string | undefined {
  const { symbol, section, target = section, opcode, imm } = reference;
  if (symbol !== undefined && (symbol.place !== 'section' || view.kind(target) !== 'code')) {
    return undefined;
  }
  if (opcode === Opcode.CALL) {
    if (symbol !== undefined && symbol.type !== STT.SECTION) return symbol.name;
    return view.symbols(target).get(calledOffset(reference))?.name;
  }
  if (opcode !== Opcode.LD_IMM64) return undefined;
  const at = symbol === undefined ? calledOffset(reference) : Number(imm);
  return view.symbols(target).get(at)?.name;
}
