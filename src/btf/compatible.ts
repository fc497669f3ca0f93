/**
 * Whether two declarations of one name, each in a BTF of its own, can mean the same thing.
 *
 *     a.c: extern int count(struct ctx *c);        b.c: int count(struct ctx *ctx) { ... }      yes
 *     a.c: extern long total;                      b.c: int total;                              no
 *
 * Not asked for is that they are written alike: qualifiers, typedefs and type tags are looked through,
 * integers need the same size only, an array may have any length. A struct that is passed by value must
 * be the same in every member; behind a pointer its name is enough, since one file may know more of it.
 */
import { KIND } from './format.ts';
import { peel } from './query.ts';
import { type Btf, FIELD } from './types.ts';

/** A type and the table that it is in. */
export interface TypeIn {
  readonly btf: Btf;
  readonly id: number;
}

/** What differs, in words that follow "the declarations differ: "; undefined where nothing does. */
export function incompatibility(a: TypeIn, b: TypeIn): string | undefined {
  return new Comparison().compare(a, b, true, 0);
}

/** Deeper types than this are taken for equal: honest ones are not so deep, and the stack is not endless. */
const MAX_DEPTH = 256;

/** Of two tables; a pair of structs or prototypes is compared once, however often it is met. */
class Comparison {
  readonly #compared = new Set<string>();

  /** Whether the pair is met for the first time. */
  #isNew(a: TypeIn, b: TypeIn, whole: boolean): boolean {
    const { size } = this.#compared;
    return this.#compared.add(`${a.id} ${b.id} ${whole}`).size > size;
  }

  /** `whole`: structs are compared by their members, not by name alone. */
  compare(one: TypeIn, other: TypeIn, whole: boolean, depth: number): string | undefined {
    const a = peeled(one);
    const b = peeled(other);
    const kind = a.btf.kind(a.id);
    const otherKind = b.btf.kind(b.id);
    if (depth > MAX_DEPTH) return undefined;
    if (isForward(kind, otherKind)) return compareForward(a, b, whole);
    if (isEnum(kind) && isEnum(otherKind)) return compareEnums(a, b);
    if (kind !== otherKind) return `one is ${describeKind(a)}, the other ${describeKind(b)}`;
    switch (kind) {
      case KIND.INT:
      case KIND.FLOAT:
        return compareSizes(a, b);
      case KIND.PTR:
        return this.compare(targetOf(a), targetOf(b), false, depth + 1);
      case KIND.ARRAY:
        return this.compare(elementOf(a), elementOf(b), whole, depth + 1);
      case KIND.STRUCT:
      case KIND.UNION:
        return compareNames(a, b) ?? (whole ? this.#compareMembers(a, b, depth) : undefined);
      case KIND.FUNC_PROTO:
        return this.#comparePrototypes(a, b, whole, depth);
      case KIND.FUNC:
        return this.compare(targetOf(a), targetOf(b), true, depth + 1);
      case KIND.VAR:
        return this.compare(targetOf(a), targetOf(b), true, depth + 1);
      default:
        return undefined;
    }
  }

  #compareMembers(a: TypeIn, b: TypeIn, depth: number): string | undefined {
    if (!this.#isNew(a, b, true)) return undefined;
    const what = describeKind(a);
    const count = a.btf.vlen(a.id);
    const otherCount = b.btf.vlen(b.id);
    if (count !== otherCount)
      return `${what} has ${count} members in one, ${otherCount} in the other`;
    const size = a.btf.size(a.id);
    const otherSize = b.btf.size(b.id);
    if (size !== otherSize) return `${what} has ${size} bytes in one, ${otherSize} in the other`;
    for (let i = 0; i < count; i++) {
      const member = a.btf.member(a.id, i);
      const other = b.btf.member(b.id, i);
      const label = `member ${i + 1} of ${what}`;
      if (member.name !== other.name)
        return `${label} is '${member.name}' in one, '${other.name}' in the other`;
      if (member.offsetBits !== other.offsetBits || member.sizeBits !== other.sizeBits) {
        return `'${member.name}' of ${what} is at different places`;
      }
      const inner = this.compare(
        { btf: a.btf, id: member.type },
        { btf: b.btf, id: other.type },
        true,
        depth + 1,
      );
      if (inner !== undefined) return `'${member.name}' of ${what}: ${inner}`;
    }
    return undefined;
  }

  #comparePrototypes(a: TypeIn, b: TypeIn, whole: boolean, depth: number): string | undefined {
    if (!this.#isNew(a, b, whole)) return undefined;
    const parameters = a.btf.parameters(a.id);
    const others = b.btf.parameters(b.id);
    const isVariadic = (list: typeof parameters): boolean => {
      const last = list.at(-1);
      return last !== undefined && last.type === 0 && last.name === '';
    };
    if (isVariadic(parameters) !== isVariadic(others)) return 'one is variadic, the other not';
    if (parameters.length !== others.length) {
      return `one has ${parameters.length} parameters, the other ${others.length}`;
    }
    const result = this.compare(targetOf(a), targetOf(b), whole, depth + 1);
    if (result !== undefined) return `the result: ${result}`;
    for (const [i, parameter] of parameters.entries()) {
      const difference = this.compare(
        { btf: a.btf, id: parameter.type },
        { btf: b.btf, id: others[i]!.type },
        whole,
        depth + 1,
      );
      if (difference !== undefined) return `parameter ${i + 1}: ${difference}`;
    }
    return undefined;
  }
}

function peeled({ btf, id }: TypeIn): TypeIn {
  return { btf, id: peel(btf, id) };
}

function targetOf({ btf, id }: TypeIn): TypeIn {
  return { btf, id: btf.target(id) };
}

function elementOf({ btf, id }: TypeIn): TypeIn {
  return { btf, id: btf.field(id, FIELD.arrayElement) };
}

function isEnum(kind: number): boolean {
  return kind === KIND.ENUM || kind === KIND.ENUM64;
}

function isRecord(kind: number): boolean {
  return kind === KIND.STRUCT || kind === KIND.UNION;
}

function isForward(a: number, b: number): boolean {
  return (
    (a === KIND.FWD || b === KIND.FWD) &&
    (a === KIND.FWD || isRecord(a)) &&
    (b === KIND.FWD || isRecord(b))
  );
}

function compareForward(a: TypeIn, b: TypeIn, whole: boolean): string | undefined {
  const record = ({ btf, id }: TypeIn): number => {
    if (btf.kind(id) !== KIND.FWD) return btf.kind(id);
    return btf.flag(id) ? KIND.UNION : KIND.STRUCT;
  };
  if (record(a) !== record(b)) return `one is ${describeKind(a)}, the other ${describeKind(b)}`;
  if (whole && a.btf.kind(a.id) !== b.btf.kind(b.id)) {
    return `one only declares ${describeKind(a)}, by which its value cannot be passed`;
  }
  return compareNames(a, b);
}

function compareNames(a: TypeIn, b: TypeIn): string | undefined {
  const name = a.btf.name(a.id);
  const otherName = b.btf.name(b.id);
  if (name === otherName) return undefined;
  return `one is ${describeKind(a)}, the other ${describeKind(b)}`;
}

function compareSizes(a: TypeIn, b: TypeIn): string | undefined {
  const size = a.btf.size(a.id);
  const otherSize = b.btf.size(b.id);
  if (size === otherSize) return undefined;
  return `'${a.btf.name(a.id)}' has ${size} bytes, '${b.btf.name(b.id)}' ${otherSize}`;
}

/** An enum without values is only declared, and fits any of its name. */
function compareEnums(a: TypeIn, b: TypeIn): string | undefined {
  const different = compareNames(a, b);
  if (different !== undefined || a.btf.vlen(a.id) === 0 || b.btf.vlen(b.id) === 0) return different;
  return compareSizes(a, b);
}

const nouns: Readonly<Record<number, string>> = {
  0: 'void',
  [KIND.PTR]: 'a pointer',
  [KIND.ARRAY]: 'an array',
  [KIND.FUNC]: 'a function',
  [KIND.FUNC_PROTO]: 'a function',
  [KIND.VAR]: 'a variable',
  [KIND.FLOAT]: 'a floating-point number',
};

function describeKind({ btf, id }: TypeIn): string {
  const kind = btf.kind(id);
  const name = btf.name(id);
  if (kind === KIND.INT) return `'${name}'`;
  const tag =
    kind === KIND.STRUCT || (kind === KIND.FWD && !btf.flag(id))
      ? 'struct'
      : kind === KIND.UNION || kind === KIND.FWD
        ? 'union'
        : isEnum(kind)
          ? 'enum'
          : undefined;
  if (tag === undefined) return nouns[kind] ?? 'another kind of type';
  return name === '' ? `an unnamed ${tag}` : `'${tag} ${name}'`;
}
