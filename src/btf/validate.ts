/**
 * Checks that a table which was read makes sense, so that later code can follow any id and any string of it
 * without asking, and without end.
 *
 * What is refused is what libbpf refuses (ids and strings that do not exist, a FUNC without a prototype)
 * and what no compiler writes (fields of another kind, an unknown linkage, a pointer to a variable). What
 * only the kernel asks for, which libbpf repairs before loading, is let through: names, sizes and void
 * members as compilers of other languages than C write them.
 */
import { describeType } from './describe.ts';
import { KIND, LINKAGE } from './format.ts';
import { findLoop } from './loops.ts';
import { type Btf, FIELD, HEADER_WORDS } from './types.ts';

/** What is wrong, in words that name the type; undefined where nothing is. */
export function validateBtf(btf: Btf): string | undefined {
  const checker = new TypeChecker(btf);
  for (let id = 1; id <= btf.typeCount; id++) {
    const fault = checker.faultOf(id);
    if (fault !== undefined) return `${describeType(btf, id)} ${fault}`;
  }
  const loop = findLoop(btf, checker.backward);
  return loop === undefined ? undefined : `${describeType(btf, loop)} refers to itself without end`;
}

/** Types that others refer to, and not to begin a circle with. */
const LEAF = 1;
/** Types that only sections, and tags, refer to. */
const NO_TYPE = 2;

const ROLES = new Uint8Array(128);
for (const kind of [0, KIND.INT, KIND.FLOAT, KIND.FWD, KIND.ENUM, KIND.ENUM64]) ROLES[kind] = LEAF;
for (const kind of [KIND.FUNC, KIND.VAR, KIND.DATASEC, KIND.DECL_TAG]) ROLES[kind] = NO_TYPE;

class TypeChecker {
  /** Types that refer to one with the same id or a lower one, and may be part of a circle. */
  readonly backward: number[] = [];
  readonly #btf: Btf;
  readonly #words: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #stringsEnd: number;
  readonly #count: number;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#words = btf.words;
    this.#starts = btf.starts;
    this.#stringsEnd = btf.strings.bytes.length;
    this.#count = btf.typeCount;
  }

  faultOf(id: number): string | undefined {
    const words = this.#words;
    const at = this.#starts[id]!;
    const info = words[at + 1]!;
    const kind = (info >>> 24) & 0x7f;
    const vlen = info & 0xffffff;
    const entries = at + HEADER_WORDS;
    if (words[at]! >= this.#stringsEnd)
      return `has its name at ${words[at]}, outside of the strings`;
    switch (kind) {
      case KIND.INT:
      case KIND.FLOAT:
      case KIND.FWD:
        return vlen === 0 ? undefined : entriesFault(vlen);
      case KIND.PTR:
      case KIND.TYPEDEF:
      case KIND.VOLATILE:
      case KIND.CONST:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        return vlen === 0 ? this.#typesFault(id, at + 2, 1, 1) : entriesFault(vlen);
      case KIND.ARRAY:
        return this.#typesFault(id, at + FIELD.arrayElement, 2, 1);
      case KIND.STRUCT:
      case KIND.UNION:
        return (
          this.#namesFault(entries, vlen, 3) ??
          this.#typesFault(id, entries + 1, vlen, 3) ??
          this.#placesFault(id, entries + 2, vlen)
        );
      case KIND.ENUM:
        return this.#namesFault(entries, vlen, 2);
      case KIND.ENUM64:
        return this.#namesFault(entries, vlen, 3);
      case KIND.FUNC_PROTO:
        // The result is two words before the first parameter's type, as that before the second's.
        return this.#namesFault(entries, vlen, 2) ?? this.#typesFault(id, at + 2, 1 + vlen, 2);
      case KIND.FUNC:
        if (this.#btf.kind(words[at + 2]!) !== KIND.FUNC_PROTO) {
          return `has type ${words[at + 2]}, which is not a function prototype`;
        }
        return linkageFault(vlen);
      case KIND.VAR:
        if (vlen !== 0) return entriesFault(vlen);
        return this.#typesFault(id, at + 2, 1, 1) ?? linkageFault(words[at + FIELD.first]!);
      case KIND.DATASEC:
        return this.#variablesFault(entries, vlen);
      default:
        return this.#tagFault(words[at + 2]!, words[at + FIELD.first]! | 0);
    }
  }

  #namesFault(start: number, count: number, stride: number): string | undefined {
    const words = this.#words;
    for (let i = 0, at = start; i < count; i++, at += stride) {
      if (words[at]! >= this.#stringsEnd) {
        return `has the name of entry ${i} at ${words[at]}, outside of the strings`;
      }
    }
    return undefined;
  }

  #typesFault(id: number, start: number, count: number, stride: number): string | undefined {
    const words = this.#words;
    let backward = false;
    for (let i = 0, at = start; i < count; i++, at += stride) {
      const target = words[at]!;
      if (target === 0) continue;
      if (target > this.#count) return `refers to type ${target}, which does not exist`;
      const role = ROLES[(words[this.#starts[target]! + 1]! >>> 24) & 0x7f];
      if (role === NO_TYPE) return `refers to ${describeType(this.#btf, target)} as to a type`;
      if (target <= id && role !== LEAF) backward = true;
    }
    if (backward) this.backward.push(id);
    return undefined;
  }

  #placesFault(id: number, start: number, count: number): string | undefined {
    const bitFields = this.#btf.flag(id);
    const size = this.#btf.size(id);
    for (let i = 0, at = start; i < count; i++, at += 3) {
      const place = this.#words[at]!;
      const bits = bitFields ? (place & 0xffffff) + (place >>> 24) : place;
      if (bits > size * 8) return `has member ${i} at bit ${bits}, beyond its ${size} bytes`;
    }
    return undefined;
  }

  #variablesFault(start: number, count: number): string | undefined {
    for (let i = 0, at = start; i < count; i++, at += 3) {
      const kind = this.#btf.kind(this.#words[at]!);
      if (kind !== KIND.VAR && kind !== KIND.FUNC) {
        return `lists type ${this.#words[at]}, which is neither a variable nor a function`;
      }
    }
    return undefined;
  }

  /** Component -1 is the target itself. */
  #tagFault(target: number, component: number): string | undefined {
    const btf = this.#btf;
    switch (btf.kind(target)) {
      case KIND.VAR:
      case KIND.TYPEDEF:
        return component === -1 ? undefined : componentFault(target, component);
      case KIND.STRUCT:
      case KIND.UNION:
        return component < -1 || component >= btf.vlen(target)
          ? componentFault(target, component)
          : undefined;
      case KIND.FUNC: {
        const prototype = btf.target(target);
        const parameters = btf.kind(prototype) === KIND.FUNC_PROTO ? btf.vlen(prototype) : 0;
        return component < -1 || component >= parameters
          ? componentFault(target, component)
          : undefined;
      }
      default:
        return `tags type ${target}, which cannot have tags`;
    }
  }
}

function entriesFault(vlen: number): string {
  return `claims ${vlen} entries, which its kind does not have`;
}

function linkageFault(linkage: number): string | undefined {
  return linkage > LINKAGE.EXTERN ? `has the unknown linkage ${linkage}` : undefined;
}

function componentFault(target: number, component: number): string {
  return `tags component ${component} of type ${target}, which does not exist`;
}
