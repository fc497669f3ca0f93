/** Copied subprograms, and data that only lowered code referred to, have no place in the output. */
import { SHF } from '../elf/constants.ts';
import { isExecutable, isForLoader } from '../model/input.ts';
import { inputsOf, type OutputSection } from '../model/plan.ts';
import type { LoweringContext } from './context.ts';
import type { BpfFunction } from './functions.ts';
import { SUBPROGRAMS } from './programs.ts';

/** The output sections that leave the output once the code of `order` is lowered. */
export function unreferencedOutputs(
  order: readonly BpfFunction[],
  { plan, request }: LoweringContext,
): Set<OutputSection> {
  const referred = new Set<OutputSection>();
  for (const fn of order) {
    for (const { target } of fn.references.values()) {
      const output = target.kind === 'place' ? plan.outputOf(target.section) : undefined;
      if (output !== undefined) referred.add(output);
    }
  }
  const unreferenced = plan.sections.filter((output) => {
    const inputs = inputsOf(output);
    const code = inputs.some(isExecutable);
    const loaded = inputs.some((section) => (section.flags & SHF.ALLOC) !== 0);
    const lowerable = output.rule !== undefined || referred.has(output);
    const dropsData = request.data.length > 0 && lowerable && loaded && !code;
    const subprograms = code && output.name === SUBPROGRAMS;
    // Nothing can refer to them: an address of one is refused.
    if (subprograms && request.calls === 'inline') return !output.kept;
    if (code ? !subprograms || request.calls === 'keep' : !dropsData) return false;
    return !output.kept && !isForLoader(output.name) && !request.permits(output.name);
  });
  return new Set(unreferenced);
}
