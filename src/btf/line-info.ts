/**
 * Line info of `.BTF.ext`: which source line an instruction came from. The records of a section are
 * sorted by instruction offset when the section is first asked about; a look-up is the last record at or
 * before the offset.
 */
import { type BtfExt, RECORD_WORDS } from './ext.ts';
import type { Btf } from './types.ts';

export interface SourceLine {
  readonly file: string;
  /** 1-based; 0 where the compiler made the code up. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The whole line; empty where BTF does not carry it. */
  readonly text: string;
}

const WIDTH = RECORD_WORDS.line;

/** The source line of the instruction at byte `offset`, by a section's records in the order of their offsets. */
export function lineAt(btf: Btf, records: Uint32Array, offset: number): SourceLine | undefined {
  let low = 0;
  let high = records.length / WIDTH;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle * WIDTH]! <= offset) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  const at = (low - 1) * WIDTH;
  const place = records[at + 3]!;
  return {
    file: btf.strings.at(records[at + 1]!),
    text: btf.strings.at(records[at + 2]!).trimEnd(),
    line: place >>> 10,
    column: place & 0x3ff,
  };
}

export class LineTable {
  readonly #btf: Btf;
  readonly #ext: BtfExt;
  readonly #sections = new Map<string, Uint32Array>();

  /** `btf` and `ext` are of one object. */
  constructor(btf: Btf, ext: BtfExt) {
    this.#btf = btf;
    this.#ext = ext;
  }

  /** The source line of the instruction at byte `offset` of `section`. */
  at(section: string, offset: number): SourceLine | undefined {
    return lineAt(this.#btf, this.#records(section), offset);
  }

  #records(section: string): Uint32Array {
    let records = this.#sections.get(section);
    if (records === undefined) {
      const parts = this.#ext.line.filter((part) => this.#btf.strings.at(part.section) === section);
      records = sorted(parts.map((part) => part.records));
      this.#sections.set(section, records);
    }
    return records;
  }
}

function sorted(parts: readonly Uint32Array[]): Uint32Array {
  const rows = parts.flatMap((records) =>
    Array.from({ length: records.length / WIDTH }, (_, i) =>
      records.subarray(i * WIDTH, (i + 1) * WIDTH),
    ),
  );
  rows.sort((a, b) => a[0]! - b[0]!);
  const all = new Uint32Array(rows.length * WIDTH);
  for (const [i, row] of rows.entries()) all.set(row, i * WIDTH);
  return all;
}
