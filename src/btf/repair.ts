/**
 * What compilers write and the kernel refuses, for which it would refuse all types of the object:
 *
 * - GCC 12 says of `char` that it is SIGNED and CHAR; the kernel takes one property of an integer and no more
 *   ("Unsupported encoding"). CHAR goes, which leaves what clang writes. It gives forward declarations a
 *   size ("type != 0"), which they have not.
 * - clang gives an enum that is only declared no size ("Unexpected size"). It gets that of an int.
 * - A function may be defined without a name for some parameter; in BTF each has one ("Invalid arg#1"). It
 *   is named `arg1`. A prototype that pointers share stays as it is.
 * - LLVM takes member functions for data (`withoutMethods`).
 *
 * Tables are never changed: where there is something to mend there is a new one.
 */
import { INT_CHAR, INT_SIGNED, KIND, LINKAGE } from './format.ts';
import { typeIds } from './query.ts';
import { StringAppender } from './strings.ts';
import { Btf, FIELD, HEADER_WORDS } from './types.ts';

export function repaired(btf: Btf): Btf {
  return withNamedParameters(withValidFields(btf));
}

const ENUM_SIZE = 4;
const BOTH = ((INT_SIGNED | INT_CHAR) << 24) >>> 0;

/**
 * LLVM takes the functions of a C++ class for members without a type, behind all others, at any bit. Without
 * them the table is valid; what is left of the class is its data. To be called before `validateBtf`.
 */
export function withoutMethods(btf: Btf): Btf {
  const methods = new Map<number, number>();
  for (const kind of [KIND.STRUCT, KIND.UNION]) {
    for (const id of btf.idsOf(kind)) {
      const count = countMethods(btf, id);
      if (count > 0) methods.set(id, count);
    }
  }
  if (methods.size === 0) return btf;
  const words = new Uint32Array(btf.words.length);
  const starts = btf.starts.slice();
  let at = 0;
  for (let id = 1; id <= btf.typeCount; id++) {
    const count = methods.get(id) ?? 0;
    const end = btf.starts[id + 1]! - MEMBER_WORDS * count;
    words.set(btf.words.subarray(btf.starts[id]!, end), at);
    words[at + 1]! -= count;
    starts[id] = at;
    at += end - btf.starts[id]!;
  }
  starts[btf.typeCount + 1] = at;
  return new Btf(words.subarray(0, at), starts, btf.strings);
}

const MEMBER_WORDS = 3;

function countMethods(btf: Btf, id: number): number {
  let count = 0;
  let end = btf.starts[id + 1]!;
  for (; count < btf.vlen(id) && btf.words[end - MEMBER_WORDS + 1] === 0; count++) {
    end -= MEMBER_WORDS;
  }
  return count;
}

function withValidFields(btf: Btf): Btf {
  let words: Uint32Array | undefined;
  const put = (id: number, field: number, value: number): void => {
    words ??= btf.words.slice();
    words[btf.starts[id]! + field] = value >>> 0;
  };
  for (const id of btf.idsOf(KIND.INT)) {
    const encoding = btf.field(id, FIELD.first);
    if (isSignedChar(btf, id)) put(id, FIELD.first, encoding & ~(INT_CHAR << 24));
  }
  for (const id of btf.idsOf(KIND.ENUM)) {
    if (btf.vlen(id) === 0 && btf.size(id) === 0) put(id, FIELD.sizeOrType, ENUM_SIZE);
  }
  for (const id of btf.idsOf(KIND.FWD)) if (btf.size(id) !== 0) put(id, FIELD.sizeOrType, 0);
  return words === undefined ? btf : new Btf(words, btf.starts, btf.strings);
}

/** Whether an integer has two properties. */
export function isSignedChar(btf: Btf, id: number): boolean {
  return (btf.field(id, FIELD.first) & BOTH) >>> 0 === BOTH;
}

function withNamedParameters(btf: Btf): Btf {
  const prototypes = unnamedPrototypes(btf);
  if (prototypes.size === 0) return btf;
  const words = btf.words.slice();
  const strings = new StringAppender(btf.strings);
  for (const id of prototypes) {
    const start = btf.starts[id]! + HEADER_WORDS;
    for (let i = 0; i < btf.vlen(id); i++) {
      const at = start + 2 * i;
      if (words[at] === 0 && words[at + 1] !== 0) words[at] = strings.add(parameterName(i));
    }
  }
  return new Btf(words, btf.starts, strings.finish());
}

/** What a parameter without a name is called, by its place from 0. */
export function parameterName(index: number): string {
  return `arg${index + 1}`;
}

/** Whether a parameter has a type and no name; "..." has neither. */
export function lacksNames(btf: Btf, prototype: number): boolean {
  const start = btf.starts[prototype]! + HEADER_WORDS;
  for (let i = 0; i < btf.vlen(prototype); i++) {
    if (btf.words[start + 2 * i] === 0 && btf.words[start + 2 * i + 1] !== 0) return true;
  }
  return false;
}

/** Those that functions are defined with, and nothing else refers to. */
function unnamedPrototypes(btf: Btf): Set<number> {
  const found = new Set<number>();
  for (const id of btf.idsOf(KIND.FUNC)) {
    const prototype = btf.target(id);
    if (btf.vlen(id) !== LINKAGE.EXTERN && lacksNames(btf, prototype)) found.add(prototype);
  }
  if (found.size === 0) return found;
  for (const id of typeIds(btf)) {
    const shares =
      btf.kind(id) === KIND.FUNC ? btf.vlen(id) === LINKAGE.EXTERN : hasTarget(btf.kind(id));
    if (shares) found.delete(btf.target(id));
  }
  return found;
}

/** Kinds that may refer to a prototype, but for FUNC. */
function hasTarget(kind: number): boolean {
  switch (kind) {
    case KIND.PTR:
    case KIND.TYPEDEF:
    case KIND.CONST:
    case KIND.VOLATILE:
    case KIND.RESTRICT:
    case KIND.TYPE_TAG:
      return true;
    default:
      return false;
  }
}
