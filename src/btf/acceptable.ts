/**
 * Makes types of Rust and C++ what the kernel takes. It refuses them as they are, and with one type all:
 *
 *     struct Option<&u32>          "Invalid name": letters, digits, `_` and `.`     struct Option__u32_
 *     { a at bit 64, b at bit 0 }  "Invalid member bits_offset": in order           { b at 0, a at 64 }
 *
 * Nobody looks for these names and places: CO-RE and libbpf know types of C only.
 */
import { eachName } from './dedup/entries.ts';
import { KIND } from './format.ts';
import { StringAppender } from './strings.ts';
import { Btf, HEADER_WORDS } from './types.ts';

/** Whether the table has names that are none to the kernel. */
export function hasForeignNames(btf: Btf): boolean {
  for (let id = 1; id <= btf.typeCount; id++) {
    const kind = btf.kind(id);
    if (kind !== KIND.FUNC && !isNamed(kind)) continue;
    if (!isName(btf.strings.bytes, btf.nameOffset(id))) return true;
  }
  return false;
}

/** The same types under such names, the members of structs in order. */
export function acceptable(btf: Btf): Btf {
  const words = btf.words.slice();
  const strings = new StringAppender(btf.strings);
  const put = (place: number): void => {
    const offset = words[place]!;
    if (!isName(btf.strings.bytes, offset)) {
      words[place] = strings.add(acceptableName(btf.strings.bytes, offset));
    }
  };
  for (let id = 1; id <= btf.typeCount; id++) {
    const start = btf.starts[id]!;
    const end = btf.starts[id + 1]!;
    const kind = btf.kind(id);
    if (kind === KIND.FUNC || isNamed(kind)) eachName(words, start, end, put);
    if (kind === KIND.STRUCT) sortMembers(words.subarray(start, end));
  }
  return new Btf(words, btf.starts, strings.finish());
}

function acceptableName(bytes: Uint8Array, offset: number): string {
  let name = isDigit(bytes[offset]!) ? '_' : '';
  for (let at = offset; bytes[at] !== 0; at++) {
    name += isNameByte(bytes[at]!) ? String.fromCharCode(bytes[at]!) : '_';
  }
  return name;
}

const MEMBER_WORDS = 3;

/** By their bit; members of one bit stay as they are. */
function sortMembers(struct: Uint32Array): void {
  const bits = struct[1]! >>> 31 === 1 ? 0xffffff : 0xffffffff;
  const bitOf = (at: number): number => (struct[at + 2]! & bits) >>> 0;
  let isSorted = true;
  for (let at = HEADER_WORDS + MEMBER_WORDS; at < struct.length; at += MEMBER_WORDS) {
    isSorted &&= bitOf(at - MEMBER_WORDS) <= bitOf(at);
  }
  if (isSorted) return;
  const places: number[] = [];
  for (let at = HEADER_WORDS; at < struct.length; at += MEMBER_WORDS) places.push(at);
  places.sort((a, b) => bitOf(a) - bitOf(b));
  const sorted = places.flatMap((at) => [...struct.subarray(at, at + MEMBER_WORDS)]);
  struct.set(sorted, HEADER_WORDS);
}

/** Whether the kernel takes the string for a name. An empty one too. */
export function isName(bytes: Uint8Array, offset: number): boolean {
  if (isDigit(bytes[offset]!)) return false;
  for (let at = offset; at < bytes.length && bytes[at] !== 0; at++) {
    if (!isNameByte(bytes[at]!)) return false;
  }
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(byte) || byte === 0x5f || byte === 0x2e;
}

/** Whether the kernel wants a name to be one; texts of tags and names of numbers may be anything. */
export function isNamed(kind: number): boolean {
  switch (kind) {
    case KIND.STRUCT:
    case KIND.UNION:
    case KIND.ENUM:
    case KIND.ENUM64:
    case KIND.FUNC_PROTO:
    case KIND.FWD:
    case KIND.TYPEDEF:
      return true;
    default:
      return false;
  }
}
