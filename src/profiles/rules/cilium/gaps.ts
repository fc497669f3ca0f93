/**
 * CILIUM-002, before 0.21: code between functions that no symbol is for. Functions lasted from symbol to symbol then:
 *
 *     bytes 0-15 'a', 16-31 nothing, 32-47 'b':  'a' has bytes 0 to 31, of which its last 16 are never reached
 */
import { codeBehindFunction } from '../../../diag/catalogue/cilium/names.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { programTypeOf } from './program-types.ts';
import { type FunctionPlace, flattenedPrograms } from './reach.ts';
import { type CiliumView, viewOf } from './view.ts';

export const gapsBehindFunctions: Rule = (object, report, loader) => {
  if (!isBefore(loader, [0, 21])) return;
  const view = viewOf(object);
  const told = new Set<string>();
  for (const { program, callees } of flattenedPrograms(view)) {
    if (programTypeOf(program.section.name, loader) === undefined) continue;
    for (const place of [program, ...callees.values()]) {
      const { section, symbol } = place;
      const gap = gapBehind(view, place);
      // The size was not read then: without one nothing tells where the function ends.
      if (gap <= 0 || symbol.size === 0 || told.has(symbol.name)) continue;
      told.add(symbol.name);
      const at = view.at(section, symbol.value + symbol.size);
      report(codeBehindFunction(symbol.name, section.name, gap, at));
    }
  }
};

/** Bytes between the function's end and the next one. */
function gapBehind(view: CiliumView, { section, symbol }: FunctionPlace): number {
  const next = view.sorted(section).find(({ value }) => value > symbol.value);
  return (next?.value ?? section.size) - (symbol.value + symbol.size);
}
