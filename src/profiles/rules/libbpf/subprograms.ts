/** LIBBPF-004, LIBBPF-008 and LIBBPF-014: the functions in `.text`, which libbpf appends to each program that reaches them. */
import { type BtfExt, type ExtTable, RECORD_WORDS } from '../../../btf/ext.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Rule } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import { type SubprogramUse, subprogramUses } from './references.ts';
import { type View, viewOf } from './view.ts';

export const callees: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  for (const use of subprogramUses(view)) {
    const { from, offset, to, relocated, kind } = use;
    if (!relocated && from.section !== view.text) {
      report(diagnose.callWithinSection(from.section.name, view.at(from.section, offset)));
      continue;
    }
    const callee = calleeOf(view, use);
    if (callee?.start === to) continue;
    const at = view.at(from.section, offset);
    if (callee === undefined) report(diagnose.callOfNoFunction(to, from.name, at));
    else report(diagnose.callInsideFunction(callee.name, to - callee.start, kind, at));
  }
};

function calleeOf(view: View, { to }: SubprogramUse): BpfFunction | undefined {
  return view.text && view.functionAt(view.text, to);
}

/** The kernel wants information about all functions of a program, or about none. */
export const informationOfSubprograms: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const { btf, ext } = view;
  if (btf === undefined || ext === undefined || view.text === undefined) return;
  const subprograms = view.functions(view.text);
  const told = new Set<BpfFunction>();
  for (const table of ['func', 'line'] as const) {
    const described = describedBy(view, btf, ext, table);
    const lacking = new Set(subprograms.filter((fn) => !described.has(fn)));
    if (lacking.size === 0) continue;
    for (const [program, subprogram] of reaching(view, lacking)) {
      if (!described.has(program) || told.has(subprogram)) continue;
      told.add(subprogram);
      const kind = table === 'func' ? 'function' : 'line';
      const at = view.atSymbol(subprogram.symbol);
      report(diagnose.infoMissing(kind, subprogram.name, program.name, at));
    }
  }
};

/** The kernel tells functions apart by that information where their address is taken. */
export const addressesHaveInformation: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const { btf, ext } = view;
  const described =
    btf === undefined || ext === undefined
      ? new Set<BpfFunction>()
      : describedBy(view, btf, ext, 'func');
  for (const use of subprogramUses(view)) {
    const { kind, from, offset } = use;
    const callee = calleeOf(view, use);
    if (kind !== 'address' || callee === undefined || described.has(from)) continue;
    report(diagnose.addressWithoutInfo(callee.name, from.name, view.at(from.section, offset)));
  }
};

/** Those that libbpf finds a record for: it looks at the first group of a section only. */
function describedBy(view: View, btf: Btf, ext: BtfExt, table: ExtTable): Set<BpfFunction> {
  const described = new Set<BpfFunction>();
  const seen = new Set<string>();
  for (const { section: nameOffset, records } of ext[table]) {
    const name = btf.strings.at(nameOffset);
    const section = view.section(name);
    if (section === undefined || seen.has(name)) continue;
    seen.add(name);
    for (let at = 0; at < records.length; at += RECORD_WORDS[table]) {
      const fn = view.functionAt(section, records[at]!);
      if (fn !== undefined) described.add(fn);
    }
  }
  return described;
}

/** Each program with the functions of `wanted` that it reaches. */
function* reaching(
  view: View,
  wanted: ReadonlySet<BpfFunction>,
): Generator<readonly [BpfFunction, BpfFunction]> {
  const called = new Map<BpfFunction, Set<BpfFunction>>();
  for (const use of subprogramUses(view)) {
    const callee = calleeOf(view, use);
    if (callee === undefined) continue;
    const known = called.get(use.from);
    if (known === undefined) called.set(use.from, new Set([callee]));
    else known.add(callee);
  }
  for (const program of view.programs()) {
    const reached = new Set<BpfFunction>();
    const pending = [program];
    for (let fn = pending.pop(); fn !== undefined; fn = pending.pop()) {
      for (const callee of called.get(fn) ?? []) {
        if (reached.has(callee)) continue;
        reached.add(callee);
        pending.push(callee);
        if (wanted.has(callee)) yield [program, callee];
      }
    }
  }
}
