/**
 * AYA-039: functions that are global in the BTF. The kernel verifies such a function by itself, with what its types
 * say of its arguments and no more. libbpf makes hidden ones static before it loads them; aya does not.
 */
import { RECORD_WORDS } from '../../../btf/ext.ts';
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { isQualifier, peel, sizeOf } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/aya/subprograms.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { STV } from '../../../elf/constants.ts';
import type { Rule } from '../../../model/rule.ts';
import { addressesTaken, functionUses } from './code-references.ts';
import { sizelessFaults } from './data-section-types.ts';
import { kernelRefusals } from './types.ts';
import { type AyaFunction, type AyaView, ayaView } from './view.ts';

/** Made static by aya itself. */
const builtins = new Set(['memset', 'memcpy', 'memmove', 'memcmp']);

export const globalSubprograms: Rule = (object, report, loader) => {
  const view = ayaView(object);
  const { btf } = view.base;
  if (btf === undefined) return;
  if (sizelessFaults(view, loader).length > 0 || kernelRefusals(view, loader).length > 0) return;
  const types = functionTypes(view, btf);
  const tagged = taggedFunctions(btf);
  const uses = functionUses(view);
  const addresses = addressesTaken(view);
  const seen = new Set<AyaFunction>();
  for (const program of view.programs()) {
    for (const fn of uses.reached(program)) {
      if (fn.isProgram || seen.has(fn)) continue;
      seen.add(fn);
      const type = types.get(placeOf(fn.section.name, fn.start));
      if (type === undefined || btf.vlen(type) !== LINKAGE.GLOBAL) continue;
      if (builtins.has(btf.name(type)) || tagged.has(type)) continue;
      const isCallback = addresses.has(fn);
      const fault = globalFault(view, btf, { type, fn, isCallback }, program.name);
      if (fault !== undefined) report(fault);
    }
  }
};

function placeOf(section: string, offset: number): string {
  return `${offset} ${section}`;
}

/** By where they begin: ids of FUNCs. */
function functionTypes(view: AyaView, btf: Btf): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { section, records } of view.base.ext?.func ?? []) {
    const name = btf.strings.at(section);
    for (let at = 0; at < records.length; at += RECORD_WORDS.func) {
      found.set(placeOf(name, records[at]!), records[at + 1]!);
    }
  }
  return found;
}

/** Tags of arguments (`arg:nonnull`) say more of them than their types. */
function taggedFunctions(btf: Btf): ReadonlySet<number> {
  return new Set([...btf.idsOf(KIND.DECL_TAG)].map((id) => btf.target(id)));
}

function globalFault(
  view: AyaView,
  btf: Btf,
  { type, fn, isCallback }: { type: number; fn: AyaFunction; isCallback: boolean },
  program: string,
): Diagnostic | undefined {
  const at = (): Diagnostic['at'] => view.base.at(fn.section, fn.start);
  const refused = isCallback ? ({ is: 'callback' } as const) : refusal(btf, type);
  if (refused !== undefined) return diagnose.refusedSubprogram(fn.name, program, refused, at());
  if (fn.symbol.visibility === STV.DEFAULT) return undefined;
  return diagnose.hiddenSubprogram(fn.name, program, at());
}

function refusal(btf: Btf, type: number): diagnose.SubprogramRefusal | undefined {
  const prototype = btf.target(type);
  if (!isNumber(btf, peel(btf, btf.target(prototype)))) return { is: 'result' };
  for (const [index, parameter] of btf.parameters(prototype).entries()) {
    const argument = peel(btf, parameter.type);
    if (isNumber(btf, argument)) continue;
    if (btf.kind(argument) !== KIND.PTR) return { is: 'value', index };
    // A pointer to a name of its own may be to the program's context.
    const isNamed = btf.kind(unqualified(btf, btf.target(argument))) === KIND.TYPEDEF;
    if (!isNamed && sizeOf(btf, btf.target(argument)) === undefined) return { is: 'size', index };
  }
  return undefined;
}

function unqualified(btf: Btf, id: number): number {
  let type = id;
  while (isQualifier(btf.kind(type))) type = btf.target(type);
  return type;
}

function isNumber(btf: Btf, id: number): boolean {
  const kind = btf.kind(id);
  return kind === KIND.INT || kind === KIND.ENUM || kind === KIND.ENUM64;
}
