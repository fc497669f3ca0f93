/**
 * Keeps equal constants once.
 *
 * Compilers put constants where a linker may merge them: entries of one size in `.rodata.cst16`
 * (SHF_MERGE), NUL-terminated strings in `.rodata.str1.1` (SHF_MERGE | SHF_STRINGS), and rustc one
 * section for each unnamed constant (`.Lalloc52`, `.rodata..Lanon.<hash>.3`). Nobody may depend on the
 * address of such a constant being its own, so within one output section equal entries become one, and
 * a string that ends like another is placed at the other's end:
 *
 *     a.o "unreachable\0"  "pkt\0"      b.o "reachable\0"  "pkt\0"
 *     output: "unreachable\0" "pkt\0",  "reachable" at +2
 *
 * An output that is linked again has no tails: the next link could not tell where the host begins and
 * ends, and takes a reference to its inside for the start of an object.
 *
 * Sections of one kind become one new section at the place of the first; references follow through the
 * old sections' redirects. A section with relocations, or one in which the user set a value, is left
 * alone: its bytes are not yet what they will be.
 */
import { alignUp } from '../base/bytes.ts';
import { SHF, SHT, STB } from '../elf/constants.ts';
import type { InputSection } from '../model/input.ts';
import { inputsOf, type OutputSection, type Plan } from '../model/plan.ts';
import { symbolsOf } from '../model/section-symbols.ts';
import type { LinkState } from '../model/state.ts';
import { syntheticSection } from '../model/synthetic.ts';

export interface MergeOptions {
  /** Whether a string may be placed at the end of another. */
  readonly tails: boolean;
}

export function mergeConstants(state: LinkState, plan: Plan, options: MergeOptions): void {
  for (const output of plan.sections) {
    mergeEntries(output, state, plan, options);
    mergeUnnamed(output, state, plan);
  }
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** The bytes, one character each: a key that maps compare fast. */
  readonly key: string;
}

function mergeEntries(
  output: OutputSection,
  state: LinkState,
  plan: Plan,
  options: MergeOptions,
): void {
  const pools = new Map<string, Map<InputSection, Piece[]>>();
  for (const section of inputsOf(output)) {
    const pieces = isMergeable(section, state) ? cut(section) : undefined;
    if (pieces === undefined) continue;
    const kind = `${section.entsize} ${section.flags} ${section.align}`;
    const pool = pools.get(kind) ?? new Map();
    pools.set(kind, pool.set(section, pieces));
  }
  for (const pool of pools.values()) {
    const [first] = pool.keys();
    const merged = layOut(first!, pool, state, options);
    plan.rebuild(output, (section) => {
      if (section === first) return [merged];
      return pool.has(section) ? [] : [section];
    });
  }
}

function isMergeable(section: InputSection, state: LinkState): boolean {
  return (
    (section.flags & SHF.MERGE) !== 0 &&
    (section.flags & SHF.WRITE) === 0 &&
    section.type === SHT.PROGBITS &&
    section.relocations.length === 0 &&
    section.entsize > 0 &&
    section.size % section.entsize === 0 &&
    !state.contents.has(section)
  );
}

/** The entries of a section; undefined where its last string does not end. */
function cut(section: InputSection): Piece[] | undefined {
  const { bytes, entsize } = section;
  const strings = (section.flags & SHF.STRINGS) !== 0;
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at += entsize) {
    const end = at + entsize;
    if (strings && bytes.subarray(at, end).some((byte) => byte !== 0)) continue;
    pieces.push({ start, end, key: keyOf(bytes.subarray(start, end)) });
    start = end;
  }
  return start === bytes.length ? pieces : undefined;
}

function keyOf(bytes: Uint8Array): string {
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

function layOut(
  first: InputSection,
  pool: ReadonlyMap<InputSection, readonly Piece[]>,
  state: LinkState,
  options: MergeOptions,
): InputSection {
  const keys = new Set<string>();
  for (const pieces of pool.values()) for (const piece of pieces) keys.add(piece.key);
  const tails = options.tails && (first.flags & SHF.STRINGS) !== 0 && first.align <= first.entsize;
  const hosts = tails ? findHosts(keys, first.entsize) : new Map<string, string>();

  const offsets = new Map<string, number>();
  let size = 0;
  for (const key of keys) {
    if (hosts.has(key)) continue;
    // Every entry may rely on the section's alignment.
    size = alignUp(size, first.align);
    offsets.set(key, size);
    size += key.length;
  }
  for (const [key, host] of hosts) offsets.set(key, offsets.get(host)! + host.length - key.length);

  const bytes = new Uint8Array(size);
  for (const [key, offset] of offsets) {
    if (hosts.has(key)) continue;
    for (let i = 0; i < key.length; i++) bytes[offset + i] = key.charCodeAt(i);
  }
  const merged = syntheticSection(first, { bytes });
  state.pieces.set(
    merged,
    [...offsets].map(([key, start]) => ({ start, end: start + key.length })),
  );
  for (const [section, pieces] of pool) {
    state.redirects.set(section, (offset) => {
      const piece = pieceAt(pieces, offset);
      if (piece === undefined) return undefined;
      return { section: merged, offset: offsets.get(piece.key)! + offset - piece.start };
    });
  }
  return merged;
}

/** Which strings are tails of longer ones, and of which. Sorted by their reversals, a tail precedes its host. */
function findHosts(keys: ReadonlySet<string>, entsize: number): Map<string, string> {
  const reversed = [...keys].map((key) => [...key].reverse().join('')).sort();
  const hosts = new Map<string, string>();
  let host = '';
  for (let i = reversed.length - 1; i >= 0; i--) {
    const tail = reversed[i]!;
    if (host.startsWith(tail) && (host.length - tail.length) % entsize === 0) {
      hosts.set([...tail].reverse().join(''), [...host].reverse().join(''));
    } else {
      host = tail;
    }
  }
  return hosts;
}

/** The piece that holds `offset`; the last one also has its own end. */
function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low - 1];
  return piece !== undefined && offset <= piece.end ? piece : undefined;
}

const unnamed = /^(\.Lalloc|\.L__unnamed_|\.rodata\.\.Lanon\.|\.rodata\.\.L__unnamed_)/;

function mergeUnnamed(output: OutputSection, state: LinkState, plan: Plan): void {
  const byContent = new Map<string, InputSection>();
  plan.rebuild(output, (section) => {
    if (!isUnnamedConstant(section, state)) return [section];
    const key = `${section.align} ${keyOf(section.bytes)}`;
    const first = byContent.get(key);
    if (first === undefined) {
      byContent.set(key, section);
      return [section];
    }
    state.redirects.set(section, (offset) => ({ section: first, offset }));
    return [];
  });
}

function isUnnamedConstant(section: InputSection, state: LinkState): boolean {
  return (
    unnamed.test(section.name) &&
    section.type === SHT.PROGBITS &&
    (section.flags & (SHF.WRITE | SHF.EXECINSTR)) === 0 &&
    section.relocations.length === 0 &&
    !state.contents.has(section) &&
    symbolsOf(section).every((symbol) => symbol.binding === STB.LOCAL)
  );
}
