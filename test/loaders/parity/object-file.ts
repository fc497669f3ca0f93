/**
 * A reader of ELF64 objects that shares nothing with src/elf, so that no fault of the linker hides behind the
 * same fault of its reader. It trusts its input: what it reads has been through bpftool or is under test,
 * where an exception fails the test.
 */

export interface ObjectSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
  /** Empty for NOBITS. */
  readonly bytes: Uint8Array;
}

export interface ObjectSymbol {
  readonly name: string;
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** The index of its section; 0 where undefined, above 0xff00 where reserved. */
  readonly section: number;
  readonly value: number;
  readonly size: number;
}

export interface ObjectRelocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: ObjectSymbol;
}

export interface ObjectFile {
  readonly littleEndian: boolean;
  /** By index, the null section first. */
  readonly sections: readonly ObjectSection[];
  readonly symbols: readonly ObjectSymbol[];
  /** By the name of the section that they apply to. */
  readonly relocations: ReadonlyMap<string, readonly ObjectRelocation[]>;
}

export const sectionType = {
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  nobits: 8,
  rel: 9,
} as const;
export const symbolType = { object: 1, function: 2, section: 3, file: 4 } as const;
export const binding = { local: 0, global: 1, weak: 2 } as const;

export function readObject(bytes: Uint8Array): ObjectFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getUint8(5) === 1;
  const sections = readSections(bytes, view, littleEndian);
  const symtab = sections.find(({ type }) => type === sectionType.symtab);
  const symbols = symtab === undefined ? [] : readSymbols(symtab, sections, littleEndian);
  const relocations = new Map<string, ObjectRelocation[]>();
  for (const section of sections) {
    if (section.type !== sectionType.rel) continue;
    const target = sections[section.info]!.name;
    const all = relocations.get(target) ?? [];
    relocations.set(target, [...all, ...readRelocations(section, symbols, littleEndian)]);
  }
  return { littleEndian, sections, symbols, relocations };
}

export function sectionNamed(file: ObjectFile, name: string): ObjectSection | undefined {
  return file.sections.find((section) => section.name === name);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The NUL-terminated string at `offset`. */
export function stringAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return Buffer.from(bytes.subarray(offset, end < 0 ? bytes.length : end)).toString('latin1');
}

function readSections(bytes: Uint8Array, view: DataView, little: boolean): ObjectSection[] {
  const table = Number(view.getBigUint64(40, little));
  const count = view.getUint16(60, little);
  const rows = Array.from({ length: count }, (_, i) => {
    const at = table + i * 64;
    const type = view.getUint32(at + 4, little);
    const offset = Number(view.getBigUint64(at + 24, little));
    const size = Number(view.getBigUint64(at + 32, little));
    return {
      nameOffset: view.getUint32(at, little),
      type,
      flags: Number(view.getBigUint64(at + 8, little)),
      size,
      link: view.getUint32(at + 40, little),
      info: view.getUint32(at + 44, little),
      align: Number(view.getBigUint64(at + 48, little)),
      entrySize: Number(view.getBigUint64(at + 56, little)),
      bytes: type === sectionType.nobits ? new Uint8Array() : bytes.subarray(offset, offset + size),
    };
  });
  const names = rows[view.getUint16(62, little)]?.bytes ?? new Uint8Array();
  return rows.map(({ nameOffset, ...row }) => ({ name: stringAt(names, nameOffset), ...row }));
}

function readSymbols(
  table: ObjectSection,
  sections: readonly ObjectSection[],
  little: boolean,
): ObjectSymbol[] {
  const view = viewOf(table.bytes);
  const names = sections[table.link]!.bytes;
  return Array.from({ length: table.size / 24 }, (_, i) => {
    const at = i * 24;
    const info = view.getUint8(at + 4);
    const section = view.getUint16(at + 6, little);
    const name = stringAt(names, view.getUint32(at, little));
    return {
      name: name === '' ? (sections[section]?.name ?? '') : name,
      type: info & 15,
      binding: info >> 4,
      visibility: view.getUint8(at + 5) & 3,
      section,
      value: Number(view.getBigUint64(at + 8, little)),
      size: Number(view.getBigUint64(at + 16, little)),
    };
  });
}

function readRelocations(
  section: ObjectSection,
  symbols: readonly ObjectSymbol[],
  little: boolean,
): ObjectRelocation[] {
  const view = viewOf(section.bytes);
  return Array.from({ length: section.size / 16 }, (_, i) => ({
    offset: Number(view.getBigUint64(i * 16, little)),
    type: view.getUint32(i * 16 + (little ? 8 : 12), little),
    symbol: symbols[view.getUint32(i * 16 + (little ? 12 : 8), little)]!,
  }));
}
