/** AYA-036 to AYA-038: the records of `.BTF.ext` about functions, lines and CO-RE. */
import { ByteView } from '../../../base/bytes.ts';
import { EXT_TABLES, type ExtTable, RECORD_WORDS } from '../../../btf/ext.ts';
import * as diagnose from '../../../diag/catalogue/aya/records.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { addressesTaken, functionUses } from './code-references.ts';
import { isOutOfBounds } from './core-access.ts';
import { kernelRefusals } from './types.ts';
import { AFTER_0_3 } from './versions.ts';
import { type AyaFunction, type AyaView, ayaView } from './view.ts';

/** aya reads records of the sizes that it knows, and tells the kernel the size that the table says. */
export const recordSizes: Rule = (object, report, loader) => {
  const view = ayaView(object);
  const bytes = view.base.section('.BTF.ext')?.bytes;
  if (bytes === undefined) return;
  const raw = new ByteView(bytes, object.order);
  for (const [index, table] of EXT_TABLES.entries()) {
    if (!raw.has(0, 16 + 8 * index) || raw.u32(4) < 16 + 8 * index) break;
    const start = raw.u32(4) + raw.u32(8 + 8 * index);
    if (raw.u32(12 + 8 * index) === 0 || !raw.has(start, 4)) continue;
    const size = raw.u32(start);
    const known = RECORD_WORDS[table] * 4;
    if (size === known || (size > known && table === 'core')) continue;
    report(diagnose.recordSize(table, size, known, isBefore(loader, AFTER_0_3)));
  }
};

/** Of several blocks for one section aya keeps the last. */
export const oneBlockEach: Rule = (object, report, loader) => {
  const { btf, ext } = ayaView(object).base;
  if (btf === undefined || ext === undefined) return;
  for (const table of ['func', 'line'] as const) {
    const seen = new Set<string>();
    const told = new Set<string>();
    for (const { section } of ext[table]) {
      const name = btf.strings.at(section);
      if (seen.has(name) && !told.has(name)) {
        told.add(name);
        report(diagnose.severalBlocks(table, name, isBefore(loader, AFTER_0_3)));
      }
      seen.add(name);
    }
  }
};

type Covered = Readonly<Record<'func' | 'line', ReadonlyMap<string, readonly number[]>>>;

/** A program's functions have records all, or none has. */
export const recordsAreComplete: Rule = (object, report, loader) => {
  const view = ayaView(object);
  if (view.base.ext === undefined) return;
  const isOld = isBefore(loader, AFTER_0_3);
  // The kernel that refuses the types is given no records.
  const areTaken = kernelRefusals(view, loader).length === 0;
  const covered = recordsOf(view);
  const uses = functionUses(view);
  const told = new Set<AyaFunction>();
  for (const program of view.programs()) {
    const functions = [...uses.reached(program)];
    for (const table of ['func', 'line'] as const) {
      if (!areTaken && (table === 'line' || isOld)) continue;
      const odd = oddOneOut(covered, table, functions);
      if (odd === undefined || told.has(odd.fn)) continue;
      told.add(odd.fn);
      const at = view.base.at(odd.fn.section, odd.fn.start);
      if (odd.late) report(diagnose.lateLine(odd.fn.name, program.name, at));
      else report(diagnose.recordsMissing(table, odd.fn.name, program.name, isOld, at));
    }
  }
};

/** The kernel wants to know what it calls back. */
export const addressesHaveRecords: Rule = (object, report, loader) => {
  const view = ayaView(object);
  const taken = addressesTaken(view);
  if (taken.size === 0) return;
  const refused = kernelRefusals(view, loader).length > 0;
  const { func } = recordsOf(view);
  for (const fn of taken) {
    if (!refused && firstRecord(func, 'func', fn) !== undefined) continue;
    report(diagnose.addressWithoutInfo(fn.name, view.base.at(fn.section, fn.start)));
  }
};

/** The records' offsets by section, ascending. Of several blocks of a section the last counts. */
function recordsOf(view: AyaView): Covered {
  const tables = { func: new Map<string, number[]>(), line: new Map<string, number[]>() };
  const { btf, ext } = view.base;
  for (const table of ['func', 'line'] as const) {
    const width = RECORD_WORDS[table];
    for (const { section, records } of ext?.[table] ?? []) {
      const offsets: number[] = [];
      for (let at = 0; at < records.length; at += width) offsets.push(records[at]!);
      tables[table].set(
        btf!.strings.at(section),
        offsets.sort((a, b) => a - b),
      );
    }
  }
  return tables;
}

/** The function without records among such as have some; or one whose first line is not at its start. */
function oddOneOut(
  covered: Covered,
  table: ExtTable & ('func' | 'line'),
  functions: readonly AyaFunction[],
): { readonly fn: AyaFunction; readonly late: boolean } | undefined {
  const firsts = functions.map((fn) => ({ fn, first: firstRecord(covered[table], table, fn) }));
  if (firsts.every(({ first }) => first === undefined)) return undefined;
  const without = firsts.find(({ first }) => first === undefined);
  if (without !== undefined) return { fn: without.fn, late: false };
  const late = firsts.find(({ fn, first }) => first !== fn.start);
  return late && { fn: late.fn, late: true };
}

/** A function's record stands at its start, or is none of it. */
function firstRecord(
  offsets: ReadonlyMap<string, readonly number[]>,
  table: 'func' | 'line',
  { section, start, end }: AyaFunction,
): number | undefined {
  const all = offsets.get(section.name) ?? [];
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]! < start) low = middle + 1;
    else high = middle;
  }
  const found = all[low];
  return found !== undefined && found < (table === 'func' ? start + 1 : end) ? found : undefined;
}

const NEWEST_CORE_KIND = 11;
/** Kinds that are about a field. */
const LAST_FIELD_KIND = 5;

export const coreRelocations: Rule = (object, report, loader) => {
  const view = ayaView(object);
  const { btf, ext } = view.base;
  if (btf === undefined || ext === undefined) return;
  for (const { section: nameOffset, records } of ext.core) {
    const name = btf.strings.at(nameOffset);
    const section = view.base.section(name);
    for (let at = 0; at < records.length; at += RECORD_WORDS.core) {
      const [offset, kind] = [records[at]!, records[at + 3]!];
      if (kind > NEWEST_CORE_KIND) {
        report(
          diagnose.coreKind(kind, name, section === undefined ? [] : view.base.at(section, offset)),
        );
        return;
      }
      if (section === undefined) {
        report(diagnose.coreSection(name));
        return;
      }
      const inside = view.functions.some(
        (fn) => fn.section === section && fn.start <= offset && offset < fn.end,
      );
      if (!inside) {
        report(diagnose.coreFunction(name, offset, view.base.at(section, offset)));
        return;
      }
      const access = btf.strings.at(records[at + 2]!);
      const isOld = isBefore(loader, AFTER_0_3);
      if (kind <= LAST_FIELD_KIND && isOutOfBounds(btf, records[at + 1]!, access, isOld)) {
        const type = btf.name(records[at + 1]!);
        report(diagnose.coreBounds(access, type, isOld, view.base.at(section, offset)));
        return;
      }
    }
  }
};
