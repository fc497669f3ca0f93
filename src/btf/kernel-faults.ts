/**
 * What the kernel's own check of types (btf_check_all_metas, btf_check_all_types) refuses of what compilers write, for
 * which it refuses all types of the object:
 *
 *     struct Option<&u32>                      "Invalid name"           Rust, C++
 *     { a at bit 64, b at bit 0 }              "Invalid member bits_offset"
 *     a pointer with the name '&u32'           "Invalid name"
 *     char, both SIGNED and CHAR               "Unsupported encoding"   GCC 12
 *     struct forward; with a size              "type != 0"              GCC 12
 *     enum level; without a size               "Unexpected size"        clang
 *     int f(void *) { ... }                    "Invalid arg#1"          a parameter without a name
 *
 * Each function asks about one type. Loaders mend some of it, so each profile puts together its own list; `repair.ts`
 * and `acceptable.ts` mend all. What no compiler writes, and depths and sizes that fail for other reasons, are not
 * looked for.
 */
import { isName, isNamed } from './acceptable.ts';
import { eachName } from './dedup/entries.ts';
import { KIND, LINKAGE } from './format.ts';
import { isAnonymous } from './query.ts';
import { isSignedChar, lacksNames } from './repair.ts';
import { type Btf, HEADER_WORDS } from './types.ts';

export interface KernelFault {
  /** In words that name the type. */
  readonly what: string;
  /** The kernel's own, in its log of the load. */
  readonly says: string;
}

/** A name that is none, of the type or of something in it (btf_name_valid_identifier). */
export function nameFault(btf: Btf, id: number): KernelFault | undefined {
  const kind = btf.kind(id);
  if (!isNamed(kind) && kind !== KIND.FUNC && kind !== KIND.VAR) return undefined;
  if (isAnonymous(btf, id) && mustHaveName(kind)) {
    return { what: 'a type that must have a name has none', says: 'Invalid name' };
  }
  const { bytes } = btf.strings;
  const start = btf.starts[id]!;
  let wrong: number | undefined;
  eachName(btf.words, start, btf.starts[id + 1]!, (place) => {
    const offset = btf.words[place]!;
    if (!isName(bytes, offset) || bytes.indexOf(0, offset) - offset > LONGEST) wrong ??= place;
  });
  if (wrong === undefined) return undefined;
  const name = `the name '${btf.strings.at(btf.words[wrong]!)}'`;
  return {
    what: wrong === start ? name : `${name} in '${btf.name(id)}'`,
    says: kind === KIND.FUNC_PROTO ? 'Invalid arg' : 'Invalid name',
  };
}

/** KSYM_NAME_LEN without the last byte. */
const LONGEST = 511;

function mustHaveName(kind: number): boolean {
  return kind === KIND.FWD || kind === KIND.TYPEDEF || kind === KIND.FUNC || kind === KIND.VAR;
}

/** A name of what has none in C: pointers, arrays, qualifiers. */
export function strayNameFault(btf: Btf, id: number): KernelFault | undefined {
  switch (btf.kind(id)) {
    case KIND.PTR:
    case KIND.ARRAY:
    case KIND.CONST:
    case KIND.VOLATILE:
    case KIND.RESTRICT:
    case KIND.FUNC_PROTO:
      if (isAnonymous(btf, id)) return undefined;
      return { what: `the name '${btf.name(id)}' of what has none in C`, says: 'Invalid name' };
    default:
      return undefined;
  }
}

/** Members that do not stand in the order of their places. */
export function orderFault(btf: Btf, id: number): KernelFault | undefined {
  if (btf.kind(id) !== KIND.STRUCT) return undefined;
  const { words } = btf;
  const bits = btf.flag(id) ? 0xffffff : 0xffffffff;
  const start = btf.starts[id]! + HEADER_WORDS;
  let last = 0;
  for (let i = 0; i < btf.vlen(id); i++) {
    const place = (words[start + MEMBER_WORDS * i + 2]! & bits) >>> 0;
    if (place < last) {
      const what = `the member '${btf.member(id, i).name}' of '${btf.name(id)}' out of order`;
      return { what, says: 'Invalid member bits_offset' };
    }
    last = place;
  }
  return undefined;
}

const MEMBER_WORDS = 3;

/** An enum that is only declared. */
export function enumSizeFault(btf: Btf, id: number): KernelFault | undefined {
  if (btf.kind(id) !== KIND.ENUM || btf.vlen(id) !== 0 || btf.size(id) !== 0) return undefined;
  return { what: `the enum '${btf.name(id)}' is of no size`, says: 'Unexpected size' };
}

/** What GCC 12 writes into numbers and forward declarations. */
export function gccFault(btf: Btf, id: number): KernelFault | undefined {
  const kind = btf.kind(id);
  if (kind === KIND.INT && isSignedChar(btf, id)) {
    const what = `'${btf.name(id)}' is both SIGNED and CHAR, as GCC writes it`;
    return { what, says: 'Unsupported encoding' };
  }
  if (kind === KIND.FWD && btf.size(id) !== 0) {
    const what = `the forward declaration '${btf.name(id)}' has a size, as GCC writes it`;
    return { what, says: 'type != 0' };
  }
  return undefined;
}

/** A function that is defined, and names not all of its parameters. */
export function parameterFault(btf: Btf, id: number): KernelFault | undefined {
  if (btf.kind(id) !== KIND.FUNC || btf.vlen(id) === LINKAGE.EXTERN) return undefined;
  if (!lacksNames(btf, btf.target(id))) return undefined;
  return { what: `a parameter of '${btf.name(id)}' has no name`, says: 'Invalid arg#' };
}
