/** What an object leaves to others to define: undefined symbols, with what BTF says of them. */
import { STB } from '../../elf/constants.ts';
import type { ObjectView } from './object.ts';
import { declarationOf, type ListedVariable } from './type-info.ts';
import type { ExternReport } from './types.ts';

export function reportExterns(view: ObjectView): ExternReport[] {
  const { types, elf } = view;
  const listed = new Map<string, readonly [section: string, variable: ListedVariable]>();
  for (const [section, variables] of types.variables) {
    for (const variable of variables.values()) {
      if (variable.linkage === 'extern') listed.set(variable.name, [section, variable]);
    }
  }
  return elf.symbols
    .filter(({ place, name }) => place === 'undefined' && name !== '')
    .map(({ name, binding }): ExternReport => {
      const [section, variable] = listed.get(name) ?? [null, undefined];
      const fn = types.functions.get(name);
      const id = variable?.id ?? fn;
      const isFunction = fn !== undefined && fn === id;
      return {
        name,
        kind: isFunction ? 'function' : id === undefined ? 'unknown' : 'variable',
        section,
        weak: binding === STB.WEAK,
        declaration: declarationOf(types, id),
      };
    });
}
