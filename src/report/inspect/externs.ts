/** What an object leaves to others to define: undefined symbols, with what BTF says of them. */
import { STB } from '../../elf/constants.ts';
import type { ObjectView } from './object.ts';
import { declarationOf } from './type-info.ts';
import type { ExternReport } from './types.ts';

export function reportExterns(view: ObjectView): ExternReport[] {
  const { types, elf } = view;
  return elf.symbols
    .filter(({ place, name }) => place === 'undefined' && name !== '')
    .map(({ name, binding }): ExternReport => {
      const variable = types.externs.get(name);
      const fn = types.functions.undefined(name);
      const id = variable?.id ?? fn;
      const isFunction = fn !== undefined && fn === id;
      return {
        name,
        kind: isFunction ? 'function' : id === undefined ? 'unknown' : 'variable',
        section: variable?.section ?? null,
        weak: binding === STB.WEAK,
        declaration: declarationOf(types, id),
      };
    });
}
