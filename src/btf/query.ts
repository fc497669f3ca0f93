/** Questions that users of a type table ask. Ids outside of the table count as void. */

import { KIND } from './format.ts';
import type { Btf } from './types.ts';
import { FIELD } from './types.ts';

/** The ids of the types (of one kind), in order. */
export function typeIds(btf: Btf, kind?: number): Iterable<number> {
  return kind === undefined ? allIds(btf) : btf.idsOf(kind);
}

function* allIds(btf: Btf): Generator<number> {
  for (let id = 1; id <= btf.typeCount; id++) yield id;
}

/** The first type of the name (and kind), or undefined. Looks through the whole table. */
export function findType(btf: Btf, name: string, kind?: number): number | undefined {
  for (const id of typeIds(btf, kind)) if (btf.name(id) === name) return id;
  return undefined;
}

/** Whether the type has no name. (The offset of its name need not be 0: strings may be empty anywhere.) */
export function isAnonymous(btf: Btf, id: number): boolean {
  return btf.strings.bytes[btf.nameOffset(id)] === 0;
}

/** Const, volatile, restrict, and type tags. */
export function isQualifier(kind: number): boolean {
  switch (kind) {
    case KIND.CONST:
    case KIND.VOLATILE:
    case KIND.RESTRICT:
    case KIND.TYPE_TAG:
      return true;
    default:
      return false;
  }
}

/** The type without its qualifiers and type tags. */
export function peelQualifiers(btf: Btf, id: number): number {
  // A table that was not validated may hold a loop.
  for (let steps = 0; steps <= btf.typeCount; steps++) {
    if (!isQualifier(btf.kind(id))) return id;
    id = btf.target(id);
  }
  return 0;
}

/** The type without its qualifiers, type tags and typedefs. */
export function peel(btf: Btf, id: number): number {
  for (let steps = 0; steps <= btf.typeCount; steps++) {
    const kind = btf.kind(id);
    if (!isQualifier(kind) && kind !== KIND.TYPEDEF) return id;
    id = btf.target(id);
  }
  return 0;
}

/**
 * Bytes of a value of the type, through typedefs, qualifiers and arrays; of a VAR that of its type. Undefined
 * for what has no size: void, functions, forward declarations.
 */
export function sizeOf(btf: Btf, id: number): number | undefined {
  let count = 1;
  for (let steps = 0; steps <= btf.typeCount; steps++) {
    switch (btf.kind(id)) {
      case KIND.INT:
      case KIND.FLOAT:
      case KIND.STRUCT:
      case KIND.UNION:
      case KIND.ENUM:
      case KIND.ENUM64:
      case KIND.DATASEC:
        return count * btf.size(id);
      case KIND.PTR:
        return count * 8;
      case KIND.ARRAY:
        count *= btf.field(id, FIELD.arrayCount);
        id = btf.field(id, FIELD.arrayElement);
        break;
      case KIND.TYPEDEF:
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
      case KIND.VAR:
        id = btf.target(id);
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}
