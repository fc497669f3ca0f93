import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import * as report from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { integerRange, writeBits } from './bits.ts';
import { describeValue, type PlaceContext, scalarOf, subjectOf } from './context.ts';
import { hexOf } from './hex.ts';
import { parseInteger } from './integer.ts';
import type { ConfigValue } from './value.ts';

type WordSize = 1 | 2 | 4 | 8;

function isWordSize(size: number): size is WordSize {
  return size === 1 || size === 2 || size === 4 || size === 8;
}

/** Fills `bytes`, a whole symbol of which only the size is known. */
export function writeUntyped(
  context: PlaceContext,
  bytes: Uint8Array,
  value: ConfigValue,
): Diagnostic | undefined {
  const size = bytes.length;
  const unknown = `${report.countBytes(size)} of unknown type`;
  const subject = subjectOf(context, value.span, unknown);
  switch (value.kind) {
    case 'bytes':
      if (value.bytes.length !== size) {
        return report.wrongByteCount(subject, value.bytes.length, size);
      }
      bytes.set(value.bytes);
      return undefined;
    case 'string':
      return writeText(value.bytes);
    case 'text': {
      const text = encodeUtf8(value.text);
      const integer = isWordSize(size) ? parseInteger(value.text) : undefined;
      if (integer === undefined) return writeText(text);
      return text.length < size
        ? report.ambiguousText(subject, value.text)
        : writeInteger(value, integer, 0, size);
    }
    case 'array': {
      const count = value.elements.length;
      if (count === 0 || !isWordSize(size / count)) {
        const counts = [1, 2, 4, 8].filter((word) => size % word === 0).map((word) => size / word);
        return report.wrongCount(
          subject,
          count,
          `one of these counts: ${counts.join(', ')}`,
          false,
        );
      }
      for (const [index, element] of value.elements.entries()) {
        const problem = writeScalar(element, index * (size / count), size / count);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }
    case 'struct':
      return report.wrongKind(
        subject,
        describeValue(value),
        'its bytes as hex:..., or compile the object with -g so that its type is known',
      );
    case 'word':
    case 'integer':
    case 'boolean':
    case 'character':
      return writeScalar(value, 0, size);
  }

  function writeText(text: Uint8Array): Diagnostic | undefined {
    if (text.length + 1 > size) {
      return report.stringTooLong(subject, text.length, size, hexOf(decodeUtf8(text)));
    }
    bytes.fill(0);
    bytes.set(text);
    return undefined;
  }

  function writeScalar(scalar: ConfigValue, at: number, length: number): Diagnostic | undefined {
    const integer = scalar.kind === 'text' ? parseInteger(scalar.text) : scalarOf(scalar);
    if (integer !== undefined) return writeInteger(scalar, integer, at, length);
    const place = subjectOf(context, scalar.span, unknown);
    return report.wrongKind(
      place,
      describeValue(scalar),
      scalar.kind === 'word'
        ? `an integer, or a text in quotes: '${context.setting.name}="${scalar.text}"' (an enumerator's name needs an object compiled with -g)`
        : 'an integer',
    );
  }

  function writeInteger(
    scalar: ConfigValue,
    integer: bigint,
    at: number,
    length: number,
  ): Diagnostic | undefined {
    const place = subjectOf(context, scalar.span, unknown);
    if (!isWordSize(length)) {
      return report.wrongKind(
        place,
        describeValue(scalar),
        'an array of integers, a "string" or hex:...',
      );
    }
    const [low, high] = integerRange(length * 8, 'either');
    if (integer < low || integer > high) return report.outOfRange(place, integer, low, high);
    writeBits(bytes, at * 8, length * 8, integer, context.order);
    return undefined;
  }
}
