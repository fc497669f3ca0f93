/** Sizes and alignments of types as C has them on BPF, filled in from parts to wholes. */
import { INT_BOOL, INT_SIGNED, KIND } from '../format.ts';
import { type Btf, FIELD } from '../types.ts';
import {
  type BaseType,
  isStandardFloat,
  isStandardInteger,
  substituteFloat,
  substituteInteger,
} from './base-types.ts';
import { type Extent, type Laid, layOutStruct, layOutUnion, placedMembers } from './layout.ts';

/** Undefined where C has the type by its own name; else what stands for it. */
export function substitute(btf: Btf, id: number): BaseType | undefined {
  const size = btf.size(id);
  if (btf.kind(id) === KIND.FLOAT) {
    return isStandardFloat(btf.name(id), size) ? undefined : substituteFloat(size);
  }
  const encoding = btf.field(id, FIELD.first) >>> 24;
  const signed = (encoding & INT_SIGNED) !== 0;
  if (isStandardInteger(btf.name(id), size, signed)) return undefined;
  return substituteInteger(size, signed, (encoding & INT_BOOL) !== 0);
}

export class Extents {
  readonly #btf: Btf;
  readonly #sizes: Float64Array;
  /** 0 for types that were not seen, or have none. */
  readonly #aligns: Uint8Array;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#sizes = new Float64Array(btf.typeCount + 1);
    this.#aligns = new Uint8Array(btf.typeCount + 1);
  }

  /** Undefined for what has no size in C: void, functions, and what is declared only. */
  of(id: number): Extent | undefined {
    const align = this.#aligns[id];
    return align === undefined || align === 0 ? undefined : { size: this.#sizes[id]!, align };
  }

  /** After the types that this one consists of. The layout is that of structs and unions. */
  add(id: number): Laid | undefined {
    const btf = this.#btf;
    switch (btf.kind(id)) {
      case KIND.INT:
      case KIND.FLOAT: {
        const size = btf.size(id);
        this.#set(id, { size, align: substitute(btf, id)?.align ?? size });
        return undefined;
      }
      case KIND.ENUM:
      case KIND.ENUM64:
        // One without enumerators is a declaration.
        if (btf.vlen(id) > 0)
          this.#set(id, { size: btf.size(id), align: Math.min(btf.size(id), 8) });
        return undefined;
      case KIND.PTR:
        this.#set(id, { size: 8, align: 8 });
        return undefined;
      case KIND.ARRAY: {
        const element = this.of(btf.field(id, FIELD.arrayElement));
        if (element === undefined) return undefined;
        const size = element.size * btf.field(id, FIELD.arrayCount);
        this.#set(id, { size, align: element.align });
        return undefined;
      }
      case KIND.TYPEDEF:
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG: {
        const target = this.of(btf.target(id));
        if (target !== undefined) this.#set(id, target);
        return undefined;
      }
      case KIND.STRUCT:
      case KIND.UNION: {
        const size = btf.size(id);
        const members = placedMembers(btf, id, (type) => this.of(type));
        const layOut = btf.kind(id) === KIND.STRUCT ? layOutStruct : layOutUnion;
        const laid = layOut(members, size);
        this.#set(id, { size, align: laid.align });
        return laid;
      }
      default:
        return undefined;
    }
  }

  #set(id: number, { size, align }: Extent): void {
    this.#sizes[id] = size;
    this.#aligns[id] = Math.max(align, 1);
  }
}
