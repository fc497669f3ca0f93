/** A small description of a C type, made from BTF, that says how a value is stored. Acyclic: pointers end it. */
export type ConfigType =
  | IntType
  | EnumType
  | ArrayType
  | RecordType
  /** Refused: BPF has no floating point. */
  | { readonly kind: 'float'; readonly size: number; readonly name?: string }
  /** Refused: addresses are set by relocations. */
  | { readonly kind: 'pointer'; readonly size: number; readonly name?: string };

export interface IntType {
  readonly kind: 'int';
  /** Bytes: 1, 2, 4, 8 or 16. */
  readonly size: number;
  readonly signed: boolean;
  /** BTF_INT_BOOL. */
  readonly bool?: boolean;
  /** BTF_INT_CHAR. */
  readonly char?: boolean;
  readonly name?: string;
}

export interface EnumType {
  readonly kind: 'enum';
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
  readonly name?: string;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: ConfigType;
  readonly count: number;
}

export interface RecordType {
  readonly kind: 'struct' | 'union';
  readonly size: number;
  readonly members: readonly ConfigMember[];
  readonly name?: string;
}

export interface ConfigMember {
  /** Empty for an anonymous struct or union, whose members count as its parent's. */
  readonly name: string;
  /** As in BTF: from the start of the record, in big-endian objects counted from the top bit. */
  readonly offsetBits: number;
  /** For a bitfield, its width. */
  readonly sizeBits?: number;
  readonly type: ConfigType;
}

/** Bytes. */
export function sizeOf(type: ConfigType): number {
  return type.kind === 'array' ? type.count * sizeOf(type.element) : type.size;
}

/** As in C, as far as that reads well: `struct config`, `__u16`, `char[16]`. */
export function typeName(type: ConfigType): string {
  switch (type.kind) {
    case 'array': {
      const counts: number[] = [];
      let element: ConfigType = type;
      for (; element.kind === 'array'; element = element.element) counts.push(element.count);
      return `${typeName(element)}${counts.map((count) => `[${count}]`).join('')}`;
    }
    case 'int':
      return (
        type.name ??
        (type.bool === true
          ? 'bool'
          : `${type.signed ? 'signed' : 'unsigned'} ${type.size * 8}-bit integer`)
      );
    case 'struct':
    case 'union':
    case 'enum':
      return `${type.kind} ${type.name ?? '(anonymous)'}`;
    case 'float':
    case 'pointer':
      return type.name ?? type.kind;
  }
}

/** The member called `name`, looked for in anonymous members too; its offset is from the record's start. */
export function findMember(record: RecordType, name: string): ConfigMember | undefined {
  for (const member of record.members) {
    if (member.name === name) return member;
    if (member.name === '' && (member.type.kind === 'struct' || member.type.kind === 'union')) {
      const inner = findMember(member.type, name);
      if (inner !== undefined) {
        return { ...inner, offsetBits: member.offsetBits + inner.offsetBits };
      }
    }
  }
  return undefined;
}

/** Every name that `findMember` finds. */
export function memberNames(record: RecordType): string[] {
  return record.members.flatMap((member) => {
    if (member.name !== '') return [member.name];
    return member.type.kind === 'struct' || member.type.kind === 'union'
      ? memberNames(member.type)
      : [];
  });
}
