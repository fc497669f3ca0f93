/** Small BTF tables, word by word. */
import { type ByteOrder, ByteView, encodeUtf8 } from '../../../src/base/bytes.ts';
import { readBtf } from '../../../src/btf/read.ts';
import type { Btf } from '../../../src/btf/types.ts';

/** The offset of a name in the string section, where it is put once. */
export type NameOf = (name: string) => number;
export type TypeRows = (name: NameOf) => readonly (readonly number[])[];

/** The second word of a type. */
export function info(kind: number, vlen = 0, flag = false): number {
  return ((kind << 24) | vlen | (flag ? 0x80000000 : 0)) >>> 0;
}

export interface Form {
  readonly order?: ByteOrder;
  /** Bytes. */
  readonly header?: number;
}

/** The bytes of a `.BTF` section. */
export function section(types: TypeRows, { order = 'little', header = 24 }: Form = {}): Uint8Array {
  let strings = '\0';
  const offsets = new Map([['', 0]]);
  const words = types((name) => {
    const known = offsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    offsets.set(name, offset);
    strings += `${name}\0`;
    return offset;
  }).flat();
  const text = encodeUtf8(strings);
  const view = new ByteView(new Uint8Array(header + words.length * 4 + text.length), order);
  view.setU16(0, 0xeb9f);
  view.setU8(2, 1);
  const fields = [header, 0, words.length * 4, words.length * 4, text.length];
  for (const [i, field] of fields.entries()) view.setU32(4 + 4 * i, field);
  for (const [i, word] of words.entries()) view.setU32(header + 4 * i, word >>> 0);
  view.bytes.set(text, header + words.length * 4);
  return view.bytes;
}

export function table(types: TypeRows): Btf {
  const { btf, fault } = readBtf(section(types), 'little');
  if (btf === undefined) throw new Error(fault);
  return btf;
}
