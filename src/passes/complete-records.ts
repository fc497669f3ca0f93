/**
 * Gives functions without types, from assembly or from compilers that were not asked for any, the two
 * records without which libbpf (LIBBPF-014) and the kernel refuse the typed programs that call them:
 *
 *     prog.c, -g:    calls mix         func info, line info
 *     mix.S:         .text mix         none: "missing .BTF.ext function info"
 *
 * They get the type that they were declared with, and a line without a number. Programs themselves can do
 * without.
 */
import { type BtfExt, type ExtSection, RECORD_WORDS } from '../btf/ext.ts';
import type { InputSymbol } from '../model/input.ts';
import type { Layout } from '../model/layout.ts';
import type { MergedTypes } from '../model/merged-types.ts';
import { functionsIn, type OutputFunction, SUBPROGRAMS } from '../model/output-functions.ts';
import type { LinkState } from '../model/state.ts';

export function completeRecords(
  state: LinkState,
  layout: Layout,
  merged: MergedTypes,
  records: BtfExt,
): BtfExt {
  const text = layout.named(SUBPROGRAMS);
  if (text === undefined || records.func.length === 0) return records;
  const functions = [...functionsIn(text, state)];
  const section = merged.pool.intern(text.name);
  const func = complete(records.func, 'func', section, functions, (symbol) => {
    const id = merged.functionOf.get(symbol) || merged.globals.get(symbol.name);
    return id ? [id] : undefined;
  });
  // No file, no text, line 0.
  const line =
    records.line.length === 0
      ? records.line
      : complete(records.line, 'line', section, functions, () => [0, 0, 0]);
  return { ...records, func, line };
}

/** The table with a record at the start of each function of the section. */
function complete(
  table: readonly ExtSection[],
  kind: 'func' | 'line',
  section: number,
  functions: readonly OutputFunction[],
  make: (symbol: InputSymbol) => readonly number[] | undefined,
): readonly ExtSection[] {
  const width = RECORD_WORDS[kind];
  const own = table.find((group) => group.section === section)?.records ?? new Uint32Array(0);
  const known = new Set<number>();
  for (let at = 0; at < own.length; at += width) known.add(own[at]!);
  const missing = functions.filter(({ offset }) => !known.has(offset));
  if (missing.length === 0) return table;
  const rows = new Map<number, ArrayLike<number>>();
  for (let at = 0; at < own.length; at += width) rows.set(own[at]!, own.subarray(at, at + width));
  for (const { offset, symbol } of missing) {
    const fields = rows.has(offset) ? undefined : make(symbol);
    if (fields !== undefined) rows.set(offset, [offset, ...fields]);
  }
  if (rows.size === known.size) return table;
  const records = new Uint32Array(rows.size * width);
  const sorted = [...rows].sort(([a], [b]) => a - b);
  for (const [i, [, row]] of sorted.entries()) records.set(row, i * width);
  return [...table.filter((group) => group.section !== section), { section, records }];
}
