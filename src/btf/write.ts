import { type ByteOrder, ByteView, writeWords } from '../base/bytes.ts';
import { BTF_MAGIC } from './format.ts';
import { BTF_HEADER_SIZE } from './read.ts';
import type { Btf } from './types.ts';

/**
 * `.BTF` in the form that every loader reads: a header of 24 bytes, types, strings. (Older loaders refuse
 * other headers where they swap bytes, and aya takes no other.)
 */
export function writeBtf(btf: Btf, order: ByteOrder): Uint8Array {
  const types = writeWords(btf.words, order);
  const strings = btf.strings.bytes;
  const bytes = new Uint8Array(BTF_HEADER_SIZE + types.length + strings.length);
  const view = new ByteView(bytes, order);
  view.setU16(0, BTF_MAGIC);
  view.setU8(2, 1);
  view.setU32(4, BTF_HEADER_SIZE);
  view.setU32(8, 0);
  view.setU32(12, types.length);
  view.setU32(16, types.length);
  view.setU32(20, strings.length);
  bytes.set(types, BTF_HEADER_SIZE);
  bytes.set(strings, BTF_HEADER_SIZE + types.length);
  return bytes;
}
