/** The C type of a variable, from its object's BTF, as far as setting values needs it. */

import { INT_BOOL, INT_CHAR, INT_SIGNED, KIND } from '../btf/format.ts';
import type { Btf, BtfType } from '../btf/read.ts';
import type { ConfigMember, ConfigType } from './type.ts';

/** Types nest by value no deeper than this in honest BTF; a cycle would go on for ever. */
const MAX_DEPTH = 32;
const MAX_MEMBERS = 4096;

/** The types of an object's variables, by name. */
export class VariableTypes {
  readonly #btf: Btf;
  readonly #byName = new Map<string, BtfType[]>();

  constructor(btf: Btf) {
    this.#btf = btf;
    for (const type of btf.types()) {
      if (type.kind !== KIND.VAR) continue;
      const known = this.#byName.get(type.name);
      if (known === undefined) this.#byName.set(type.name, [type]);
      else known.push(type);
    }
  }

  /** Undefined where BTF does not know the variable, knows several of the name, or its type cannot be told. */
  of(name: string): ConfigType | undefined {
    // A static local is `function.name` in the symbol table, and may be `name` in BTF.
    const short = name.slice(name.lastIndexOf('.') + 1);
    const [variable, ...others] = this.#byName.get(name) ?? this.#byName.get(short) ?? [];
    if (variable === undefined || others.length > 0) return undefined;
    return describe(this.#btf, variable.sizeOrType, 0, undefined);
  }
}

/** `alias`: the outermost typedef, by which messages call the type. */
function describe(
  btf: Btf,
  id: number,
  depth: number,
  alias: string | undefined,
): ConfigType | undefined {
  const type = btf.type(id);
  if (type === undefined || depth > MAX_DEPTH) return undefined;
  const size = type.sizeOrType;
  const name = alias ?? (type.name === '' ? undefined : type.name);
  const named = name === undefined ? {} : { name };
  switch (type.kind) {
    case KIND.TYPEDEF:
      return describe(btf, type.sizeOrType, depth + 1, alias ?? type.name);
    case KIND.VOLATILE:
    case KIND.CONST:
    case KIND.RESTRICT:
    case KIND.TYPE_TAG:
      return describe(btf, type.sizeOrType, depth + 1, alias);
    case KIND.INT: {
      const encoding = (btf.view.u32(type.trailing) >>> 24) & 0xf;
      return {
        kind: 'int',
        size,
        signed: (encoding & INT_SIGNED) !== 0,
        bool: (encoding & INT_BOOL) !== 0,
        char: (encoding & INT_CHAR) !== 0 || type.name === 'char',
        ...named,
      };
    }
    case KIND.ENUM:
    case KIND.ENUM64:
      return { kind: 'enum', size, signed: type.flag, values: enumerators(btf, type), ...named };
    case KIND.ARRAY: {
      const element = describe(btf, btf.view.u32(type.trailing), depth + 1, undefined);
      const count = btf.view.u32(type.trailing + 8);
      return element && { kind: 'array', element, count };
    }
    case KIND.STRUCT:
    case KIND.UNION: {
      const members = membersOf(btf, type, depth);
      const kind = type.kind === KIND.STRUCT ? 'struct' : 'union';
      return members && { kind, size, members, ...named };
    }
    case KIND.FLOAT:
      return { kind: 'float', size, ...named };
    case KIND.PTR:
      return { kind: 'pointer', size: 8 };
    default:
      return undefined;
  }
}

function enumerators(btf: Btf, type: BtfType): { name: string; value: bigint }[] {
  const { view } = btf;
  const wide = type.kind === KIND.ENUM64;
  return Array.from({ length: type.vlen }, (_, i) => {
    const at = type.trailing + i * (wide ? 12 : 8);
    const low = BigInt(view.u32(at + 4));
    const bits = wide ? (BigInt(view.u32(at + 8)) << 32n) | low : low;
    const value = type.flag ? BigInt.asIntN(wide ? 64 : 32, bits) : bits;
    return { name: btf.string(view.u32(at)), value };
  });
}

function membersOf(btf: Btf, type: BtfType, depth: number): ConfigMember[] | undefined {
  const { view } = btf;
  const members: ConfigMember[] = [];
  if (type.vlen > MAX_MEMBERS) return undefined;
  for (let i = 0; i < type.vlen; i++) {
    const at = type.trailing + i * 12;
    const member = describe(btf, view.u32(at + 4), depth + 1, undefined);
    if (member === undefined) return undefined;
    // With the kind flag the upper 8 bits are a bit-field's width.
    const place = view.u32(at + 8);
    const sizeBits = type.flag ? place >>> 24 : 0;
    members.push({
      name: btf.string(view.u32(at)),
      offsetBits: type.flag ? place & 0xffffff : place,
      ...(sizeBits === 0 ? {} : { sizeBits }),
      type: member,
    });
  }
  return members;
}
