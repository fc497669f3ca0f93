/**
 * Which functions that lost to another definition stay in the output all the same.
 *
 * A loser is left out where nothing notices. Branches have no relocations, so a section can only be cut
 * where control flow never crosses the cut: in
 *
 *     a:  if r1 == 0 goto cold     b (weak, lost):  r0 = 2     cold:  r0 = 3
 *                                                   exit              exit
 *
 * `cold` is counted to b, because nothing says where b ends, and the branch would keep its distance over
 * bytes that are gone. Then the section keeps every byte; names lead to the winner as always.
 */
import type { InputSection } from '../model/input.ts';
import type { LoweringContext } from './context.ts';
import type { BpfFunction } from './functions.ts';
import { flowOf } from './traps.ts';

/**
 * The sections that keep every byte, in a link that changes no instruction. `reached`: the functions
 * that stay in any case, which a loser may be if it is called under a local name.
 */
export function wholeSections(
  reached: ReadonlyMap<BpfFunction, unknown>,
  { state, plan, functions }: LoweringContext,
): Set<InputSection> {
  const whole = new Set<InputSection>();
  for (const section of state.sections()) {
    if (plan.outputOf(section) === undefined) continue;
    for (const relocation of section.relocations) {
      const target = relocation.form === 'call' ? undefined : state.targetOf(relocation);
      const fn = target?.kind === 'place' ? functions.at(target) : undefined;
      if (fn === undefined || target?.kind !== 'place' || target.offset === fn.start) continue;
      const own = fn === functions.at({ section, offset: relocation.offset });
      if (!own && functions.isLoser(fn)) whole.add(fn.section);
    }
    const own = functions.functionsOf(section);
    if (!own.some((fn) => functions.isLoser(fn))) continue;
    if (own.some((fn) => reached.has(fn) && crosses(fn))) whole.add(section);
  }
  return whole;
}

/** Whether control may leave the function other than by a call or an exit, or that is not known. */
function crosses(fn: BpfFunction): boolean {
  return flowOf(fn).problems.length > 0;
}
