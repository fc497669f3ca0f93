/**
 * A reader of `.BTF` and `.BTF.ext` that shares nothing with src/btf. Like object-file.ts it trusts its input.
 */
import { stringAt, viewOf } from './object-file.ts';

export const kind = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  function: 12,
  prototype: 13,
  variable: 14,
  section: 15,
  declarationTag: 17,
  enum64: 19,
} as const;

export interface Type {
  readonly kind: number;
  readonly name: string;
  readonly flag: boolean;
  /** The third word: a size, or the linkage of a FUNC. Not that of kinds which refer to a type there. */
  readonly size: number;
  /** All that is neither a reference nor the name, e.g. `a@0 b@32` for the members of a struct. */
  readonly shape: string;
  /** The types that it refers to, in order. */
  readonly refers: readonly number[];
}

export interface Variable {
  readonly offset: number;
  readonly size: number;
  /** The id of its VAR, or FUNC where it is a declared function. */
  readonly type: number;
}

export interface TypeInfo {
  /** By id, `void` first. */
  readonly types: readonly Type[];
  /** The DATASECs by name. */
  readonly sections: ReadonlyMap<string, { readonly size: number; readonly variables: Variable[] }>;
  readonly string: (offset: number) => string;
}

export function readTypeInfo(bytes: Uint8Array, little: boolean): TypeInfo {
  const view = viewOf(bytes);
  const word = (at: number): number => view.getUint32(at, little);
  const header = word(4);
  const strings = bytes.subarray(header + word(16), header + word(16) + word(20));
  const string = (offset: number): string => stringAt(strings, offset);
  const types: Type[] = [{ kind: 0, name: 'void', flag: false, size: 0, shape: '', refers: [] }];
  const sections = new Map<string, { size: number; variables: Variable[] }>();
  const end = header + word(8) + word(12);
  for (let at = header + word(8); at < end; ) {
    const info = word(at + 4);
    const [type, words] = readType(at, (info >>> 24) & 31, info & 0xffff, info >>> 31 !== 0);
    types.push(type);
    if (type.kind === kind.section) {
      sections.set(type.name, {
        size: type.size,
        variables: readVariables(at + 12, info & 0xffff),
      });
    }
    at += 12 + 4 * words;
  }
  return { types, sections, string };

  function readVariables(from: number, count: number): Variable[] {
    return Array.from({ length: count }, (_, i) => ({
      type: word(from + 12 * i),
      offset: word(from + 12 * i + 4),
      size: word(from + 12 * i + 8),
    }));
  }

  /** The type at `at`, and how many words follow its three. */
  function readType(at: number, of: number, count: number, flag: boolean): [Type, number] {
    const third = word(at + 8);
    const base = { kind: of, name: string(word(at)), flag, size: third };
    const rows = (width: number): number[][] =>
      Array.from({ length: count }, (_, i) =>
        Array.from({ length: width }, (_, j) => word(at + 12 + 4 * (i * width + j))),
      );
    const plain = { ...base, shape: '', refers: [] };
    switch (of) {
      case kind.int:
        return [{ ...plain, shape: `${word(at + 12)}` }, 1];
      case kind.array:
        return [{ ...plain, shape: `${word(at + 20)}`, refers: [word(at + 12), word(at + 16)] }, 3];
      case kind.struct:
      case kind.union: {
        const members = rows(3) as [number, number, number][];
        const shape = members.map(([name, , offset]) => `${string(name)}@${offset}`).join(' ');
        return [{ ...base, shape, refers: members.map(([, type]) => type) }, 3 * count];
      }
      case kind.enum:
        return [{ ...plain, shape: values(rows(2)) }, 2 * count];
      case kind.enum64:
        return [{ ...plain, shape: values(rows(3)) }, 3 * count];
      case kind.prototype: {
        const parameters = rows(2) as [number, number][];
        const shape = parameters.map(([name]) => string(name)).join();
        const refers = [third, ...parameters.map(([, type]) => type)];
        return [{ ...base, size: 0, shape, refers }, 2 * count];
      }
      case kind.section:
        return [plain, 3 * count];
      case kind.variable:
      case kind.declarationTag:
        return [{ ...base, size: 0, shape: `${word(at + 12)}`, refers: [third] }, 1];
      case kind.function:
        return [{ ...base, size: 0, shape: `${count}`, refers: [third] }, 0];
      default:
        // FWD, FLOAT and UNKN refer to nothing; the others are PTR, TYPEDEF, the qualifiers and TYPE_TAG.
        return of === kind.forward || of === 16 || of === 0
          ? [plain, 0]
          : [{ ...base, size: 0, refers: [third], shape: '' }, 0];
    }
  }

  function values(rows: readonly number[][]): string {
    return rows.map(([name, ...value]) => `${string(name!)}=${value.join(':')}`).join(' ');
  }
}

export interface FunctionRecord {
  readonly offset: number;
  readonly type: number;
}

export interface LineRecord {
  readonly offset: number;
  readonly text: string;
}

export interface CoreRecord {
  readonly offset: number;
  readonly type: number;
  readonly access: string;
  readonly kind: number;
}

/** The records of `.BTF.ext`, by section. */
export interface CodeRecords {
  readonly functions: ReadonlyMap<string, readonly FunctionRecord[]>;
  readonly lines: ReadonlyMap<string, readonly LineRecord[]>;
  readonly core: ReadonlyMap<string, readonly CoreRecord[]>;
}

export function readCodeRecords(
  bytes: Uint8Array,
  little: boolean,
  { string }: TypeInfo,
): CodeRecords {
  const view = viewOf(bytes);
  const word = (at: number): number => view.getUint32(at, little);
  const header = word(4);
  return {
    functions: table(8, (at) => ({ offset: word(at), type: word(at + 4) })),
    lines: table(16, (at) => ({
      offset: word(at),
      text: `${string(word(at + 4))}:${word(at + 12) >>> 10}:${word(at + 12) & 1023}: ${string(word(at + 8))}`,
    })),
    core: table(24, (at) => ({
      offset: word(at),
      type: word(at + 4),
      access: string(word(at + 8)),
      kind: word(at + 12),
    })),
  };

  /** The table whose offset and length stand at `field` of the header; none in a header of 24 bytes. */
  function table<Row>(field: number, row: (at: number) => Row): Map<string, Row[]> {
    const sections = new Map<string, Row[]>();
    if (field + 8 > header || word(field + 4) === 0) return sections;
    let at = header + word(field);
    const end = at + word(field + 4);
    const size = word(at);
    for (at += 4; at < end; ) {
      const name = string(word(at));
      const count = word(at + 4);
      const rows = Array.from({ length: count }, (_, i) => row(at + 8 + i * size));
      sections.set(name, [...(sections.get(name) ?? []), ...rows]);
      at += 8 + count * size;
    }
    return sections;
  }
}
