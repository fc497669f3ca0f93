/** The references of code, as libbpf reads them: where they stand, in which function, and what they lead to. */
import { ByteView } from '../../../base/bytes.ts';
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import { STB, STT } from '../../../elf/constants.ts';
import type { ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Loader } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import type { View } from './view.ts';

export interface Reference {
  readonly section: ElfSection;
  readonly relocation: ElfRelocation;
  readonly symbol: ElfSymbol;
  /** Undefined for symbols that stand in none. */
  readonly target: ElfSection | undefined;
  /** The function that it is in; libbpf skips references outside of all. */
  readonly inside: BpfFunction | undefined;
  readonly opcode: number;
  /** The source register, which says what the immediate of a call means. */
  readonly src: number;
  readonly imm: number;
}

const lists = new WeakMap<View, readonly Reference[]>();

/** The relocations of code that are at an instruction. */
export function referencesOf(view: View): readonly Reference[] {
  let list = lists.get(view);
  if (list === undefined) {
    list = view.sections('code').flatMap((section) => readSection(view, section));
    lists.set(view, list);
  }
  return list;
}

function readSection(view: View, section: ElfSection): Reference[] {
  const { object } = view;
  const bytes = new ByteView(section.bytes, object.order);
  const references: Reference[] = [];
  for (const relocation of object.relocations.get(section.index) ?? []) {
    const { offset } = relocation;
    if (!isInstruction(section, relocation)) continue;
    const symbol = object.symbols[relocation.symbol]!;
    references.push({
      section,
      relocation,
      symbol,
      target: view.sectionOf(symbol),
      inside: view.functionAt(section, offset),
      opcode: bytes.u8(offset),
      src: sourceRegister(bytes, offset),
      imm: bytes.i32(offset + 4),
    });
  }
  return references;
}

export function isInstruction(section: ElfSection, { offset }: ElfRelocation): boolean {
  return offset % 8 === 0 && offset + 8 <= section.bytes.length;
}

function sourceRegister(bytes: ByteView, offset: number): number {
  const registers = bytes.u8(offset + 1);
  return bytes.order === 'little' ? registers >> 4 : registers & 15;
}

/** A call of a subprogram, or its address taken. */
export interface SubprogramUse {
  readonly from: BpfFunction;
  readonly offset: number;
  readonly kind: 'call' | 'address';
  /** The byte of `.text` that libbpf goes to. */
  readonly to: number;
  /** Whether a relocation says so; else the assembler has resolved the call. */
  readonly relocated: boolean;
}

/** Whether a subprogram's address can be taken by the symbol; by a weak one since 1.4. */
export function namesSubprogram({ binding, type }: ElfSymbol, loader: Loader): boolean {
  if (binding === STB.LOCAL) return type === STT.SECTION;
  return type === STT.FUNC && (binding === STB.GLOBAL || !isBefore(loader, [1, 4]));
}

const uses = new WeakMap<View, readonly SubprogramUse[]>();

/** The uses of subprograms whose form libbpf takes. */
export function subprogramUses(view: View): readonly SubprogramUse[] {
  let found = uses.get(view);
  if (found === undefined) {
    found = findUses(view);
    uses.set(view, found);
  }
  return found;
}

function findUses(view: View): SubprogramUse[] {
  const found: SubprogramUse[] = [];
  const relocated = new Map<ElfSection, Set<number>>();
  for (const reference of referencesOf(view)) {
    const { section, relocation, symbol, target, inside, imm } = reference;
    const { offset } = relocation;
    const known = relocated.get(section);
    if (known === undefined) relocated.set(section, new Set([offset]));
    else known.add(offset);
    if (inside === undefined || target === undefined || target !== view.text) continue;
    const kind = useKind(reference, view.loader);
    const to = symbol.value + (kind === 'call' ? (imm + 1) * 8 : imm);
    if (kind === undefined || symbol.value % 8 !== 0 || to % 8 !== 0) continue;
    found.push({ from: inside, offset, kind, to, relocated: true });
  }
  for (const section of view.sections('code')) {
    findResolvedCalls(view, section, relocated.get(section) ?? new Set(), found);
  }
  return found;
}

function useKind(
  { opcode, src, symbol }: Reference,
  loader: Loader,
): SubprogramUse['kind'] | undefined {
  if (opcode === Opcode.CALL) return src === CallKind.FUNCTION ? 'call' : undefined;
  return opcode === Opcode.LD_IMM64 && namesSubprogram(symbol, loader) ? 'address' : undefined;
}

/** Calls within a section that the assembler has resolved. */
function findResolvedCalls(
  view: View,
  section: ElfSection,
  relocated: ReadonlySet<number>,
  found: SubprogramUse[],
): void {
  const bytes = new ByteView(section.bytes, view.object.order);
  for (let offset = 0; bytes.has(offset, 8); offset += 8) {
    if (section.bytes[offset] !== Opcode.CALL || relocated.has(offset)) continue;
    if (sourceRegister(bytes, offset) !== CallKind.FUNCTION) continue;
    const from = view.functionAt(section, offset);
    if (from === undefined) continue;
    const to = offset + (bytes.i32(offset + 4) + 1) * 8;
    found.push({ from, offset, kind: 'call', to, relocated: false });
  }
}
