/** The string section of BTF: NUL-terminated texts, named by the byte offset at which they begin. */
import { cString } from '../base/bytes.ts';

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
