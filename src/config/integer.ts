/** No 64-bit integer needs more characters, even in base two with a separator after every digit. */
const longest = 140;

const forms =
  /^([+-]?)(?:0[xX]([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)|0[bB]([01]+(?:_[01]+)*)|0[oO]([0-7]+(?:_[0-7]+)*)|(0|[1-9][0-9]*(?:_[0-9]+)*))$/;

/**
 * An integer with sign, base prefix (`0x`, `0b`, `0o`) and `_` between digits; undefined where `text` is
 * none. A decimal with leading zeros is none either: C reads it as octal, JSON forbids it.
 */
export function parseInteger(text: string): bigint | undefined {
  if (text.length > longest) return undefined;
  const match = forms.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits = (prefix: string, part: string): bigint =>
    BigInt(prefix + part.replaceAll('_', ''));
  let magnitude: bigint;
  if (hex !== undefined) magnitude = digits('0x', hex);
  else if (binary !== undefined) magnitude = digits('0b', binary);
  else if (octal !== undefined) magnitude = digits('0o', octal);
  else magnitude = digits('', decimal!);
  return sign === '-' ? -magnitude : magnitude;
}
