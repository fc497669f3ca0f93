/**
 * CILIUM-013: types that the kernel refuses. cilium/ebpf hands it, for each program, the types that its functions
 * lead to, and for each section of data and each map those of their values; one that is refused is fatal.
 */
import { eachId } from '../../../btf/dedup/entries.ts';
import { enumSizeFault, nameFault } from '../../../btf/kernel-faults.ts';
import type { Btf } from '../../../btf/types.ts';
import { refusedByKernel } from '../../../diag/catalogue/cilium/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { loadedFunctions } from './reach.ts';
import { dataSections, functionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

export const kernelTypes: Rule = (object, report) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined) return;
  for (const id of reached(btf, roots(view, btf))) {
    const name = btf.name(id);
    if (nameFault(btf, id) !== undefined) {
      report(refusedByKernel(name, 'has a name that is none to the kernel', 'Invalid name'));
    } else if (enumSizeFault(btf, id) !== undefined) {
      report(refusedByKernel(name, 'is an enum of no size', 'Unexpected size'));
    }
  }
};

function roots(view: CiliumView, btf: Btf): number[] {
  const functions = functionTypes(btf);
  const found = [...loadedFunctions(view)].flatMap((name) => functions.get(name) ?? []);
  for (const section of view.sections('data', 'maps')) {
    const used = view.symbols(section).size > 0;
    if (used) found.push(...dataSections(btf, section.name));
  }
  return found;
}

/** The types that `from` lead to, by way of pointers too. */
export function reached(btf: Btf, from: readonly number[]): Set<number> {
  const found = new Set<number>();
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === 0 || id > btf.typeCount || found.has(id)) continue;
    found.add(id);
    eachId(btf.words, btf.starts[id]!, btf.starts[id + 1]!, (place) => {
      pending.push(btf.words[place]!);
    });
  }
  return found;
}
