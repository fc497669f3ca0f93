/**
 * Moves the records of .BTF.ext with the code that they are about: which function begins here, which
 * source line this is, what CO-RE adjusts here.
 *
 *     a.o .text +0x18: line 7            .text of a.o is at 0x40 of the output        line 7 at +0x58
 *     a.o prog  +0x20: line 9            a lowering put two instructions before it    line 9 at +0x30
 *
 * A record whose instruction is gone goes too, but for a line: it is the line of what follows, unless
 * that has its own. Instructions that hold the id of a local type get its new id.
 */
import { ByteView } from '../base/bytes.ts';
import { widened } from '../btf/dedup/word-table.ts';
import {
  type BtfExt,
  EXT_TABLES,
  type ExtSection,
  type ExtTable,
  RECORD_WORDS,
} from '../btf/ext.ts';
import { CORE_RELO } from '../btf/format.ts';
import { isExecutable } from '../model/input.ts';
import type { Layout, PlacedSection, RelocatedSection } from '../model/layout.ts';
import type { MergedTypes } from '../model/merged-types.ts';
import type { CodePart, LinkState } from '../model/state.ts';
import type { FileTypes } from '../model/types.ts';

export function moveRecords(
  state: LinkState,
  layout: Layout,
  relocated: readonly RelocatedSection[],
  merged: MergedTypes,
): BtfExt {
  const mover = new Mover(state, merged);
  const moved: Record<ExtTable, ExtSection[]> = { func: [], line: [], core: [] };
  for (const placed of layout.sections) {
    if (!isExecutable(placed)) continue;
    for (const table of EXT_TABLES) {
      const records = mover.move(table, placed);
      if (records.length === 0) continue;
      moved[table].push({ section: merged.pool.intern(placed.name), records });
      if (table !== 'core') continue;
      const bytes = relocated.find((section) => section.placed === placed)?.bytes;
      if (bytes !== undefined) renumberTypes(new ByteView(bytes, state.order), records);
    }
  }
  return moved;
}

/** `TYPE_ID` relocations: the id is the instruction's immediate. */
function renumberTypes(view: ByteView, records: Uint32Array): void {
  for (let at = 0; at < records.length; at += RECORD_WORDS.core) {
    const kind = records[at + 3];
    if (kind !== CORE_RELO.TYPE_ID_LOCAL && kind !== CORE_RELO.TYPE_ID_TARGET) continue;
    const offset = records[at]!;
    if (view.has(offset, 8)) view.setU32(offset + 4, records[at + 1]!);
  }
}

class Mover {
  readonly #state: LinkState;
  readonly #merged: MergedTypes;
  readonly #translators = new Map<FileTypes, Translator>();

  constructor(state: LinkState, merged: MergedTypes) {
    this.#state = state;
    this.#merged = merged;
  }

  /** The records of an output section, by offset. */
  move(table: ExtTable, placed: PlacedSection): Uint32Array {
    const moved = new Rows(RECORD_WORDS[table]);
    for (const [section, offset] of placed.offsets) {
      for (const part of this.#state.partsOf(section)) {
        if (part.without?.includes(table) === true) continue;
        const types = this.#state.types.of(part.origin.file);
        for (const records of types?.records.get(part.origin)?.[table] ?? []) {
          this.#translatorOf(types!).translate(table, records, part, offset + part.offset, moved);
        }
      }
    }
    return moved.toWords();
  }

  #translatorOf(types: FileTypes): Translator {
    const known = this.#translators.get(types);
    if (known !== undefined) return known;
    const made = new Translator(types, this.#merged);
    this.#translators.set(types, made);
    return made;
  }
}

/** Gives one file's records the output's offsets, types and strings. */
class Translator {
  readonly #types: FileTypes;
  readonly #merged: MergedTypes;
  /** One for each column: the file, say, is the same in record after record. */
  readonly #renameFirst: (offset: number) => number;
  readonly #renameSecond: (offset: number) => number;
  readonly #functions: ReadonlyMap<number, number>;

  constructor(types: FileTypes, merged: MergedTypes) {
    this.#types = types;
    this.#merged = merged;
    this.#renameFirst = merged.pool.importer(types.btf.strings);
    this.#renameSecond = merged.pool.importer(types.btf.strings);
    this.#functions = new Map(
      types.declarations.map((declaration) => [
        declaration.id,
        merged.declared.get(declaration) ?? 0,
      ]),
    );
  }

  /** Appends to `moved` the records inside of `part`, which begins at `base` of the output section. */
  translate(
    table: ExtTable,
    records: Uint32Array,
    part: CodePart,
    base: number,
    moved: Rows,
  ): void {
    const stride = RECORD_WORDS[table];
    for (let at = firstFrom(part.start, records, stride); at < records.length; at += stride) {
      const offset = records[at]!;
      if (offset >= part.end) break;
      const slot = (offset - part.start) / 8;
      if (table === 'core' && part.slots.isGone(slot)) continue;
      const now = base + (slot === 0 ? 0 : part.slots.toNew(slot) * 8);
      if (table === 'line' && moved.lastOffset === now) moved.dropLast();
      this.#append(table, records, at, now, moved);
    }
  }

  #append(table: ExtTable, records: Uint32Array, at: number, offset: number, moved: Rows): void {
    const first = records[at + 1]!;
    if (table === 'func') {
      const id = this.#functions.get(first) ?? 0;
      if (id !== 0) moved.add(offset, id);
      return;
    }
    const isLine = table === 'line';
    const about = isLine ? this.#renameFirst(first) : this.#merged.idOf(this.#types, first);
    moved.add(offset, about, this.#renameSecond(records[at + 2]!), records[at + 3]!);
  }
}

/** Records of one width, which begin with an offset. */
class Rows {
  readonly #width: number;
  #words: Uint32Array = new Uint32Array(64);
  #length = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Words beyond the width do not count. */
  add(offset: number, first: number, second = 0, third = 0): void {
    const at = this.#length;
    if (at + 4 > this.#words.length) this.#words = widened(this.#words, 2 * at);
    this.#words[at] = offset;
    this.#words[at + 1] = first;
    this.#words[at + 2] = second;
    this.#words[at + 3] = third;
    this.#length += this.#width;
  }

  get lastOffset(): number | undefined {
    return this.#words[this.#length - this.#width];
  }

  dropLast(): void {
    this.#length -= this.#width;
  }

  toWords(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }
}

/** Where the first record at `offset` or behind it is; the records' end if there is none. */
function firstFrom(offset: number, records: Uint32Array, stride: number): number {
  let low = 0;
  for (let high = records.length / stride; low < high; ) {
    const middle = (low + high) >> 1;
    if (records[middle * stride]! < offset) low = middle + 1;
    else high = middle;
  }
  return low * stride;
}
