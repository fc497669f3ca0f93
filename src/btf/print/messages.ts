/** Types as messages show them: in the words of BTF, whatever language they are of, on one line. */
import { KIND, LINKAGE } from '../format.ts';
import { isAnonymous } from '../query.ts';
import { type Btf, FIELD } from '../types.ts';
import { type Dialect, declare } from './declaration.ts';
import { keyword } from './tags.ts';

/** Entries of parameter lists and bodies that one message shows. */
const MOST_ENTRIES = 256;
const LONGEST_NAME = 255;

function clean(name: string): string {
  return name.slice(0, LONGEST_NAME).replace(/\p{Cc}/gu, '?');
}

class MessageDialect implements Dialect {
  readonly btf: Btf;
  readonly noElements = '[]';
  #entries = MOST_ENTRIES;

  constructor(btf: Btf) {
    this.btf = btf;
  }

  base(id: number): string {
    const { btf } = this;
    switch (btf.kind(id)) {
      case KIND.INT:
      case KIND.FLOAT:
      case KIND.TYPEDEF:
        return clean(btf.name(id)) || '(unnamed)';
      case KIND.STRUCT:
      case KIND.UNION:
      case KIND.ENUM:
      case KIND.ENUM64:
      case KIND.FWD:
        return `${keyword(btf, id)} ${isAnonymous(btf, id) ? '{...}' : clean(btf.name(id))}`;
      default:
        return 'void';
    }
  }

  parameterName(name: string): string {
    return clean(name);
  }

  isComplete(): boolean {
    return true;
  }

  spend(entries: number): boolean {
    this.#entries -= entries;
    return this.#entries >= 0;
  }
}

/**
 * The type, function or variable on one line: `struct foo *[4]`, `int sub(struct ctx *p, ...)`,
 * `extern const int x`. Names are as BTF has them. Of a DATASEC `SEC("name")`.
 */
export function printType(btf: Btf, id: number): string {
  const dialect = new MessageDialect(btf);
  const name = clean(btf.name(id));
  switch (btf.kind(id)) {
    case KIND.FUNC:
      return `${linkage(btf.vlen(id))}${declare(dialect, btf.target(id), name)}`;
    case KIND.VAR:
      return `${linkage(btf.field(id, FIELD.first))}${declare(dialect, btf.target(id), name)}`;
    case KIND.DATASEC:
      return `SEC("${name}")`;
    case KIND.DECL_TAG:
      return `__attribute__((btf_decl_tag("${name}")))`;
    default:
      return declare(dialect, id, '');
  }
}

function linkage(value: number): string {
  if (value === LINKAGE.STATIC) return 'static ';
  return value === LINKAGE.EXTERN ? 'extern ' : '';
}
