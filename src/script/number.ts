/**
 * Numbers as GNU ld writes them: decimal, octal after `0`, hexadecimal after `0x`, with `K` (1024) or `M`
 * behind. What does not fit in 64 bits is an error; ld silently cuts it.
 */
export function parseNumber(
  text: string,
): { readonly value: bigint } | { readonly reason: string } {
  const match = /^(0[xX][0-9a-fA-F]+|[0-9]+)([kKmM]?)$/.exec(text);
  if (match === null) {
    return { reason: 'numbers are decimal, octal (017) or hexadecimal (0x1f), with K or M behind' };
  }
  const [, digits = '', suffix = ''] = match;
  const plain = digits.replace(/^0+(?=.)/, '');
  // Checked before the conversion, whose cost grows with the square of the length.
  if (digits.length > 2 && /^0[xX]/.test(digits) ? tooLongHex(digits) : plain.length > 22) {
    return { reason: 'it does not fit in 64 bits' };
  }
  let value: bigint;
  if (/^0[0-9]/.test(digits)) {
    if (/[89]/.test(digits)) return { reason: 'a leading 0 makes it octal, which has no 8 or 9' };
    value = BigInt(`0o${plain}`);
  } else {
    value = BigInt(digits);
  }
  const shift = suffix === '' ? 0n : suffix.toLowerCase() === 'k' ? 10n : 20n;
  value <<= shift;
  if (value >> 64n !== 0n) return { reason: 'it does not fit in 64 bits' };
  return { value };
}

function tooLongHex(digits: string): boolean {
  return digits.slice(2).replace(/^0+/, '').length > 16;
}
