/** All comparisons of two links of the same inputs. */
import { compareRecords } from './compare-records.ts';
import { compareReferences } from './compare-references.ts';
import { compareSections } from './compare-sections.ts';
import { compareSymbols } from './compare-symbols.ts';
import { compareTypes } from './compare-types.ts';
import type { Difference } from './difference.ts';
import type { ObjectFile } from './object-file.ts';
import type { Pair } from './output.ts';
import { Placement } from './placement.ts';

export function compareOutputs(inputs: readonly ObjectFile[], pair: Pair): Difference[] {
  const placement = new Placement(pair, inputs);
  return [
    ...placement.differences(),
    ...compareSections(placement),
    ...compareSymbols(placement),
    ...compareReferences(placement),
    ...compareTypes(placement),
    ...compareRecords(placement),
  ];
}
