import * as report from '../diag/catalogue/config.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { describePlace, type Place, type PlaceContext, subjectOf } from './context.ts';
import type { Span } from './source.ts';
import { type ConfigMember, type ConfigType, findMember, memberNames, sizeOf } from './type.ts';
import { isDiagnostic, type PathStep } from './value.ts';

/** Follows `.member` and `[index]` from the symbol's start. */
export function findPlace(
  context: PlaceContext,
  type: ConfigType,
  path: readonly PathStep[],
): Place | Diagnostic {
  let place: Place = { type, offsetBits: 0, sizeBits: sizeOf(type) * 8, bitfield: false };
  for (const step of path) {
    const subject = subjectOf(context, step.span, describePlace(place));
    if (step.kind === 'member') {
      if (place.type.kind !== 'struct' && place.type.kind !== 'union') {
        return report.badPath(
          subject,
          `no member '${step.name}'`,
          place.type.kind === 'array' ? 'name an element first: [INDEX]' : 'set it as a whole',
        );
      }
      const member = findMember(place.type, step.name);
      if (member === undefined) {
        return report.unknownMember(subject, step.name, memberNames(place.type));
      }
      const inner = memberPlace(context, step.span, place, member);
      if (isDiagnostic(inner)) return inner;
      place = inner;
    } else {
      if (place.type.kind !== 'array') {
        return report.badPath(subject, `no element [${step.index}]`, 'it is not an array');
      }
      const { count, element } = place.type;
      if (step.index >= BigInt(count)) {
        return report.badPath(
          subject,
          `no element [${step.index}]`,
          count === 0 ? 'it has no elements' : `give an index from 0 to ${count - 1}`,
        );
      }
      place = elementPlace(place, element, Number(step.index));
    }
  }
  return place;
}

/** Fails where hostile type information lets the member stick out of its record or lie between bytes. */
export function memberPlace(
  context: PlaceContext,
  span: Span,
  record: Place,
  member: ConfigMember,
): Place | Diagnostic {
  const { type } = member;
  const place = {
    type,
    offsetBits: record.offsetBits + member.offsetBits,
    sizeBits: member.sizeBits ?? sizeOf(type) * 8,
    bitfield: member.sizeBits !== undefined,
  };
  const inside =
    place.offsetBits + place.sizeBits <= record.offsetBits + record.sizeBits &&
    (place.bitfield ? type.kind === 'int' || type.kind === 'enum' : place.offsetBits % 8 === 0);
  if (inside) return place;
  return report.cannotBeSet(
    subjectOf(context, span, describePlace(record)),
    `the type information misplaces member '${member.name}'`,
    "the object's BTF is damaged; compile it anew",
  );
}

export function elementPlace(array: Place, element: ConfigType, index: number): Place {
  const sizeBits = sizeOf(element) * 8;
  return {
    type: element,
    offsetBits: array.offsetBits + index * sizeBits,
    sizeBits,
    bitfield: false,
  };
}
