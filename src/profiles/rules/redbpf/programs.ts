/** REDBPF-001 to REDBPF-004: which sections redbpf takes for programs, and what the kernel says to their names. */
import { nearest } from '../../../base/nearest.ts';
import * as diagnose from '../../../diag/catalogue/redbpf.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { objectView } from '../object-view.ts';
import { halves, hasCode, KINDS, roleOf, sectionsOf } from './view.ts';

/** Where compilers put functions that have no section of their own. */
const SUBPROGRAMS = /^\.text(\.|$)/;

/** redbpf passes over what it does not know, without a word. */
export const programSections: Rule = (object, report) => {
  const view = objectView(object);
  for (const section of object.sections) {
    if (!hasCode(section) || roleOf(section) === 'program') continue;
    const [kind, name] = halves(section);
    const at = view.at(section, 0);
    if (SUBPROGRAMS.test(section.name)) {
      // What refers to them is reported itself.
      if (!isReferredTo(object, section))
        report(diagnose.subprograms(section.name, section.size, at));
    } else if (name === undefined && KINDS.some((known) => known === kind)) {
      report(diagnose.programWithoutName(kind, at));
    } else {
      report(diagnose.unknownProgramSection(section.name, nearest(kind, KINDS), KINDS, at));
    }
  }
};

function isReferredTo(object: ElfObject, target: ElfSection): boolean {
  return sectionsOf(object, 'program').some((program) =>
    (object.relocations.get(program.index) ?? []).some(
      ({ symbol }) => objectView(object).sectionOf(object.symbols[symbol]!) === target,
    ),
  );
}

/** BPF_OBJ_NAME_LEN, less the final NUL: more of a name does not get to the kernel. */
const KERNEL_NAME = 15;

/** bpf_obj_name_cpy of the kernel. */
export function isKernelName(name: string): boolean {
  return /^[A-Za-z0-9_.]*$/.test(name.slice(0, KERNEL_NAME));
}

export const programNames: Rule = (object, report) => {
  for (const section of sectionsOf(object, 'program')) {
    const [, name = ''] = halves(section);
    if (isKernelName(name)) continue;
    const at = objectView(object).at(section, 0);
    report(diagnose.nameForKernel('program', name, section.name, at));
  }
};
