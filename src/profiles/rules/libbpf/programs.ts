/** LIBBPF-002 and LIBBPF-003: which code libbpf takes for programs, and of which type. */

import { nearestProgramSection, programTypeOf } from '../../../bpf/program-sections.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import { STB } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import { type View, viewOf } from './view.ts';

/**
 * Those that are loaded only where the application asks for it get their type from it too, and `.text.NAME`
 * holds subprograms in the wrong place.
 */
export const sectionNames: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  // The application may set the type, or rename the section by another link.
  const isLast = loader.host !== undefined;
  const first = new Map<string, BpfFunction>();
  for (const program of view.programs()) {
    const { name } = program.section;
    if (!first.has(name)) first.set(name, program);
  }
  for (const [section, { name, symbol }] of first) {
    if (section.startsWith('.text.') || programTypeOf(section, loader.version) !== undefined) {
      continue;
    }
    if (section.startsWith('?') && !isBefore(loader, [0, 8])) continue;
    const later = programTypeOf(section);
    const near = nearestProgramSection(section);
    report(
      later === undefined
        ? diagnose.unknownProgramSection(section, name, near, isLast, view.atSymbol(symbol))
        : diagnose.laterProgramSection(
            section,
            name,
            versionOf(section, later.since),
            isLast,
            view.atSymbol(symbol),
          ),
    );
  }
};

export const codeHasFunctions: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  for (const section of codeWithoutFunctions(view)) {
    report(diagnose.codeWithoutFunction(section.name, view.at(section, 0)));
  }
};

/** Sections that libbpf sees no program in. */
export function codeWithoutFunctions(view: View): ElfSection[] {
  return view
    .sections('code')
    .filter((section) => section !== view.text && view.functions(section).length === 0);
}

export const programs: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  for (const section of view.sections('code')) {
    for (const { name, symbol, start, end } of view.functions(section)) {
      if (start % 8 !== 0 || end % 8 !== 0 || start === end) {
        report(
          diagnose.corruptedProgram(name, section.name, start, end - start, view.atSymbol(symbol)),
        );
      } else if (symbol.binding === STB.LOCAL && section !== view.text) {
        report(diagnose.staticProgram(name, section.name, view.atSymbol(symbol)));
      }
    }
  }
};

/** The first that knows the name; those up to 0.6 differ only in what they take alone or with a mark. */
function versionOf(section: string, since: string): string {
  return since === '0.6' || section.startsWith('?') ? '0.8' : since;
}
