/** What the kernel's own check of types refuses, as far as aya does not mend it. */
import { KIND, LINKAGE } from '../../../btf/format.ts';
import { nameFault, orderFault } from '../../../btf/kernel-faults.ts';
import { typeIds } from '../../../btf/query.ts';
import { type Btf, FIELD } from '../../../btf/types.ts';

/** In words: a name that is none, or members out of order. aya mends names of pointers. */
export function namelessFault(btf: Btf): string | undefined {
  for (const id of typeIds(btf)) {
    const fault = nameFault(btf, id) ?? orderFault(btf, id);
    if (fault !== undefined) return fault.what;
  }
  return undefined;
}

/**
 * The kernel knows no externs. Those of `.ksyms` newer ayas turn into globals (`ownExterns`), the others stand for
 * what other files were to define.
 */
export function externFault(btf: Btf, ownExterns: boolean): string | undefined {
  const mended = new Set(
    [...typeIds(btf, KIND.DATASEC)]
      .filter((id) => ownExterns && btf.name(id) === '.ksyms')
      .flatMap((id) => btf.variables(id).map(({ type }) => type)),
  );
  for (const id of [...btf.idsOf(KIND.FUNC), ...btf.idsOf(KIND.VAR)]) {
    const isFunction = btf.kind(id) === KIND.FUNC;
    const linkage = isFunction ? btf.vlen(id) : btf.field(id, FIELD.first);
    if (linkage !== LINKAGE.EXTERN || mended.has(id)) continue;
    return `${isFunction ? 'the function' : 'the variable'} '${btf.name(id)}' is extern`;
  }
  return undefined;
}
