/** AYA-012 to AYA-016: calls, and addresses of functions. Only what a program reaches is looked at. */
import * as diagnose from '../../../diag/catalogue/aya/calls.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { type FunctionUse, functionUses } from './code-references.ts';
import { AFTER_0_3 } from './versions.ts';
import { type AyaFunction, type AyaView, ayaView } from './view.ts';

export const calls: Rule = (object, report) => {
  const view = ayaView(object);
  for (const use of reachedUses(view)) {
    const fault = faultOf(view, use);
    if (fault !== undefined) report(fault);
  }
};

/** Each once, whichever programs reach it. */
export function* reachedUses(view: AyaView): Generator<FunctionUse> {
  const uses = functionUses(view);
  const seen = new Set<AyaFunction>();
  for (const program of view.programs()) {
    for (const fn of uses.reached(program)) {
      if (seen.has(fn)) continue;
      seen.add(fn);
      yield* uses.of(fn);
    }
  }
}

function faultOf(view: AyaView, use: FunctionUse): Diagnostic | undefined {
  const { from, offset, symbol, result } = use;
  const at = view.base.at(from.section, offset);
  const name = symbol === undefined ? '' : view.base.nameOf(symbol);
  switch (result.is) {
    case 'panic':
      if (result.why === 'undefined') return diagnose.undefinedFunction(name, from.name, at);
      return diagnose.unfitSymbol(name, from.name, result.why, at);
    case 'nothing': {
      const section = view.object.sections[result.section]?.name ?? '';
      return diagnose.noFunctionThere(from.name, section, result.address, at);
    }
    case 'form':
      return diagnose.callForm(name, from.name, result.slot, at);
    case 'function':
      if (result.lostAddend !== 0) {
        return diagnose.addendOfFunction(result.callee.name, from.name, result.lostAddend, at);
      }
      return result.callee.isProgram ? callOfProgram(view, use, result.callee) : undefined;
    default:
      return undefined;
  }
}

/** A program is appended as it is by then, and what it calls may be appended to it already. */
function callOfProgram(view: AyaView, use: FunctionUse, callee: AyaFunction): Diagnostic {
  const { from, offset, isCall } = use;
  const calls = functionUses(view).of(callee).length > 0;
  const at = view.base.at(from.section, offset);
  return diagnose.useOfProgram(callee.name, from.name, { isCall, calls }, at);
}

/** Until 0.3 what is appended was known by its address alone. */
export const functionsOfOneAddress: Rule = (object, report, loader) => {
  if (!isBefore(loader, AFTER_0_3)) return;
  const view = ayaView(object);
  const uses = functionUses(view);
  const told = new Set<AyaFunction>();
  for (const program of view.programs()) {
    const byAddress = new Map<number, AyaFunction>();
    for (const fn of uses.reached(program)) {
      if (fn === program) continue;
      const other = byAddress.get(fn.start);
      if (other === undefined) byAddress.set(fn.start, fn);
      else if (!told.has(fn)) {
        told.add(fn);
        report(collision(view, program, other, fn));
      }
    }
  }
};

function collision(
  view: AyaView,
  program: AyaFunction,
  kept: AyaFunction,
  lost: AyaFunction,
): Diagnostic {
  const at = view.base.at(lost.section, lost.start);
  return diagnose.sameAddressElsewhere(
    { name: kept.name, section: kept.section.name },
    { name: lost.name, section: lost.section.name },
    { program: program.name, address: lost.start },
    at,
  );
}
