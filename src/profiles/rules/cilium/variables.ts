/** CILIUM-014: variables that applications set by name (`CollectionSpec.Variables`, since 0.17). */
import { KIND } from '../../../btf/format.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/types.ts';
import { STB, STV } from '../../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { sectionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

export const variables: Rule = (object, report, loader) => {
  const view = viewOf(object);
  if (isBefore(loader, [0, 17])) return;
  const known = new Map<string, ElfSection>();
  for (const section of view.sections('data')) {
    for (const { name, value } of settableVariables(view, section)) {
      const at = view.at(section, value, `variable '${name}'`);
      const other = known.get(name);
      if (other !== undefined) {
        report(diagnose.duplicateVariable(name, other.name, section.name, at));
      }
      known.set(name, section);
    }
    const { btf } = view;
    if (btf === undefined || !section.name.startsWith('.rodata')) continue;
    const settings = settingNames(btf, section);
    for (const symbol of view.sorted(section)) {
      const how = unlisted(symbol);
      if (how === undefined || !settings.has(symbol.name)) continue;
      const at = view.at(section, symbol.value, `variable '${symbol.name}'`);
      report(diagnose.unsettable(symbol.name, section.name, how, at));
    }
  }
};

/** Those that the loader lists, in the order of their places. */
export function settableVariables(view: CiliumView, section: ElfSection): ElfSymbol[] {
  return view
    .sorted(section)
    .filter((symbol) => unlisted(symbol) === undefined && !symbol.name.startsWith('.'));
}

function unlisted({ binding, visibility }: ElfSymbol): 'static' | 'hidden' | undefined {
  if (binding === STB.LOCAL) return 'static';
  return visibility === STV.HIDDEN || visibility === STV.INTERNAL ? 'hidden' : undefined;
}

/** Variables that are `const volatile`: what loaders set before programs are verified. */
function settingNames(btf: Btf, section: ElfSection): Set<string> {
  const names = new Set<string>();
  for (const { type } of sectionTypes(btf, section.name) ?? []) {
    const outer = btf.target(type);
    const inner = btf.target(outer);
    const kinds = [btf.kind(outer), btf.kind(inner)];
    if (btf.kind(type) !== KIND.VAR) continue;
    if (kinds.includes(KIND.CONST) && kinds.includes(KIND.VOLATILE)) names.add(btf.name(type));
  }
  return names;
}
