/** Writes wrong things into objects, for the tests of what bpfld says to them. */
import { type ByteOrder, ByteView } from '../../src/base/bytes.ts';
import { ELFDATA2MSB, SHDR_SIZE, SYM_SIZE } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import type { ElfObject } from '../../src/elf/types.ts';

const headerFields = {
  name: [0, 4],
  type: [4, 4],
  flags: [8, 8],
  offset: [24, 8],
  size: [32, 8],
  link: [40, 4],
  info: [44, 4],
  align: [48, 8],
  entsize: [56, 8],
} as const;

const symbolFields = {
  name: [0, 4],
  info: [4, 1],
  other: [5, 1],
  section: [6, 2],
  value: [8, 8],
  size: [16, 8],
} as const;

export type HeaderFields = Partial<Record<keyof typeof headerFields, number | bigint>>;
export type SymbolFields = Partial<Record<keyof typeof symbolFields, number | bigint>>;

/** A well-formed object that is to be damaged; it reads itself before any patch. */
export class Patch {
  readonly bytes: Uint8Array;
  readonly elf: ElfObject;
  readonly #view: ByteView;
  /** Where the object begins in the buffer that `elf` looks into. */
  readonly #start: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes.slice();
    this.#start = bytes.byteOffset;
    const order: ByteOrder = bytes[5] === ELFDATA2MSB ? 'big' : 'little';
    this.#view = new ByteView(this.bytes, order);
    const { object, fault } = readElf(bytes, 'patched.o');
    if (object === undefined) throw new Error(fault.message);
    this.elf = object;
  }

  /** The index of the first section of the name. */
  indexOf(section: string): number {
    const found = this.elf.sections.find(({ name }) => name === section);
    if (found === undefined) throw new Error(`no section ${section}`);
    return found.index;
  }

  /** A field of the ELF header, `size` bytes at `offset`. */
  file(offset: number, size: 1 | 2 | 4 | 8, value: number | bigint): this {
    this.#view.setInteger(offset, size, BigInt(value));
    return this;
  }

  header(section: string | number, fields: HeaderFields): this {
    const index = typeof section === 'number' ? section : this.indexOf(section);
    const at = Number(this.#view.u64(40)) + index * SHDR_SIZE;
    return this.#set(at, headerFields, fields);
  }

  symbol(name: string, fields: SymbolFields): this {
    const symbol = this.elf.symbols.find((one) => one.name === name);
    if (symbol === undefined) throw new Error(`no symbol ${name}`);
    return this.#set(this.offsetOf('.symtab') + symbol.index * SYM_SIZE, symbolFields, fields);
  }

  /** `size` bytes at `offset` of a section's content. */
  content(section: string, offset: number, size: 1 | 2 | 4 | 8, value: number | bigint): this {
    this.#view.setInteger(this.offsetOf(section) + offset, size, BigInt(value));
    return this;
  }

  /** Where a section's bytes begin in the file. */
  offsetOf(section: string): number {
    return this.elf.sections[this.indexOf(section)]!.bytes.byteOffset - this.#start;
  }

  #set(
    at: number,
    places: Readonly<Record<string, readonly [number, 1 | 2 | 4 | 8]>>,
    fields: Readonly<Record<string, number | bigint>>,
  ): this {
    for (const [field, value] of Object.entries(fields)) {
      const [offset, size] = places[field]!;
      this.#view.setInteger(at + offset, size, BigInt(value));
    }
    return this;
  }
}

export function patch(bytes: Uint8Array): Patch {
  return new Patch(bytes);
}
