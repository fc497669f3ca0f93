/** The C type of a variable, from its object's BTF, as far as setting values needs it. */

import { INT_BOOL, INT_CHAR, INT_SIGNED, KIND } from '../btf/format.ts';
import { type Btf, FIELD } from '../btf/types.ts';
import type { ConfigMember, ConfigType } from './type.ts';

/** Types nest by value no deeper than this in honest BTF; a cycle would go on for ever. */
const MAX_DEPTH = 32;
const MAX_MEMBERS = 4096;

/** The types of an object's variables, by name. */
export class VariableTypes {
  readonly #btf: Btf;
  readonly #byName = new Map<string, number[]>();

  constructor(btf: Btf) {
    this.#btf = btf;
    for (let id = 1; id <= btf.typeCount; id++) {
      if (btf.kind(id) !== KIND.VAR) continue;
      const known = this.#byName.get(btf.name(id));
      if (known === undefined) this.#byName.set(btf.name(id), [id]);
      else known.push(id);
    }
  }

  /** Undefined where BTF does not know the variable, knows several of the name, or its type cannot be told. */
  of(name: string): ConfigType | undefined {
    // A static local is `function.name` in the symbol table, and may be `name` in BTF.
    const short = name.slice(name.lastIndexOf('.') + 1);
    const [variable, ...others] = this.#byName.get(name) ?? this.#byName.get(short) ?? [];
    if (variable === undefined || others.length > 0) return undefined;
    return describe(this.#btf, this.#btf.target(variable), 0, undefined);
  }
}

/** `alias`: the outermost typedef, by which messages call the type. */
function describe(
  btf: Btf,
  id: number,
  depth: number,
  alias: string | undefined,
): ConfigType | undefined {
  const kind = btf.kind(id);
  if (kind === 0 || depth > MAX_DEPTH) return undefined;
  const size = btf.size(id);
  const ownName = btf.name(id);
  const name = alias ?? (ownName === '' ? undefined : ownName);
  const named = name === undefined ? {} : { name };
  switch (kind) {
    case KIND.TYPEDEF:
      return describe(btf, btf.target(id), depth + 1, alias ?? ownName);
    case KIND.VOLATILE:
    case KIND.CONST:
    case KIND.RESTRICT:
    case KIND.TYPE_TAG:
      return describe(btf, btf.target(id), depth + 1, alias);
    case KIND.INT: {
      const encoding = (btf.field(id, FIELD.first) >>> 24) & 0xf;
      return {
        kind: 'int',
        size,
        signed: (encoding & INT_SIGNED) !== 0,
        bool: (encoding & INT_BOOL) !== 0,
        char: (encoding & INT_CHAR) !== 0 || ownName === 'char',
        ...named,
      };
    }
    case KIND.ENUM:
    case KIND.ENUM64:
      return { kind: 'enum', size, signed: btf.flag(id), values: btf.enumerators(id), ...named };
    case KIND.ARRAY: {
      const element = describe(btf, btf.field(id, FIELD.arrayElement), depth + 1, undefined);
      return element && { kind: 'array', element, count: btf.field(id, FIELD.arrayCount) };
    }
    case KIND.STRUCT:
    case KIND.UNION: {
      const members = membersOf(btf, id, depth);
      const of = kind === KIND.STRUCT ? 'struct' : 'union';
      return members && { kind: of, size, members, ...named };
    }
    case KIND.FLOAT:
      return { kind: 'float', size, ...named };
    case KIND.PTR:
      return { kind: 'pointer', size: 8 };
    default:
      return undefined;
  }
}

function membersOf(btf: Btf, id: number, depth: number): ConfigMember[] | undefined {
  if (btf.vlen(id) > MAX_MEMBERS) return undefined;
  const members: ConfigMember[] = [];
  for (const { name, type, offsetBits, sizeBits } of btf.members(id)) {
    const described = describe(btf, type, depth + 1, undefined);
    if (described === undefined) return undefined;
    const width = sizeBits === 0 ? {} : { sizeBits };
    members.push({ name, offsetBits, ...width, type: described });
  }
  return members;
}
