/**
 * Tables from text that reads like the types: `struct list { next: *struct list, n: int }`.
 *
 * - a declaration is a struct, union, enum or enum64 with its body, `typedef name type`, or a type by itself;
 *   they are separated by `;`, and each type is in the table once, where it is first named;
 * - types: `int`, `char`, `long`, `float`, `void`; names of typedefs; `struct x`, which is a forward
 *   declaration if the text has no body for it; `*T`, `const T`, `volatile T`, `restrict T`, `[3]T`,
 *   `@tag T`, `fn(a: T, b: T) T`, `struct { a: T }`; a bit-field is `a: T : 3`;
 * - `tag text component T`, where component -1 is the type as a whole.
 */
import { FIELD, KIND } from '../../../src/btf/index.ts';
import type { Btf } from '../../../src/btf/types.ts';
import { info, table } from './table.ts';

const INTS: Record<string, readonly [bytes: number, encoding: number]> = {
  char: [1, 8],
  int: [4, 0x01000020],
  long: [8, 0x01000040],
};
const WRAPPERS: Record<string, number> = {
  '*': KIND.PTR,
  const: KIND.CONST,
  volatile: KIND.VOLATILE,
  restrict: KIND.RESTRICT,
};
const SORTS: Record<string, number> = {
  struct: KIND.STRUCT,
  union: KIND.UNION,
  enum: KIND.ENUM,
  enum64: KIND.ENUM64,
};

export function declare(text: string): Btf {
  return table((name) => new Parser(text, name).rows());
}

class Parser {
  readonly #tokens: string[];
  readonly #name: (name: string) => number;
  readonly #rows: number[][] = [];
  readonly #known = new Map<string, number>();
  #next = 0;

  constructor(text: string, name: (name: string) => number) {
    this.#tokens = text.match(/[\w.]+|-\d+|[^\s\w]/g) ?? [];
    this.#name = name;
  }

  rows(): number[][] {
    while (this.#next < this.#tokens.length) if (!this.#take(';')) this.#declaration();
    return this.#rows;
  }

  #declaration(): void {
    const word = this.#tokens[this.#next]!;
    if (word === 'typedef') {
      this.#next++;
      const name = this.#word();
      const row = this.#add(name);
      row.push(this.#name(name), info(KIND.TYPEDEF), this.#type());
    } else if (word === 'tag') {
      this.#next++;
      const [text, component] = [this.#word(), this.#word()];
      this.#add('').push(this.#name(text), info(KIND.DECL_TAG), this.#type(), Number(component));
    } else this.#type();
  }

  #type(): number {
    const word = this.#word();
    if (word === 'void') return 0;
    const sort = SORTS[word];
    if (sort !== undefined) return this.#tagged(word, sort);
    const start = this.#next - 1;
    const key = this.#skipType(start);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#next = start + 1;
    const row = this.#add(key);
    const id = this.#rows.length;
    if (WRAPPERS[word] !== undefined) row.push(0, info(WRAPPERS[word]), this.#type());
    else if (word === '@') row.push(this.#name(this.#word()), info(KIND.TYPE_TAG), this.#type());
    else if (word === '[') this.#array(row);
    else if (word === 'fn') this.#prototype(row);
    else if (word === 'float') row.push(this.#name(word), info(KIND.FLOAT), 4);
    else {
      const [bytes, encoding] = INTS[word] ?? [0, 0];
      if (bytes === 0) throw new Error(`what is ${word}?`);
      row.push(this.#name(word), info(KIND.INT), bytes, encoding);
    }
    return id;
  }

  #array(row: number[]): void {
    const count = Number(this.#word());
    this.#expect(']');
    row.push(0, info(KIND.ARRAY), 0, this.#type(), 0, count);
    row[FIELD.arrayIndex] = this.#named('int');
  }

  #prototype(row: number[]): void {
    const parameters: number[] = [];
    this.#expect('(');
    while (!this.#take(')')) {
      const name = this.#word();
      this.#expect(':');
      parameters.push(this.#name(name), this.#type());
      this.#take(',');
    }
    row.push(0, info(KIND.FUNC_PROTO, parameters.length / 2), this.#type(), ...parameters);
  }

  /** After `struct`: a name, a body, or both. */
  #tagged(word: string, kind: number): number {
    const name = this.#tokens[this.#next] === '{' ? '' : this.#word();
    const start = this.#next;
    const isBody = this.#tokens[start] === '{';
    const key = name === '' ? this.#skipType(start - 1) : `${word} ${name}`;
    let id = this.#known.get(key);
    if (id === undefined) {
      this.#add(key).push(...this.#forward(name, kind));
      id = this.#rows.length;
    }
    this.#next = start;
    if (isBody) this.#body(this.#rows[id - 1]!, name, kind);
    return id;
  }

  #forward(name: string, kind: number): number[] {
    const isEnum = kind === KIND.ENUM || kind === KIND.ENUM64;
    if (isEnum) return [this.#name(name), info(kind), kind === KIND.ENUM ? 4 : 8];
    return [this.#name(name), info(KIND.FWD, 0, kind === KIND.UNION), 0];
  }

  #body(row: number[], name: string, kind: number): void {
    const isEnum = kind === KIND.ENUM || kind === KIND.ENUM64;
    const entries: number[] = [];
    let [count, place, bitFields] = [0, 0, false];
    this.#expect('{');
    while (!this.#take('}')) {
      entries.push(this.#name(this.#word()));
      this.#expect(isEnum ? '=' : ':');
      if (isEnum) entries.push(Number(this.#word()), ...(kind === KIND.ENUM64 ? [0] : []));
      else {
        entries.push(this.#type());
        const bits = this.#take(':') ? Number(this.#word()) : 0;
        bitFields ||= bits > 0;
        entries.push(bits * 2 ** 24 + place);
        if (kind === KIND.STRUCT) place += bits === 0 ? 64 : bits;
      }
      count++;
      this.#take(',');
    }
    const size = isEnum ? row[2]! : 8 * count;
    row.splice(0, row.length, this.#name(name), info(kind, count, bitFields), size, ...entries);
  }

  /** The text of the type whose first word is at `start`, and the place after it. */
  #skipType(start: number): string {
    let at = start;
    while (['*', '@', '[', 'const', 'volatile', 'restrict'].includes(this.#tokens[at]!)) {
      at += this.#tokens[at] === '[' ? 3 : this.#tokens[at] === '@' ? 2 : 1;
    }
    const word = this.#tokens[at]!;
    at++;
    if (SORTS[word] !== undefined && this.#tokens[at] !== '{') at++;
    else if (word === 'fn') {
      at = this.#skipGroup(at);
      this.#skipType(at);
      at = this.#next;
    }
    if (SORTS[word] !== undefined && this.#tokens[at] === '{') at = this.#skipGroup(at);
    this.#next = at;
    return this.#tokens.slice(start, at).join(' ');
  }

  #skipGroup(at: number): number {
    let depth = 0;
    do {
      if ('({'.includes(this.#tokens[at]!)) depth++;
      if (')}'.includes(this.#tokens[at]!)) depth--;
      at++;
    } while (depth > 0);
    return at;
  }

  #named(word: string): number {
    const after = this.#next;
    this.#tokens.push(word);
    this.#next = this.#tokens.length - 1;
    const id = this.#type();
    this.#tokens.pop();
    this.#next = after;
    return id;
  }

  #add(key: string): number[] {
    const row: number[] = [];
    this.#rows.push(row);
    if (key !== '') this.#known.set(key, this.#rows.length);
    return row;
  }

  #word(): string {
    return this.#tokens[this.#next++] ?? '';
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) {
      throw new Error(`expected ${token} before ${this.#tokens.slice(this.#next).join(' ')}`);
    }
  }
}
