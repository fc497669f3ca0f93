/** CILIUM-003: the names of programs, and the types that their sections give them. */
import { nearestProgramSection } from '../../../bpf/program-sections.ts';
import * as diagnose from '../../../diag/catalogue/cilium/names.ts';
import { STB } from '../../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { programTypeOf } from './program-types.ts';
import { calledFunctions } from './references.ts';
import { type CiliumView, viewOf } from './view.ts';

/** Functions that are called go by their names too, wherever they stand. */
export const functionNames: Rule = (object, report) => {
  const view = viewOf(object);
  const known = new Map<string, ElfSection>();
  for (const section of view.sections('code')) {
    for (const { name, value } of view.sorted(section)) {
      const other = known.get(name);
      if (other === undefined) known.set(name, section);
      else report(diagnose.duplicateName(name, other.name, section.name, view.at(section, value)));
    }
  }
};

export const programTypes: Rule = (object, report, loader) => {
  const view = viewOf(object);
  for (const section of view.sections('code')) {
    const { name } = section;
    if (name === '.text') continue;
    const at = view.at(section, 0);
    const type = programTypeOf(name, loader);
    if (type === undefined) {
      const programs = programsOf(view, section).map((symbol) => symbol.name);
      if (programs.length > 0 && !name.startsWith('.text.')) {
        const near = nearestProgramSection(name);
        report(diagnose.unknownType(name, programs, near, loader.host !== undefined, at));
      }
      continue;
    }
    const { pattern } = type;
    const bare = name.startsWith('?') ? name.slice(1) : name;
    if (name !== bare) report(diagnose.loadedAnyway(name, at));
    if (!pattern.endsWith('+') && /^[a-z]/i.test(bare.slice(pattern.length))) {
      report(diagnose.guessedType(name, pattern, type.type, at));
    }
  }
};

/** Static functions, and those that others call, are no programs. */
function programsOf(view: CiliumView, section: ElfSection): ElfSymbol[] {
  const called = calledFunctions(view);
  return view
    .sorted(section)
    .filter((symbol) => symbol.binding !== STB.LOCAL && !called.has(symbol.name));
}
