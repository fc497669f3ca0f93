/**
 * Turns a setting into the bytes that replace a part of its symbol's data. With a type (from BTF) a value
 * is checked as a C compiler would check an initialiser, and more strictly: nothing is cut or padded in
 * silence, except that a string's array is filled with zeros. Parts that a struct value does not mention
 * keep what the program's source gave them. Without a type only the symbol's size is known:
 *
 *     foo=42           1, 2, 4 or 8 bytes, in range as signed or as unsigned
 *     foo=[1,2,3,4]    the symbol's size divided by the count is the element's size
 *     foo="text"       the text, its NUL, then zeros
 *     foo=hex:0011     exactly the symbol's size
 */
import type { ByteOrder } from '../base/bytes.ts';
import * as report from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { type PlaceContext, subjectOf } from './context.ts';
import { findPlace } from './place.ts';
import { type ConfigType, sizeOf, typeName } from './type.ts';
import { isDiagnostic, type PathStep, type Setting } from './value.ts';
import { writeTyped } from './write-typed.ts';
import { writeUntyped } from './write-untyped.ts';

export interface SettingTarget {
  readonly symbol: string;
  /** From `bindSetting`: what of the setting's name comes after the symbol. */
  readonly path: readonly PathStep[];
  /** Bytes, by the symbol table. */
  readonly size: number;
  readonly type?: ConfigType;
  readonly order: ByteOrder;
  /** The symbol's data before this setting; zeros where absent (.bss). */
  readonly initial?: Uint8Array;
}

export interface EncodedSetting {
  readonly bytes: Uint8Array;
  /** Where they go, from the symbol's start. */
  readonly offset: number;
}

/** Larger parts cannot be set at once; no BPF map value or program is that large either. */
const largest = 1 << 28;

export function encodeSetting(
  setting: Setting,
  target: SettingTarget,
): EncodedSetting | Diagnostic {
  const { symbol, order } = target;
  const context: PlaceContext = { setting, name: setting.name, symbol, order };
  const type = target.type === undefined ? undefined : fitToSymbol(target.type, target.size);
  if (type !== undefined && sizeOf(type) !== target.size) {
    const subject = subjectOf(context, setting.value.span, typeName(type));
    return report.typeSizeDiffers(subject, sizeOf(type), target.size);
  }
  if (type === undefined && target.path.length > 0) {
    const subject = subjectOf(
      context,
      target.path[0]!.span,
      `${report.countBytes(target.size)} of unknown type`,
    );
    return report.badPath(
      subject,
      'no type tells the parts apart',
      `compile the object with -g, or set all of '${symbol}'`,
    );
  }
  const place =
    type === undefined
      ? { offsetBits: 0, sizeBits: target.size * 8, type, bitfield: false }
      : findPlace(context, type, target.path);
  if (isDiagnostic(place)) return place;
  const offset = Math.floor(place.offsetBits / 8);
  const length = Math.ceil((place.offsetBits + place.sizeBits) / 8) - offset;
  if (length > largest) {
    const subject = subjectOf(context, setting.value.span, report.countBytes(length));
    return report.cannotBeSet(subject, 'too large to be set at once', 'set its parts by name');
  }
  const bytes = new Uint8Array(length);
  bytes.set(target.initial?.subarray(offset, offset + length) ?? []);
  const problem =
    place.type === undefined
      ? writeUntyped(context, bytes, setting.value)
      : writeTyped(context, bytes, setting.value, {
          ...place,
          type: place.type,
          offsetBits: place.offsetBits - offset * 8,
        });
  return problem ?? { bytes, offset };
}

/** BTF gives `int x[]` no elements; the symbol's size says how many there are. */
function fitToSymbol(type: ConfigType, size: number): ConfigType {
  if (type.kind !== 'array' || type.count !== 0) return type;
  const element = sizeOf(type.element);
  return element > 0 && size % element === 0 ? { ...type, count: size / element } : type;
}
