import type { ByteOrder } from '../base/bytes.ts';
import { countBytes, type SettingSubject } from '../diag/catalogue/config.ts';
import { locate, type Span } from './source.ts';
import { type ConfigType, sizeOf, typeName } from './type.ts';
import type { ConfigValue, Setting } from './value.ts';

/** What the writers of values need to know besides the place. */
export interface PlaceContext {
  readonly setting: Setting;
  /** The part of the symbol that is written, as a setting would name it: `cfg.ports[2]`. */
  readonly name: string;
  readonly symbol: string;
  readonly order: ByteOrder;
}

/** A part of a symbol. Bits count from the symbol's start, in big-endian objects from the top bit. */
export interface Place {
  readonly type: ConfigType;
  readonly offsetBits: number;
  readonly sizeBits: number;
  readonly bitfield: boolean;
}

export function subjectOf(context: PlaceContext, span: Span, what: string): SettingSubject {
  const { setting, name, symbol } = context;
  return { setting: name, symbol, what, at: locate(setting.source, span) };
}

export function describePlace(place: Place): string {
  const name = typeName(place.type);
  if (place.bitfield) return `${name}, a bitfield of ${place.sizeBits} bits`;
  return `${name}, ${countBytes(sizeOf(place.type))}`;
}

/** `a string`, `an array`: what the user gave, for messages. */
export function describeValue(value: ConfigValue): string {
  switch (value.kind) {
    case 'integer':
      return `the integer ${value.value}`;
    case 'boolean':
      return `${value.value}`;
    case 'character':
      return 'a character';
    case 'word':
      return `the bare word '${value.text}'`;
    case 'string':
      return 'a string';
    case 'text':
      return `the string "${value.text.slice(0, 40)}"`;
    case 'bytes':
      return 'hex:';
    case 'array':
      return 'an array';
    case 'struct':
      return 'a struct';
  }
}

/** The value of an integer, boolean or character; undefined for other kinds. */
export function scalarOf(value: ConfigValue): bigint | undefined {
  switch (value.kind) {
    case 'integer':
      return value.value;
    case 'boolean':
      return value.value ? 1n : 0n;
    case 'character':
      return BigInt(value.value);
    default:
      return undefined;
  }
}
