/** Whether a link changes code at all. */
import { type InputSymbol, isExecutable, type Relocation } from '../model/input.ts';
import type { LinkState } from '../model/state.ts';
import type { Profile } from '../profiles/profile.ts';
import type { LoweringRequest } from './context.ts';

/** Whether there is anything to do. Where not, code is copied as it is and never decoded. */
export function codeChanges(state: LinkState, profile: Profile, request: LoweringRequest): boolean {
  if (profile.oneProgramPerSection || request.calls !== 'keep') return true;
  if (request.traps !== undefined) return true;
  if (request.data.length > 0 || request.fetch.length > 0) return true;
  const lost = (symbol: InputSymbol): boolean =>
    symbol.section !== undefined &&
    isExecutable(symbol.section) &&
    !state.exclusions.replacedBy.has(symbol.section);
  return [...state.symbols.all()].some(({ losers }) => losers.some(lost)) || callsData(state);
}

/** Such a call is refused, and `FunctionTable` knows how. */
function callsData(state: LinkState): boolean {
  const leadsToData = (relocation: Relocation): boolean => {
    if (relocation.form !== 'call') return false;
    const target = state.targetOf(relocation);
    return target.kind === 'place' && !isExecutable(target.section);
  };
  return [...state.sections()].some(
    (section) => isExecutable(section) && section.relocations.some(leadsToData),
  );
}
