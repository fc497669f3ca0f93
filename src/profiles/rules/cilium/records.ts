/**
 * CILIUM-012: which instruction cilium/ebpf gives each record of `.BTF.ext`. Since 0.21 it counts the instructions
 * of functions, symbol by symbol:
 *
 *     bytes 0-15 'a', 16-31 nothing, 32-47 'b':  the record for byte 32 (instruction 4) goes to the third of 'b'
 *
 * Of each table it takes the first record, goes on until that one's instruction comes, and then takes the next; so
 * one that has no instruction, or the second of two at one, keeps back all that follow.
 */
import { ByteView } from '../../../base/bytes.ts';
import { Opcode } from '../../../bpf/opcode.ts';
import { EXT_TABLES, type ExtTable, RECORD_WORDS } from '../../../btf/ext.ts';
import * as diagnose from '../../../diag/catalogue/cilium/types.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { type CiliumView, viewOf } from './view.ts';

export const TABLES: Readonly<Record<ExtTable, string>> = {
  func: 'the function info',
  line: 'the line info',
  core: 'the CO-RE relocations',
};

type Offsets = Readonly<Record<ExtTable, readonly number[]>>;

export const records: Rule = (object, report, loader) => {
  const view = viewOf(object);
  if (view.ext === undefined) return;
  const bySymbol = !isBefore(loader, [0, 21]);
  for (const section of view.sections('code')) {
    for (const table of EXT_TABLES) {
      if (groups(view, section, table).length < 2) continue;
      report(diagnose.severalGroups(section.name, TABLES[table], view.at(section, 0)));
    }
    const offsets = offsetsOf(view, section);
    const misplaced = bySymbol && reportGap(view, section, offsets, report);
    if (misplaced) continue;
    const starts = instructionStarts(view, section);
    for (const table of EXT_TABLES)
      reportLost(view, section, table, offsets[table], starts, report);
  }
};

function groups(view: CiliumView, section: ElfSection, table: ExtTable): readonly Uint32Array[] {
  const { btf, ext } = view;
  if (btf === undefined || ext === undefined) return [];
  return ext[table]
    .filter((group) => btf.strings.at(group.section) === section.name)
    .map((group) => group.records);
}

/** Sorted; of the last group, which is the one that the loader keeps. */
function offsetsOf(view: CiliumView, section: ElfSection): Offsets {
  const of = (table: ExtTable): number[] => {
    const words = groups(view, section, table).at(-1) ?? new Uint32Array();
    const width = RECORD_WORDS[table];
    const found: number[] = [];
    for (let at = 0; at < words.length; at += width) found.push(words[at]!);
    return found.sort((a, b) => a - b);
  };
  return { func: of('func'), line: of('line'), core: of('core') };
}

function reportGap(
  view: CiliumView,
  section: ElfSection,
  offsets: Offsets,
  report: Parameters<Rule>[1],
): boolean {
  let end = 0;
  let before: string | undefined;
  for (const { name, value, size } of view.sorted(section)) {
    const from = Math.min(value, end);
    const behind = (table: ExtTable): number =>
      offsets[table].filter((offset) => offset >= from).length;
    const lost = { func: behind('func'), line: behind('line'), core: behind('core') };
    if (value !== end && lost.func + lost.line + lost.core > 0) {
      const at = view.at(section, value, `function '${name}'`);
      report(diagnose.gapBeforeFunction(section.name, before, name, value - end, lost, at));
      return true;
    }
    end = value + size;
    before = name;
  }
  return false;
}

function reportLost(
  view: CiliumView,
  section: ElfSection,
  table: ExtTable,
  offsets: readonly number[],
  starts: ReadonlySet<number>,
  report: Parameters<Rule>[1],
): void {
  const stuck = offsets.findIndex((at, i) => !starts.has(at) || at === offsets[i - 1]);
  if (stuck < 0) return;
  const at = offsets[stuck]!;
  const place = `byte 0x${at.toString(16)}`;
  const why = starts.has(at) ? `two stand at ${place}` : `no instruction begins at ${place}`;
  const lost = offsets.length - stuck;
  report(diagnose.lostRecords(section.name, TABLES[table], lost, why, view.at(section, at)));
}

function instructionStarts(view: CiliumView, section: ElfSection): Set<number> {
  const bytes = new ByteView(section.bytes, view.object.order);
  const starts = new Set<number>();
  for (let offset = 0; bytes.has(offset, 8); offset += 8) {
    starts.add(offset);
    if (bytes.u8(offset) === Opcode.LD_IMM64) offset += 8;
  }
  return starts;
}
