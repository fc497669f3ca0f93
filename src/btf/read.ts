/**
 * Reads `.BTF` (kernel documentation, bpf/btf.rst) into an index over its types. Types are looked at in
 * place: an object's BTF is often larger than its code, and a link asks for a few types of it.
 */
import { type ByteOrder, ByteView, cString } from '../base/bytes.ts';
import { BTF_MAGIC, trailingSize } from './format.ts';

export interface BtfType {
  /** 1-based; 0 is void. */
  readonly id: number;
  readonly kind: number;
  readonly name: string;
  readonly vlen: number;
  /** The kind flag, e.g. bit-field offsets in a struct, signedness in an enum. */
  readonly flag: boolean;
  /** `size` or `type`, as the kind has it. */
  readonly sizeOrType: number;
  /** Byte offset of what follows the header, in `Btf.view`. */
  readonly trailing: number;
}

export class Btf {
  readonly view: ByteView;
  readonly #strings: Uint8Array;
  readonly #offsets: readonly number[];

  private constructor(view: ByteView, strings: Uint8Array, offsets: readonly number[]) {
    this.view = view;
    this.#strings = strings;
    this.#offsets = offsets;
  }

  /** Undefined where the bytes are not well-formed BTF. */
  static read(bytes: Uint8Array, order: ByteOrder): Btf | undefined {
    const view = new ByteView(bytes, order);
    if (!view.has(0, 24) || view.u16(0) !== BTF_MAGIC) return undefined;
    const header = view.u32(4);
    const typesStart = header + view.u32(8);
    const typesSize = view.u32(12);
    const stringsStart = header + view.u32(16);
    const stringsSize = view.u32(20);
    if (header < 24 || !view.has(typesStart, typesSize) || !view.has(stringsStart, stringsSize)) {
      return undefined;
    }
    const offsets: number[] = [];
    const end = typesStart + typesSize;
    for (let at = typesStart; at < end; ) {
      if (at + 12 > end) return undefined;
      const info = view.u32(at + 4);
      const trailing = trailingSize((info >>> 24) & 0x1f, info & 0xffff);
      if (trailing === undefined || at + 12 + trailing > end) return undefined;
      offsets.push(at);
      at += 12 + trailing;
    }
    return new Btf(view, bytes.subarray(stringsStart, stringsStart + stringsSize), offsets);
  }

  get typeCount(): number {
    return this.#offsets.length;
  }

  /** Undefined for void (0) and for ids outside the table. */
  type(id: number): BtfType | undefined {
    const at = this.#offsets[id - 1];
    if (at === undefined) return undefined;
    const info = this.view.u32(at + 4);
    return {
      id,
      kind: (info >>> 24) & 0x1f,
      name: this.string(this.view.u32(at)),
      vlen: info & 0xffff,
      flag: info >>> 31 === 1,
      sizeOrType: this.view.u32(at + 8),
      trailing: at + 12,
    };
  }

  *types(): Generator<BtfType> {
    for (let id = 1; id <= this.#offsets.length; id++) yield this.type(id)!;
  }

  /** The string at `offset`; empty where the offset is outside the table. */
  string(offset: number): string {
    return cString(this.#strings, offset) ?? '';
  }
}
