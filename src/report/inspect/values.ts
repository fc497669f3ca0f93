/** Initial values in words. */
import { ByteView, showBytes } from '../../base/bytes.ts';
import { INT_BOOL, INT_SIGNED, KIND } from '../../btf/format.ts';
import { peel } from '../../btf/query.ts';
import { type Btf, FIELD } from '../../btf/types.ts';
import type { ElfSection, ElfSymbol } from '../../elf/types.ts';
import type { ObjectView } from './object.ts';
import { stringAt } from './strings.ts';
import { variableOf } from './type-info.ts';

/** Bytes of a variable that are looked at: a table may be long, and symbols may overlap. */
const LOOKED_AT = 4096;
/** Bytes of a value that are shown. */
const SHOWN = 16;

/**
 * The value of the variable that the bytes at `offset` are of: a number where its type is one, a string in
 * quotes, or bytes in quotes. Null for a run of zeroes that is no number.
 */
export function initialValue(
  view: ObjectView,
  section: ElfSection,
  symbol: ElfSymbol,
): string | null {
  const { value: offset, size } = symbol;
  const bytes = section.bytes.subarray(offset, offset + Math.min(size, LOOKED_AT));
  const { btf } = view.types;
  const variable = variableOf(view, section, symbol);
  const number =
    btf === undefined || variable === undefined
      ? undefined
      : numberOf(btf, btf.target(variable.id), new ByteView(bytes, view.elf.order));
  if (number !== undefined) return number;
  if (bytes.every((byte) => byte === 0)) return null;
  const text = stringAt(bytes, 0);
  const rest = bytes.subarray(bytes.indexOf(0));
  if (text !== undefined && rest.every((byte) => byte === 0)) return text;
  return showBytes(bytes, SHOWN);
}

/** The value of an integer, truth value or enumeration; undefined for other types. */
function numberOf(btf: Btf, id: number, view: ByteView): string | undefined {
  const size = view.length;
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return undefined;
  const type = peel(btf, id);
  const value = view.unsigned(0, size);
  const show = (signed: boolean): string => `${signed ? BigInt.asIntN(size * 8, value) : value}`;
  switch (btf.kind(type)) {
    case KIND.INT: {
      const encoding = btf.field(type, FIELD.first) >>> 24;
      if ((encoding & INT_BOOL) !== 0 && value < 2n) return value === 1n ? 'true' : 'false';
      return show((encoding & INT_SIGNED) !== 0);
    }
    case KIND.ENUM:
    case KIND.ENUM64: {
      const signed = btf.flag(type);
      const known = btf.enumerators(type).find((one) => `${one.value}` === show(signed));
      return known?.name ?? show(signed);
    }
    default:
      return undefined;
  }
}
