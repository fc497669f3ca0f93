/** LIBBPF-002 and LIBBPF-003: which code libbpf takes for programs, and of which type. */

import { nearestProgramSection, programTypeOf } from '../../../bpf/program-sections.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import { STB } from '../../../elf/constants.ts';
import type { Rule } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import { viewOf } from './view.ts';

/**
 * Those that are loaded only where the application asks for it get their type from it too, and `.text.NAME`
 * holds subprograms in the wrong place.
 */
export const sectionNames: Rule = (object, report) => {
  const view = viewOf(object);
  const first = new Map<string, BpfFunction>();
  for (const program of view.programs()) {
    const { name } = program.section;
    if (!first.has(name)) first.set(name, program);
  }
  for (const [section, { name, symbol }] of first) {
    if (/^(\?|\.text\.)/.test(section) || programTypeOf(section) !== undefined) continue;
    const near = nearestProgramSection(section);
    report(diagnose.unknownProgramSection(section, name, near, view.atSymbol(symbol)));
  }
};

export const programs: Rule = (object, report) => {
  const view = viewOf(object);
  for (const section of view.sections('code')) {
    const functions = view.functions(section);
    if (functions.length === 0 && section !== view.text) {
      report(diagnose.codeWithoutFunction(section.name, view.at(section, 0)));
    }
    for (const { name, symbol, start, end } of functions) {
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
