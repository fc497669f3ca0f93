/**
 * All types as C that compiles, and has on BPF the sizes and offsets that BTF has:
 *
 *     struct list;                              before it is used, if it is defined later
 *
 *     typedef unsigned int u32;
 *
 *     struct foo {
 *             u32 a;
 *             struct {                          anonymous types are written where they are used
 *                     struct list *b;
 *             };
 *     };
 *
 * An anonymous type that is used a thousand times is written a thousand times. Damaged tables could make
 * that the square of their size, so there is a limit, beyond which bodies become as many bytes.
 */
import { KIND } from '../format.ts';
import { isAnonymous, peelQualifiers } from '../query.ts';
import { type Btf, FIELD, HEADER_WORDS } from '../types.ts';
import { type Dialect, declare } from './declaration.ts';
import { enumBody } from './enums.ts';
import { Extents, substitute } from './extents.ts';
import type { Layout, Row } from './layout.ts';
import { identifier, Scope } from './names.ts';
import { inOrder } from './order.ts';
import { isForward, keyword, Tags } from './tags.ts';

/** Bodies within bodies. */
const DEEPEST = 32;

/** UTF-16 units of text, well below what a string can hold. */
const LONGEST_TEXT = 2 ** 27;

const PADDING = { 8: 'char', 16: 'short', 32: 'int', 64: 'long' } as const;

/** All types that have names, or `roots` and what they need. */
export function printDefinitions(btf: Btf, roots?: Iterable<number>): string {
  const printer = new DefinitionPrinter(btf);
  inOrder(btf, roots ?? namedTypes(btf), (id, complete) => printer.visit(id, complete));
  if (roots === undefined) printer.addLoose();
  return printer.text();
}

function* namedTypes(btf: Btf): Generator<number> {
  for (let id = 1; id <= btf.typeCount; id++) {
    switch (btf.kind(id)) {
      case KIND.STRUCT:
      case KIND.UNION:
      case KIND.ENUM:
      case KIND.ENUM64:
      case KIND.TYPEDEF:
        if (!isAnonymous(btf, id)) yield id;
    }
  }
}

class DefinitionPrinter implements Dialect {
  readonly btf: Btf;
  readonly noElements = '[0]';
  readonly #extents: Extents;
  readonly #tags: Tags;
  /** Typedefs and enumerators share one. */
  readonly #identifiers = new Scope();
  readonly #typedefs = new Map<number, string>();
  /** Of INTs and FLOATs, by id. */
  readonly #numbers = new Map<number, string>();
  readonly #substitutes = new Map<string, string>();
  /** Tags that are in scope. */
  readonly #declared = new Set<string>();
  readonly #complete = new Set<number>();
  /** Of anonymous structs and unions. */
  readonly #layouts = new Map<number, Layout>();
  readonly #parts: string[] = [];
  #length = 0;
  /** Members, parameters and enumerators that may still be written. */
  #budget: number;
  #level = 0;
  /** For the next body, where its members count as those of the struct around it. */
  #outerScope: Scope | undefined;

  constructor(btf: Btf) {
    this.btf = btf;
    this.#extents = new Extents(btf);
    this.#tags = new Tags(btf);
    this.#budget = 65536 + btf.words.length;
  }

  text(): string {
    return this.#parts.join('');
  }

  /** In the order of `inOrder`. */
  visit(id: number, complete: boolean): void {
    const { btf } = this;
    const kind = btf.kind(id);
    if (!complete) {
      if (kind === KIND.TYPEDEF) this.#addTypedef(id);
      return;
    }
    const laid = this.#extents.add(id);
    if (laid !== undefined) {
      if (isAnonymous(btf, id)) this.#layouts.set(id, laid.layout);
      else this.#addStruct(id, laid.layout);
    } else if ((kind === KIND.ENUM || kind === KIND.ENUM64) && !isAnonymous(btf, id)) {
      if (!isForward(btf, id)) this.#add(`${this.#tags.of(id)} ${this.#enumBody(id)};`);
    }
  }

  /** What no other type refers to: forward declarations, and enums whose enumerators are constants. */
  addLoose(): void {
    const { btf } = this;
    const referred = referredTypes(btf);
    for (let id = 1; id <= btf.typeCount; id++) {
      const kind = btf.kind(id);
      if (kind === KIND.FWD) this.#forward(this.#tags.of(id));
      if (kind !== KIND.ENUM && kind !== KIND.ENUM64) continue;
      if (isAnonymous(btf, id) && referred[id] === 0) this.#add(`enum ${this.#enumBody(id)};`);
    }
  }

  base(id: number, depth: number): string {
    const { btf } = this;
    switch (btf.kind(id)) {
      case KIND.INT:
      case KIND.FLOAT:
        return this.#number(id);
      case KIND.TYPEDEF:
        // Without a name only where it is part of a circle that C cannot say.
        return this.#typedefs.get(id) ?? 'void';
      case KIND.STRUCT:
      case KIND.UNION:
        if (!isAnonymous(btf, id)) return this.#declaredTag(id);
        return `${keyword(btf, id)} ${this.#structBody(id, depth + 1, this.#takeScope())}`;
      case KIND.ENUM:
      case KIND.ENUM64:
        if (isAnonymous(btf, id)) return this.#anonymousEnum(id);
        return isForward(btf, id) ? this.#declaredTag(id) : this.#tags.of(id);
      case KIND.FWD:
        return this.#declaredTag(id);
      default:
        return 'void';
    }
  }

  /** None: a parameter's name might be that of a type. */
  parameterName(): string {
    return '';
  }

  isComplete(id: number): boolean {
    const { btf } = this;
    for (let steps = 0; steps < DEEPEST; steps++) {
      switch (btf.kind(id)) {
        case KIND.TYPEDEF:
        case KIND.CONST:
        case KIND.VOLATILE:
        case KIND.RESTRICT:
        case KIND.TYPE_TAG:
          id = btf.target(id);
          break;
        case KIND.ARRAY:
          id = btf.field(id, FIELD.arrayElement);
          break;
        case KIND.STRUCT:
        case KIND.UNION:
          return isAnonymous(btf, id) || this.#complete.has(id);
        case KIND.INT:
        case KIND.FLOAT:
        case KIND.PTR:
          return true;
        case KIND.ENUM:
        case KIND.ENUM64:
          return !isForward(btf, id);
        default:
          return false;
      }
    }
    return false;
  }

  spend(entries: number): boolean {
    if (entries > this.#budget) return false;
    this.#budget -= entries;
    return true;
  }

  #add(text: string): void {
    if (this.#length > LONGEST_TEXT) return;
    const full = this.#length + text.length > LONGEST_TEXT;
    const part = full ? '/* the rest is left out: too long */\n' : `${text}\n\n`;
    this.#length += full ? LONGEST_TEXT : part.length;
    this.#parts.push(part);
  }

  #forward(tag: string): void {
    if (this.#declared.has(tag)) return;
    this.#declared.add(tag);
    this.#add(`${tag};`);
  }

  #declaredTag(id: number): string {
    const tag = this.#tags.of(id);
    this.#forward(tag);
    return tag;
  }

  #addTypedef(id: number): void {
    const name = this.#identifiers.claim(identifier(this.btf.name(id)));
    this.#add(`typedef ${declare(this, this.btf.target(id), name)};`);
    this.#typedefs.set(id, name);
  }

  #addStruct(id: number, layout: Layout): void {
    const tag = this.#tags.of(id);
    this.#declared.add(tag);
    this.#budget += this.btf.vlen(id);
    this.#layouts.set(id, layout);
    this.#add(`${tag} ${this.#structBody(id, 1, new Scope())};`);
    this.#layouts.delete(id);
    this.#complete.add(id);
  }

  #number(id: number): string {
    let name = this.#numbers.get(id);
    if (name === undefined) {
      name = this.#substituted(id) ?? this.btf.name(id);
      this.#numbers.set(id, name);
    }
    return name;
  }

  /** The typedef that stands for a type which C does not have; written before what is being written. */
  #substituted(id: number): string | undefined {
    const other = substitute(this.btf, id);
    if (other === undefined) return undefined;
    const name = identifier(this.btf.name(id)) || 'unnamed';
    const key = `${name} ${other.text}`;
    let alias = this.#substitutes.get(key);
    if (alias === undefined) {
      alias = this.#identifiers.claim(name);
      this.#substitutes.set(key, alias);
      this.#add(`typedef ${other.text} ${alias};`);
    }
    return alias;
  }

  #takeScope(): Scope {
    const scope = this.#outerScope ?? new Scope();
    this.#outerScope = undefined;
    return scope;
  }

  #indent(): string {
    return '\t'.repeat(this.#level);
  }

  #enumBody(id: number): string {
    return enumBody(this.btf, id, this.#indent(), (name) =>
      this.#identifiers.claim(identifier(name)),
    );
  }

  #anonymousEnum(id: number): string {
    const size = this.btf.size(id);
    if (this.btf.vlen(id) > 0 && this.spend(this.btf.vlen(id))) return `enum ${this.#enumBody(id)}`;
    return { 1: 'unsigned char', 2: 'unsigned short', 8: 'unsigned long' }[size] ?? 'unsigned int';
  }

  /** From the opening brace on. */
  #structBody(id: number, depth: number, scope: Scope): string {
    const layout = this.#layouts.get(id);
    if (layout === undefined || depth > DEEPEST || !this.spend(this.btf.vlen(id))) {
      const { size, align } = this.#extents.of(id) ?? { size: 0, align: 1 };
      return `{ unsigned char bytes[${size}]; } __attribute__((aligned(${align})))`;
    }
    if (layout.form === 'sequence') {
      return this.#braces(layout.packed, () =>
        layout.rows.map((row) => this.#row(id, row, depth, scope)),
      );
    }
    const parts = (): string[] =>
      layout.parts.map((rows) => {
        const [first] = rows;
        if (rows.length === 1) return this.#row(id, first!, depth, scope);
        return `struct ${this.#braces(true, () => rows.map((row) => this.#row(id, row, depth, scope)))};`;
      });
    if (this.btf.kind(id) === KIND.UNION) return this.#braces(true, parts);
    return this.#braces(false, () => [`union ${this.#braces(true, parts)};`]);
  }

  #braces(packed: boolean, lines: () => readonly string[]): string {
    this.#level++;
    const indent = this.#indent();
    const text = lines().map((line) => `${indent}${line}\n`);
    this.#level--;
    const body = text.length === 0 ? '{}' : `{\n${text.join('')}${this.#indent()}}`;
    return `${body}${packed ? ' __attribute__((packed))' : ''}`;
  }

  #row(id: number, row: Row, depth: number, scope: Scope): string {
    if (row.kind === 'bits') return `${PADDING[row.of]}: ${row.width};`;
    if (row.kind === 'bytes') return `unsigned char ${scope.claim('__pad')}[${row.count}];`;
    const { btf } = this;
    const { name, type, sizeBits } = btf.member(id, row.index);
    const inner = peelQualifiers(btf, type);
    const kind = btf.kind(inner);
    if (name === '' && (kind === KIND.STRUCT || kind === KIND.UNION) && isAnonymous(btf, inner)) {
      this.#outerScope = scope;
      return `${declare(this, type, '', depth)};`;
    }
    // C has no unnamed members of named types.
    const text = declare(this, type, scope.claim(identifier(name) || '__unnamed'), depth);
    return sizeBits === 0 ? `${text};` : `${text}: ${sizeBits};`;
  }
}

/** 1 for each type that another one is made of; what variables and functions refer to is not counted. */
function referredTypes(btf: Btf): Uint8Array {
  const referred = new Uint8Array(btf.typeCount + 1);
  for (let id = 1; id <= btf.typeCount; id++) {
    switch (btf.kind(id)) {
      case KIND.PTR:
      case KIND.TYPEDEF:
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        referred[btf.target(id)] = 1;
        break;
      case KIND.ARRAY:
        referred[btf.field(id, FIELD.arrayElement)] = 1;
        break;
      case KIND.STRUCT:
      case KIND.UNION: {
        const start = btf.starts[id]! + HEADER_WORDS + 1;
        const end = start + 3 * btf.vlen(id);
        for (let at = start; at < end; at += 3) referred[btf.words[at]!] = 1;
      }
    }
  }
  return referred;
}
