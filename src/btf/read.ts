/**
 * Reads `.BTF` (kernel documentation, bpf/btf.rst). The type section becomes the table's words as it is,
 * and one pass finds where each type begins; what the words mean is for `validateBtf` to check, so that a
 * table that nobody looks into costs nothing more.
 *
 * Headers: 24 bytes, or longer; 32 bytes hold a section of kind layouts (2026), which is not needed to
 * read kinds 1 to 19. Bytes of a header that no version has given a meaning must be zero.
 */
import { type ByteOrder, ByteView, readWords } from '../base/bytes.ts';
import { BTF_MAGIC, trailingSize } from './format.ts';
import { StringTable } from './strings.ts';
import { Btf, HEADER_WORDS } from './types.ts';

export type ReadBtfResult =
  | { readonly btf: Btf; readonly fault?: undefined }
  /** What is wrong, in words; the caller names the file. */
  | { readonly btf?: undefined; readonly fault: string };

/** Bytes of the header that every version has. */
export const BTF_HEADER_SIZE = 24;

/** Bytes of the header whose meaning is known. */
const KNOWN_HEADER_SIZE = 32;

/** Checks the header and the extent of every type, and nothing inside of types: see `validateBtf`. */
export function readBtf(bytes: Uint8Array, order: ByteOrder): ReadBtfResult {
  const view = new ByteView(bytes, order);
  const fault = headerFault(view);
  if (fault !== undefined) return { fault };
  const header = view.u32(4);
  const typesStart = header + view.u32(8);
  const typesSize = view.u32(12);
  const stringsStart = header + view.u32(16);
  const stringsSize = view.u32(20);

  const words = readWords(bytes.subarray(typesStart, typesStart + typesSize), order);
  const starts = new Uint32Array(Math.floor(words.length / HEADER_WORDS) + 2);
  let count = 0;
  let at = 0;
  while (at < words.length) {
    starts[++count] = at;
    if (at + HEADER_WORDS > words.length) return { fault: `type ${count} is cut short` };
    const info = words[at + 1]!;
    const trailing = trailingSize((info >>> 24) & 0x7f, info & 0xffffff);
    if (trailing === undefined) {
      return { fault: `type ${count} is of unknown kind ${(info >>> 24) & 0x7f}` };
    }
    at += HEADER_WORDS + (trailing >>> 2);
  }
  if (at > words.length) return { fault: `type ${count} runs past the end of the type section` };
  starts[count + 1] = at;
  const strings = new StringTable(bytes.subarray(stringsStart, stringsStart + stringsSize));
  return { btf: new Btf(words, starts.subarray(0, count + 2), strings) };
}

function headerFault(view: ByteView): string | undefined {
  if (!view.has(0, BTF_HEADER_SIZE)) {
    return `it has ${view.length} bytes, fewer than a header of ${BTF_HEADER_SIZE}`;
  }
  const magic = view.u16(0);
  if (magic !== BTF_MAGIC) return magicFault(magic);
  if (view.u8(2) !== 1) return `its version is ${view.u8(2)}, not 1`;
  const header = view.u32(4);
  if (header < BTF_HEADER_SIZE || !view.has(0, header)) {
    return `its header claims ${header} bytes, and the section has ${view.length}`;
  }
  const known = header < KNOWN_HEADER_SIZE ? BTF_HEADER_SIZE : KNOWN_HEADER_SIZE;
  if (view.bytes.subarray(known, header).some((byte) => byte !== 0)) {
    return `its header of ${header} bytes has fields of an unknown version`;
  }
  const [typesOffset, typesSize] = [view.u32(8), view.u32(12)];
  const [stringsOffset, stringsSize] = [view.u32(16), view.u32(20)];
  if (!view.has(header + typesOffset, typesSize)) {
    return `its type section (${typesSize} bytes at ${typesOffset}) runs past the end`;
  }
  if (!view.has(header + stringsOffset, stringsSize)) {
    return `its string section (${stringsSize} bytes at ${stringsOffset}) runs past the end`;
  }
  if (typesOffset % 4 !== 0 || typesSize % 4 !== 0) {
    return `its type section (${typesSize} bytes at ${typesOffset}) is not made of 32-bit words`;
  }
  const apart =
    typesOffset + typesSize <= stringsOffset || stringsOffset + stringsSize <= typesOffset;
  if (!apart) return 'its type and string sections overlap';
  const strings = header + stringsOffset;
  if (stringsSize === 0) return 'it has no string section';
  if (view.u8(strings) !== 0) return 'its string section does not begin with an empty string';
  if (view.u8(strings + stringsSize - 1) !== 0) {
    return 'its last string has no terminating NUL';
  }
  return undefined;
}

/** Also of `.BTF.ext`. */
export function magicFault(magic: number): string {
  const swapped = ((magic & 0xff) << 8) | (magic >>> 8);
  if (swapped === BTF_MAGIC) return 'it is in the other byte order than the object';
  return `its magic number is 0x${magic.toString(16)}, not 0x${BTF_MAGIC.toString(16)}`;
}
