/** The DATASECs of an object's BTF, as cilium/ebpf finds them: by name, and only where one has it. */
import { KIND } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import type { Btf, SectionVariable } from '../../../btf/types.ts';

const tables = new WeakMap<Btf, ReadonlyMap<string, readonly number[]>>();

/** The ids of the DATASECs of a name. */
export function dataSections(btf: Btf, name: string): readonly number[] {
  let table = tables.get(btf);
  if (table === undefined) {
    const made = new Map<string, number[]>();
    for (const id of typeIds(btf, KIND.DATASEC)) {
      const known = made.get(btf.name(id));
      if (known === undefined) made.set(btf.name(id), [id]);
      else known.push(id);
    }
    table = made;
    tables.set(btf, table);
  }
  return table.get(name) ?? [];
}

/** What the DATASEC of the name lists; undefined where there is none, or more than one. */
export function sectionTypes(btf: Btf, name: string): readonly SectionVariable[] | undefined {
  const [id, ...more] = dataSections(btf, name);
  return id === undefined || more.length > 0 ? undefined : btf.variables(id);
}

const functions = new WeakMap<Btf, ReadonlyMap<string, number>>();

/** The ids of FUNCs, by name; the last of a name. */
export function functionTypes(btf: Btf): ReadonlyMap<string, number> {
  let found = functions.get(btf);
  if (found === undefined) {
    found = new Map(Array.from(typeIds(btf, KIND.FUNC), (id) => [btf.name(id), id]));
    functions.set(btf, found);
  }
  return found;
}
