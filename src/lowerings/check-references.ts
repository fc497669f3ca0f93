/** References of the reached code that nothing can satisfy, before any code is changed. */
import { discardedReference, undefinedSymbol } from '../diag/catalogue/symbols.ts';
import type { LoweringContext } from './context.ts';
import { type BpfFunction, locateSlot } from './functions.ts';

/** Functions and data that no object defines, where the output may not leave them open. */
export function checkUndefined(order: readonly BpfFunction[], context: LoweringContext): void {
  const { state, profile, sink } = context;
  if (profile.keepUndefined) return;
  const reported = new Set<string>();
  const report = (
    name: string,
    kind: 'function' | 'symbol',
    fn: BpfFunction,
    slot: number,
  ): void => {
    if (reported.has(name)) return;
    reported.add(name);
    sink.report(undefinedSymbol(name, kind, locateSlot(fn, slot), state.symbols.definedNames()));
  };
  for (const fn of order) {
    // Calls of numbers and of discarded functions are for `relocate` to report.
    for (const [slot, { relocation, target }] of fn.unresolvedCalls) {
      if (target.kind === 'undefined') report(relocation.symbol.name, 'function', fn, slot);
    }
    for (const [slot, { relocation, target }] of fn.references) {
      if (target.kind === 'undefined' && !target.weak) {
        report(relocation.symbol.name, 'symbol', fn, slot);
      }
    }
  }
}

/** A copy of a function that the script discards would bring it back. */
export function checkDiscarded(
  order: readonly BpfFunction[],
  { plan, sink }: LoweringContext,
): void {
  const reported = new Set<BpfFunction>();
  for (const fn of order) {
    for (const [slot, callee] of fn.calls) {
      if (plan.outputOf(callee.section) !== undefined || reported.has(callee)) continue;
      reported.add(callee);
      const at = locateSlot(fn, slot);
      sink.report(
        discardedReference(callee.name, callee.section.name, at, 'the script discards it'),
      );
    }
  }
}
