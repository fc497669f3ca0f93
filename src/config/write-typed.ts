import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import * as report from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { integerRange, writeBits } from './bits.ts';
import {
  describePlace,
  describeValue,
  type Place,
  type PlaceContext,
  scalarOf,
  subjectOf,
} from './context.ts';
import { hexOf } from './hex.ts';
import { parseInteger } from './integer.ts';
import { elementPlace, memberPlace } from './place.ts';
import {
  type ArrayType,
  type ConfigType,
  type EnumType,
  findMember,
  type IntType,
  memberNames,
  type RecordType,
} from './type.ts';
import { type ConfigValue, isDiagnostic } from './value.ts';

type Problem = Diagnostic | undefined;

/** Stores `value` at `place` in `bytes`. */
export function writeTyped(
  context: PlaceContext,
  bytes: Uint8Array,
  value: ConfigValue,
  place: Place,
): Problem {
  const { type } = place;
  const subject = subjectOf(context, value.span, describePlace(place));
  if (type.kind === 'pointer') {
    return report.cannotBeSet(
      subject,
      'a pointer cannot be set',
      'its value is an address; set what it points to',
    );
  }
  if (value.kind === 'bytes' && !place.bitfield) {
    const size = place.sizeBits / 8;
    if (value.bytes.length !== size) {
      return report.wrongByteCount(subject, value.bytes.length, size);
    }
    bytes.set(value.bytes, place.offsetBits / 8);
    return undefined;
  }
  switch (type.kind) {
    case 'int':
      return writeInt(context, bytes, value, place, type);
    case 'enum':
      return writeEnum(context, bytes, value, place, type);
    case 'array':
      return writeArray(context, bytes, value, place, type);
    case 'struct':
    case 'union':
      return writeRecord(context, bytes, value, place, type);
    case 'float':
      return report.cannotBeSet(
        subject,
        'a floating-point number cannot be set by value',
        'BPF has no floating point; give its bytes as hex:...',
      );
  }
}

function writeInt(
  context: PlaceContext,
  bytes: Uint8Array,
  value: ConfigValue,
  place: Place,
  type: IntType,
): Problem {
  const subject = subjectOf(context, value.span, describePlace(place));
  const integer = value.kind === 'text' ? parseInteger(value.text) : scalarOf(value);
  if (integer === undefined) {
    const needed = type.bool === true ? 'true or false' : 'an integer';
    return report.wrongKind(subject, describeValue(value), needed);
  }
  // 'é' in Latin-1 and '\xff' are characters, whichever sign the compiler gives them.
  const anySign = value.kind === 'character' && place.sizeBits === 8 && type.bool !== true;
  const [low, high]: [bigint, bigint] =
    type.bool === true
      ? [0n, 1n]
      : integerRange(place.sizeBits, anySign ? 'either' : type.signed ? 'signed' : 'unsigned');
  if (integer < low || integer > high) return report.outOfRange(subject, integer, low, high);
  writeBits(bytes, place.offsetBits, place.sizeBits, integer, context.order);
  return undefined;
}

function writeEnum(
  context: PlaceContext,
  bytes: Uint8Array,
  value: ConfigValue,
  place: Place,
  type: EnumType,
): Problem {
  const subject = subjectOf(context, value.span, describePlace(place));
  let integer: bigint | undefined;
  if (value.kind === 'word' || value.kind === 'text') {
    const { text } = value;
    integer =
      type.values.find((enumerator) => enumerator.name === text)?.value ??
      (value.kind === 'text' ? parseInteger(text) : undefined);
    if (integer === undefined) {
      const names = type.values.map((enumerator) => enumerator.name);
      return report.unknownEnumerator(subject, text, names);
    }
  } else {
    integer = scalarOf(value);
  }
  if (integer === undefined) {
    return report.wrongKind(subject, describeValue(value), 'an enumerator or an integer');
  }
  // Older compilers mark no enum as signed, so both readings count.
  const [low, high] = integerRange(place.sizeBits, 'either');
  if (integer < low || integer > high) return report.outOfRange(subject, integer, low, high);
  writeBits(bytes, place.offsetBits, place.sizeBits, integer, context.order);
  return undefined;
}

function writeArray(
  context: PlaceContext,
  bytes: Uint8Array,
  value: ConfigValue,
  place: Place,
  type: ArrayType,
): Problem {
  const subject = subjectOf(context, value.span, describePlace(place));
  if (value.kind === 'string' || value.kind === 'text') {
    if (!holdsText(type.element)) {
      return report.wrongKind(subject, describeValue(value), 'an [array]');
    }
    const text = value.kind === 'string' ? value.bytes : encodeUtf8(value.text);
    if (text.length + 1 > type.count) {
      return report.stringTooLong(subject, text.length, type.count, hexOf(decodeUtf8(text)));
    }
    const start = place.offsetBits / 8;
    bytes.fill(0, start, start + type.count);
    bytes.set(text, start);
    return undefined;
  }
  if (value.kind !== 'array') {
    const needed = holdsText(type.element) ? 'an [array], a "string" or hex:...' : 'an [array]';
    return report.wrongKind(subject, describeValue(value), needed);
  }
  if (value.elements.length !== type.count) {
    return report.wrongCount(subject, value.elements.length, `exactly ${type.count}`, true);
  }
  for (const [index, element] of value.elements.entries()) {
    const at = elementPlace(place, type.element, index);
    const inner = { ...context, name: `${context.name}[${index}]` };
    const problem = writeTyped(inner, bytes, element, at);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function holdsText(element: ConfigType): boolean {
  return element.kind === 'int' && element.size === 1 && element.bool !== true;
}

function writeRecord(
  context: PlaceContext,
  bytes: Uint8Array,
  value: ConfigValue,
  place: Place,
  type: RecordType,
): Problem {
  const subject = subjectOf(context, value.span, describePlace(place));
  if (value.kind !== 'struct') {
    return report.wrongKind(subject, describeValue(value), 'a {struct} or hex:...');
  }
  if (type.kind === 'union' && value.members.length !== 1) {
    return report.wrongKind(
      subject,
      `a union value of ${value.members.length} members`,
      'one member',
    );
  }
  const seen = new Set<string>();
  for (const { name, nameSpan, value: inner } of value.members) {
    const member = findMember(type, name);
    if (member === undefined) {
      return report.unknownMember({ ...subject, at: at(nameSpan) }, name, memberNames(type));
    }
    if (seen.has(name)) return report.duplicateMember(name, at(nameSpan));
    seen.add(name);
    const target = memberPlace(context, nameSpan, place, member);
    if (isDiagnostic(target)) return target;
    const part = { ...context, name: `${context.name}.${name}` };
    const problem = writeTyped(part, bytes, inner, target);
    if (problem !== undefined) return problem;
  }
  return undefined;

  function at(span: typeof value.span): typeof subject.at {
    return subjectOf(context, span, '').at;
  }
}
