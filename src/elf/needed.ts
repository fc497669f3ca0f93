/**
 * What of a large object a link needs. Nine tenths of an object are debug information and its relocations
 * as a rule, and to leave these on the disk makes a link of hundreds of megabytes several times faster.
 *
 *     header .text .data | .debug_info .debug_str ... | .BTF .symtab .rel.text | .rel.debug_info | .strtab ...
 *     one read             none                         one read                 none              one read
 *
 * Sections next to each other, or nearly so, are one read. What does not look like an object here is left
 * to `readElf`, which says what is wrong with it.
 */
import { type ByteOrder, ByteView } from '../base/bytes.ts';
import type { FileRange } from '../base/file-bytes.ts';
import { EHDR_SIZE, ELFCLASS64, ELFDATA2LSB, ELFDATA2MSB, SHDR_SIZE, SHT } from './constants.ts';

/** Bytes that are cheaper to read than to jump over. */
const SMALL_GAP = 4096;

/** More section headers than this are read as part of the whole file. */
const MOST_SECTIONS = 65535;

/** DWARF, compressed or not: links leave it out. */
export function isDebugInformation(name: string): boolean {
  return name.startsWith('.debug_') || name.startsWith('.zdebug_');
}

/** Whether a section is debug information, or relocations of a section that is (`relocated`). */
export function isSkippable(type: number, name: string, relocated: string | undefined): boolean {
  if (isRelocationTable(type)) return relocated !== undefined && isDebugInformation(relocated);
  return type === SHT.PROGBITS && isDebugInformation(name);
}

/**
 * The ranges of a file of `size` bytes that `readElf` looks at when it skips debug information, in
 * ascending order; undefined where the whole file is to be read. `peek` gives bytes of the file, fewer than
 * asked for only where it has shrunk; it is asked for no more than 4 MiB.
 */
export function neededRanges(
  size: number,
  peek: (offset: number, size: number) => Uint8Array,
): FileRange[] | undefined {
  const headers = locateHeaders(peek(0, EHDR_SIZE));
  if (headers === undefined) return undefined;
  const { offset, count, namesIndex, order } = headers;
  const tableSize = count * SHDR_SIZE;
  if (!(offset + tableSize <= size)) return undefined;
  const table = new ByteView(peek(offset, tableSize), order);
  if (table.length < tableSize) return undefined;
  const start = (index: number): number => table.size(index * SHDR_SIZE + 24);
  const length = (index: number): number => table.size(index * SHDR_SIZE + 32);
  const inFile = (index: number): boolean => start(index) + length(index) <= size;
  if (!inFile(namesIndex) || length(namesIndex) > 2 ** 22) return undefined;
  const names = peek(start(namesIndex), length(namesIndex));

  // As much of a name as tells, which saves the time to find its end.
  const nameOf = (index: number): string => {
    const at = index < count ? table.u32(index * SHDR_SIZE) : names.length;
    return String.fromCharCode(...names.subarray(at, at + '.zdebug_'.length));
  };
  const ranges: FileRange[] = [
    { offset: 0, size: EHDR_SIZE },
    { offset, size: tableSize },
  ];
  for (let index = 1; index < count; index++) {
    const type = table.u32(index * SHDR_SIZE + 4);
    if (type === SHT.NOBITS || type === SHT.NULL) continue;
    const relocated = isRelocationTable(type)
      ? nameOf(table.u32(index * SHDR_SIZE + 44))
      : undefined;
    if (isSkippable(type, nameOf(index), relocated)) continue;
    if (!inFile(index)) return undefined;
    ranges.push({ offset: start(index), size: length(index) });
  }
  return joined(ranges);
}

function locateHeaders(
  bytes: Uint8Array,
): { offset: number; count: number; namesIndex: number; order: ByteOrder } | undefined {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (bytes.length < EHDR_SIZE || magic !== '\x7fELF' || bytes[4] !== ELFCLASS64) return undefined;
  if (bytes[5] !== ELFDATA2LSB && bytes[5] !== ELFDATA2MSB) return undefined;
  const order = bytes[5] === ELFDATA2LSB ? 'little' : 'big';
  const view = new ByteView(bytes, order);
  const count = view.u16(60);
  const namesIndex = view.u16(62);
  // Counts that do not fit 16 bits stand elsewhere; such an object is rare enough to be read whole.
  if (view.u16(58) !== SHDR_SIZE || namesIndex >= count || count > MOST_SECTIONS) return undefined;
  return { offset: view.size(40), count, namesIndex, order };
}

export function isRelocationTable(type: number): boolean {
  return type === SHT.REL || type === SHT.RELA;
}

function joined(ranges: readonly FileRange[]): FileRange[] {
  const result: FileRange[] = [];
  for (const { offset, size } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = result.at(-1);
    const end = last === undefined ? 0 : last.offset + last.size;
    if (last === undefined || offset > end + SMALL_GAP) result.push({ offset, size });
    else
      result[result.length - 1] = {
        offset: last.offset,
        size: Math.max(end, offset + size) - last.offset,
      };
  }
  return result;
}
