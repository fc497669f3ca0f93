/** Initial values: as C by BTF, and without it as text or bytes. */
import { ByteView, decodeUtf8, showBytes } from '../../base/bytes.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import { printValue } from './c-value.ts';
import type { ObjectView } from './object.ts';
import { stringAt } from './strings.ts';
import { variableOf } from './type-info.ts';

/** Characters of a value that a report has. */
const LONGEST = 4096;

/**
 * The value of the variable that the symbol is of; null for a run of zeroes that is no number, and for
 * addresses without a type. `addresses`: what they are of, by their offsets in it.
 */
export function valueText(
  view: ObjectView,
  section: ElfSection,
  symbol: ElfSymbol,
  addresses: ReadonlyMap<number, string>,
): string | null {
  const { value: offset, size } = symbol;
  const bytes = section.bytes.subarray(offset, offset + size);
  const zero = bytes.every((byte) => byte === 0) && addresses.size === 0;
  const { btf } = view.types;
  const variable = variableOf(view, section, symbol);
  if (btf !== undefined && variable !== undefined) {
    const options = { limit: LONGEST, addresses };
    const typed = new ByteView(bytes, view.elf.order);
    const value = printValue(btf, btf.target(variable.id), typed, options);
    if (value !== undefined) return zero && /^[{"]/.test(value) ? null : value;
  }
  return zero || addresses.size > 0 ? null : untypedValue(bytes, LONGEST);
}

/** Text that only zeroes follow is a string. */
export function untypedValue(bytes: Uint8Array, limit: number): string {
  const text = stringAt(bytes, 0, limit);
  const rest = bytes.subarray(bytes.indexOf(0));
  if (text !== undefined && rest.every((byte) => byte === 0)) return text;
  return showBytes(bytes, limit);
}

/** Two digits for each byte. */
export function hexOf(bytes: Uint8Array): string {
  const digits = '0123456789abcdef';
  const text = new Uint8Array(bytes.length * 2);
  for (const [i, byte] of bytes.entries()) {
    text[2 * i] = digits.charCodeAt(byte >> 4);
    text[2 * i + 1] = digits.charCodeAt(byte & 15);
  }
  return decodeUtf8(text);
}
