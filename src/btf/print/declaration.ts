/**
 * C declarations. BTF writes a type from the outside in, C from the name outwards:
 *
 *     x: PTR -> ARRAY[4] -> CONST -> struct foo       *x    (*x)[4]    const struct foo (*x)[4]
 *
 * so the text grows around the name while the references are followed. What stands for a named type or a
 * body is for the `Dialect`: headers need names that are unique and in scope, messages need neither.
 */
import { KIND } from '../format.ts';
import { type Btf, FIELD } from '../types.ts';

export interface Dialect {
  readonly btf: Btf;
  /** Text for a type that is no pointer, array, function or qualifier; `depth` of nesting. */
  base(id: number, depth: number): string;
  /** The name of a parameter, where it is to be shown. */
  parameterName(name: string): string;
  /** Whether arrays of the type can be declared; arrays of others behind pointers lose their length. */
  isComplete(id: number): boolean;
  /** How an array of no elements is written: `[0]`, or `[]`. */
  readonly noElements: string;
  /** Counts what is written, by parameters and the like; false where it is enough already. */
  spend(entries: number): boolean;
}

/** References in a row, and prototypes within prototypes: no C that a person wrote has more. */
const MOST_REFERENCES = 64;
const DEEPEST = 32;

/** Declares `name`, which may be empty, to be of type `id`. */
export function declare(dialect: Dialect, id: number, name: string, depth = 0): string {
  const { btf } = dialect;
  let text = name;
  let qualifiers: string[] = [];
  let pointed = false;
  for (let steps = 0; steps < MOST_REFERENCES; steps++) {
    const kind = btf.kind(id);
    switch (kind) {
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG: {
        const word = qualifier(btf, id);
        if (!qualifiers.includes(word)) qualifiers.push(word);
        id = btf.target(id);
        break;
      }
      case KIND.PTR: {
        // A space after qualifiers; `*const p`, but `*p`.
        const words = qualifiers.length === 0 ? '' : `${qualifiers.join(' ')}${text && ' '}`;
        text = `*${words}${text}`;
        qualifiers = [];
        pointed = true;
        id = btf.target(id);
        break;
      }
      case KIND.ARRAY: {
        // Qualifiers of an array are those of its elements.
        const element = btf.field(id, FIELD.arrayElement);
        if (!pointed || dialect.isComplete(element)) {
          const count = btf.field(id, FIELD.arrayCount);
          text = `${pointed ? `(${text})` : text}${count === 0 ? dialect.noElements : `[${count}]`}`;
          pointed = false;
        }
        id = element;
        break;
      }
      case KIND.FUNC_PROTO: {
        if (pointed) text = `(${text})`;
        const list = parameters(dialect, id, depth + 1);
        // Functions have no qualifiers.
        qualifiers = [];
        if (list === undefined) return finish('void', qualifiers, `${text}()`);
        text += `(${list})`;
        pointed = false;
        id = btf.target(id);
        break;
      }
      default:
        return finish(dialect.base(id, depth), qualifiers, text);
    }
  }
  return finish('void', qualifiers, text);
}

/** Tags stand after the type that they apply to, the others before. */
function finish(base: string, qualifiers: readonly string[], text: string): string {
  const before = qualifiers.filter((word) => !word.startsWith('__'));
  const after = qualifiers.filter((word) => word.startsWith('__'));
  return [...before, base, ...after, text].filter((word) => word !== '').join(' ');
}

function qualifier(btf: Btf, id: number): string {
  switch (btf.kind(id)) {
    case KIND.CONST:
      return 'const';
    case KIND.VOLATILE:
      return 'volatile';
    case KIND.RESTRICT:
      return 'restrict';
    default: {
      const tag = btf.name(id).slice(0, 255);
      // With the kind flag the tag is an attribute itself.
      if (btf.flag(id) && /^[\w, ()]+$/.test(tag)) return `__attribute__((${tag}))`;
      return `__attribute__((btf_type_tag("${quoted(tag)}")))`;
    }
  }
}

/** For C text in quotes. */
export function quoted(text: string): string {
  return text.replace(
    /["\\\p{Cc}]/gu,
    (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

/** Undefined where enough has been written. */
function parameters(dialect: Dialect, id: number, depth: number): string | undefined {
  const { btf } = dialect;
  const count = btf.vlen(id);
  if (depth > DEEPEST || !dialect.spend(count)) return undefined;
  if (count === 0) return 'void';
  const list = btf.parameters(id);
  const last = list.at(-1)!;
  // `int f()` is a function of unknown parameters: C has no `int f(...)`.
  const variadic = last.type === 0 && last.name === '';
  if (variadic && count === 1) return '';
  const texts = list.map(({ name, type }, index) =>
    variadic && index === count - 1
      ? '...'
      : declare(dialect, type, dialect.parameterName(name), depth),
  );
  return texts.join(', ');
}
