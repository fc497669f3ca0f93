/** The string section of BTF: NUL-terminated texts, named by the byte offset at which they begin. */
import { cString, encodeUtf8 } from '../base/bytes.ts';

export class StringTable {
  readonly bytes: Uint8Array;
  readonly #decoded = new Map<number, string>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The string at `offset`; empty where the offset is outside the table. */
  at(offset: number): string {
    if (offset === 0) return '';
    let text = this.#decoded.get(offset);
    if (text === undefined) {
      text = cString(this.bytes, offset) ?? '';
      this.#decoded.set(offset, text);
    }
    return text;
  }
}

/** A table with texts put behind those of another. */
export class StringAppender {
  readonly #table: StringTable;
  readonly #offsets = new Map<string, number>();
  #texts = '';
  /** Bytes of the texts. */
  #length = 0;

  constructor(table: StringTable) {
    this.#table = table;
  }

  /** The offset that `text` will have. */
  add(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      offset = this.#table.bytes.length + this.#length;
      this.#offsets.set(text, offset);
      this.#texts += `${text}\0`;
      this.#length += encodeUtf8(text).length + 1;
    }
    return offset;
  }

  finish(): StringTable {
    const before = this.#table.bytes;
    const bytes = new Uint8Array(before.length + this.#length);
    bytes.set(before);
    bytes.set(encodeUtf8(this.#texts), before.length);
    return new StringTable(bytes);
  }
}
