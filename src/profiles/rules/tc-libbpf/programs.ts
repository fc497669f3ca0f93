/** TCL-001, TCL-004 and TCL-005: the programs that tc can ask libbpf for. */
import * as diagnose from '../../../diag/catalogue/tc-libbpf.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import { codeWithoutFunctions } from '../libbpf/programs.ts';
import { viewOf } from '../libbpf/view.ts';
import { foreignType } from '../tc/sections.ts';

export const sectionsHavePrograms: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  for (const section of codeWithoutFunctions(view)) {
    report(diagnose.sectionWithoutProgram(section.name, view.at(section, 0)));
  }
};

/** tc sets the type of the program that it is asked for, and leaves alone whether it is loaded. */
export const optionalPrograms: Rule = (object, report, loader) => {
  if (isBefore(loader, [0, 8])) return;
  const view = viewOf(object, loader);
  for (const { name, section, symbol } of view.programs()) {
    if (!section.name.startsWith('?') || foreignType(section) !== undefined) continue;
    report(diagnose.neverLoaded(section.name, name, view.atSymbol(symbol)));
  }
};

export const programTypes: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const sections = [...new Set(view.programs().map(({ section }) => section))];
  const foreign = sections.filter((section) => foreignType(section) !== undefined);
  if (foreign.length > 0 && foreign.length === sections.length) {
    report(diagnose.nothingToLoad([...new Set(foreign.map(({ name }) => name))]));
    return;
  }
  for (const section of foreign) {
    report(diagnose.foreignSection(section.name, foreignType(section) ?? '', view.at(section, 0)));
  }
};
