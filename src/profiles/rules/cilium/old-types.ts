/**
 * CILIUM-013, before 0.19: sizes and offsets that the compiler has left to the loader were looked up at once in all
 * DATASECs, whether anything needs them or not; one that the object does not define was fatal.
 */
import { KIND } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import { missingPlace } from '../../../diag/catalogue/cilium/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { viewOf } from './view.ts';

/** DATASECs that stand for no section. */
const VIRTUAL: ReadonlySet<string> = new Set(['.ksyms', '.kconfig']);

export const placesOfVariables: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const { btf } = view;
  if (btf === undefined || !isBefore(loader, [0, 19])) return;
  const symbols = new Set(
    object.symbols.map((symbol) => `${view.sectionOf(symbol)?.name ?? ''}/${symbol.name}`),
  );
  for (const id of typeIds(btf, KIND.DATASEC)) {
    const name = btf.name(id);
    if (VIRTUAL.has(name) || btf.size(id) !== 0) continue;
    if (view.section(name) === undefined) {
      report(missingPlace(name, undefined));
      continue;
    }
    const lost = btf.variables(id).find(({ type }) => !symbols.has(`${name}/${btf.name(type)}`));
    if (lost !== undefined) report(missingPlace(name, btf.name(lost.type)));
  }
};
