/**
 * Line info of `.BTF.ext`: which source line an instruction came from. The records of a section are
 * sorted by instruction offset, so a look-up is the last record at or before it.
 */
import { type ByteOrder, ByteView } from '../base/bytes.ts';
import { BTF_MAGIC } from './format.ts';
import type { Btf } from './read.ts';

export interface SourceLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The line's text, trimmed; empty where BTF does not carry it. */
  readonly text: string;
}

interface LineRecord {
  readonly offset: number;
  readonly line: SourceLine;
}

export type LineTable = ReadonlyMap<string, readonly LineRecord[]>;

/** By section name. An ill-formed table gives the records before the fault: line info is a courtesy. */
export function readLineInfo(bytes: Uint8Array, order: ByteOrder, btf: Btf): LineTable {
  const table = new Map<string, LineRecord[]>();
  const view = new ByteView(bytes, order);
  if (!view.has(0, 24) || view.u16(0) !== BTF_MAGIC) return table;
  const start = view.u32(4) + view.u32(16);
  const end = start + view.u32(20);
  if (!view.has(start, 4) || end > view.length) return table;
  const recordSize = view.u32(start);
  if (recordSize < 16) return table;

  let at = start + 4;
  while (at + 8 <= end) {
    const section = btf.string(view.u32(at));
    const count = view.u32(at + 4);
    at += 8;
    if (at + count * recordSize > end) break;
    const records = table.get(section) ?? [];
    table.set(section, records);
    for (let i = 0; i < count; i++, at += recordSize) {
      const place = view.u32(at + 12);
      records.push({
        offset: view.u32(at),
        line: {
          file: btf.string(view.u32(at + 4)),
          text: btf.string(view.u32(at + 8)).trim(),
          line: place >>> 10,
          column: place & 0x3ff,
        },
      });
    }
    records.sort((a, b) => a.offset - b.offset);
  }
  return table;
}

/** The source line of the instruction at byte `offset` of `section`. */
export function lineAt(table: LineTable, section: string, offset: number): SourceLine | undefined {
  const records = table.get(section) ?? [];
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return records[low - 1]?.line;
}
