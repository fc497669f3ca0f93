import { type ByteOrder, ByteView } from '../base/bytes.ts';

/**
 * Writes the low `sizeBits` of `value` at a bit offset. In little-endian objects bit 0 of the value goes
 * to the lowest bit; in big-endian ones bits count from the top of the first byte, so the value's top bit
 * comes first (the compilers' layout of bitfields in either order).
 */
export function writeBits(
  bytes: Uint8Array,
  offsetBits: number,
  sizeBits: number,
  value: bigint,
  order: ByteOrder,
): void {
  if (offsetBits % 8 === 0 && isWord(sizeBits)) {
    new ByteView(bytes, order).setInteger(offsetBits / 8, wordBytes[sizeBits], value);
    return;
  }
  for (let bit = 0; bit < sizeBits; bit++) {
    const at = offsetBits + (order === 'little' ? bit : sizeBits - 1 - bit);
    const mask = order === 'little' ? 1 << (at & 7) : 0x80 >> (at & 7);
    const set = ((value >> BigInt(bit)) & 1n) === 1n;
    bytes[at >> 3] = set ? bytes[at >> 3]! | mask : bytes[at >> 3]! & ~mask;
  }
}

const wordBytes = { 8: 1, 16: 2, 32: 4, 64: 8 } as const;

function isWord(sizeBits: number): sizeBits is keyof typeof wordBytes {
  return Object.hasOwn(wordBytes, sizeBits);
}

/** The smallest and the largest integer of `bits` bits; `either`: signed or unsigned. */
export function integerRange(
  bits: number,
  sign: 'signed' | 'unsigned' | 'either',
): [bigint, bigint] {
  const whole = 1n << BigInt(bits);
  const half = whole >> 1n;
  return [sign === 'unsigned' ? 0n : -half, (sign === 'signed' ? half : whole) - 1n];
}
