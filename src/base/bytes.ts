/**
 * Typed access to bytes in either byte order. This is the only place that makes a DataView.
 *
 * Readers check bounds themselves (see `has`): an access past the end is a fault of the caller, because
 * whoever parses hostile bytes must turn "too short" into a diagnostic that names the file.
 */

export type ByteOrder = 'little' | 'big';

export class ByteView {
  readonly bytes: Uint8Array;
  readonly order: ByteOrder;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, order: ByteOrder) {
    this.bytes = bytes;
    this.order = order;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = order === 'little';
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Whether `size` bytes can be accessed at `offset`; false for negative and fractional offsets. */
  has(offset: number, size: number): boolean {
    return Number.isSafeInteger(offset) && offset >= 0 && offset + size <= this.bytes.length;
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }
  u16(offset: number): number {
    return this.#view.getUint16(offset, this.#little);
  }
  i16(offset: number): number {
    return this.#view.getInt16(offset, this.#little);
  }
  u32(offset: number): number {
    return this.#view.getUint32(offset, this.#little);
  }
  i32(offset: number): number {
    return this.#view.getInt32(offset, this.#little);
  }
  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, this.#little);
  }
  /** The low 32 bits of a 64-bit value. */
  low32(offset: number): number {
    return this.u32(this.#little ? offset : offset + 4);
  }
  /** The high 32 bits of a 64-bit value. */
  high32(offset: number): number {
    return this.u32(this.#little ? offset + 4 : offset);
  }
  /** A 64-bit size or offset as a number: exact up to 2^53, beyond that only a large number. */
  size(offset: number): number {
    return this.high32(offset) * 2 ** 32 + this.low32(offset);
  }
  /** Writes a 64-bit value by its halves. */
  setHalves(offset: number, high: number, low: number): void {
    this.setU32(this.#little ? offset : offset + 4, low);
    this.setU32(this.#little ? offset + 4 : offset, high);
  }
  /** Writes a safe integer, which may be negative, as 64 bits. */
  setSize(offset: number, value: number): void {
    this.setHalves(offset, Math.floor(value / 2 ** 32), value);
  }
  i64(offset: number): bigint {
    return this.#view.getBigInt64(offset, this.#little);
  }

  setU8(offset: number, value: number): void {
    this.#view.setUint8(offset, value);
  }
  setU16(offset: number, value: number): void {
    this.#view.setUint16(offset, value, this.#little);
  }
  setU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, this.#little);
  }
  setU64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, this.#little);
  }

  /** An unsigned value of 1, 2, 4 or 8 bytes. */
  unsigned(offset: number, size: 1 | 2 | 4 | 8): bigint {
    switch (size) {
      case 1:
        return BigInt(this.u8(offset));
      case 2:
        return BigInt(this.u16(offset));
      case 4:
        return BigInt(this.u32(offset));
      case 8:
        return this.u64(offset);
    }
  }

  /** Writes the low `size` bytes of `value`, which may be negative. */
  setInteger(offset: number, size: 1 | 2 | 4 | 8, value: bigint): void {
    const low = BigInt.asUintN(size * 8, value);
    if (size === 1) this.setU8(offset, Number(low));
    else if (size === 2) this.setU16(offset, Number(low));
    else if (size === 4) this.setU32(offset, Number(low));
    else this.setU64(offset, low);
  }
}

const hostOrder: ByteOrder = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

/** The whole 32-bit words in `bytes`, in numbers of this machine; shares the memory where it can: only to read. */
export function readWords(bytes: Uint8Array, order: ByteOrder): Uint32Array {
  const count = bytes.length >>> 2;
  const inPlace = order === hostOrder && bytes.byteOffset % 4 === 0;
  const source = inPlace ? bytes : new Uint8Array(bytes);
  const words = new Uint32Array(source.buffer, source.byteOffset, count);
  if (order !== hostOrder) swapWords(words);
  return words;
}

/** The bytes of `words` in `order`, in memory of their own. */
export function writeWords(words: Uint32Array, order: ByteOrder): Uint8Array {
  const copy = words.slice();
  if (order !== hostOrder) swapWords(copy);
  return new Uint8Array(copy.buffer);
}

function swapWords(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
}

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();

export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** The NUL-terminated string at `offset`, or undefined where it does not end inside `bytes`. */
export function cString(bytes: Uint8Array, offset: number): string | undefined {
  if (!(offset >= 0 && offset < bytes.length)) return undefined;
  const end = bytes.indexOf(0, offset);
  if (end < 0) return undefined;
  return utf8.decode(bytes.subarray(offset, end));
}

/** `value` rounded up to a multiple of `alignment` (a power of two is not required; 0 and 1 mean none). */
export function alignUp(value: number, alignment: number): number {
  return alignment > 1 ? Math.ceil(value / alignment) * alignment : value;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Bytes as they are shown in diagnostics: `"\x01\x00"`, printable text as itself, long ones cut. */
export function showBytes(bytes: Uint8Array, limit = 24): string {
  let text = '';
  for (const byte of bytes.subarray(0, limit)) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `"${text}"${bytes.length > limit ? '...' : ''}`;
}
