/** CILIUM-005 and CILIUM-012: faults that show only when a program is put together with the functions it calls. */
import { Opcode } from '../../../bpf/opcode.ts';
import { type ExtTable, RECORD_WORDS } from '../../../btf/ext.ts';
import { LINKAGE } from '../../../btf/format.ts';
import { callsItself } from '../../../diag/catalogue/cilium/references.ts';
import {
  addressWithoutInfo,
  globalCallback,
  missingRecord,
} from '../../../diag/catalogue/cilium/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { programTypeOf } from './program-types.ts';
import { type Flattened, type FunctionPlace, flattenedPrograms } from './reach.ts';
import { calledName, referencesOf } from './references.ts';
import { functionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

export const flattened: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const seen = new Set<string>();
  for (const one of flattenedPrograms(view)) {
    const { section, symbol } = one.program;
    if (programTypeOf(section.name, loader) === undefined) continue;
    if (one.callees.has(symbol.name)) {
      report(callsItself(symbol.name, view.at(section, symbol.value)));
    }
    for (const table of ['func', 'line'] as const) {
      const odd = oddOneOut(view, one, table);
      if (odd === undefined) continue;
      const { name, value } = odd.symbol;
      const found = missingRecord(name, symbol.name, table, view.at(odd.section, value));
      if (!seen.has(name)) report(found);
      seen.add(name);
    }
  }
};

/** A function without a record at its start, in a program where others have some. */
function oddOneOut(
  view: CiliumView,
  { program, callees }: Flattened,
  table: ExtTable,
): FunctionPlace | undefined {
  if (callees.size === 0) return undefined;
  const all = [program, ...callees.values()];
  const has = all.map(({ section, symbol }) =>
    starts(view, table).has(key(section.name, symbol.value)),
  );
  return has.includes(true) ? all[has.indexOf(false)] : undefined;
}

/** The kernel wants function info of functions whose addresses are taken. */
export const addressesHaveInformation: Rule = (object, report) => {
  const view = viewOf(object);
  const seen = new Set<string>();
  for (const reference of referencesOf(view)) {
    const { opcode, section, offset, inside } = reference;
    if (opcode !== Opcode.LD_IMM64) continue;
    const name = calledName(view, reference);
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    const target = reference.target ?? section;
    const place = view.sorted(target).find((symbol) => symbol.name === name);
    const at = view.at(section, offset);
    const id = view.btf && functionTypes(view.btf).get(name);
    if (place === undefined) continue;
    if (!starts(view, 'func').has(key(target.name, place.value))) {
      report(addressWithoutInfo(name, inside.name, at));
    } else if (id !== undefined && view.btf?.vlen(id) !== LINKAGE.STATIC) {
      report(globalCallback(name, inside.name, at));
    }
  }
};

const key = (section: string, offset: number): string => `${offset} ${section}`;

const tables = new WeakMap<CiliumView, Map<ExtTable, ReadonlySet<string>>>();

/** Where records stand. */
function starts(view: CiliumView, table: ExtTable): ReadonlySet<string> {
  let known = tables.get(view);
  if (known === undefined) {
    known = new Map();
    tables.set(view, known);
  }
  let found = known.get(table);
  if (found === undefined) {
    found = readStarts(view, table);
    known.set(table, found);
  }
  return found;
}

function readStarts({ btf, ext }: CiliumView, table: ExtTable): Set<string> {
  const found = new Set<string>();
  if (btf === undefined || ext === undefined) return found;
  for (const { section, records } of ext[table]) {
    const name = btf.strings.at(section);
    for (let at = 0; at < records.length; at += RECORD_WORDS[table]) {
      found.add(key(name, records[at]!));
    }
  }
  return found;
}
