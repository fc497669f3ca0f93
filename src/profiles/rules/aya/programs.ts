/** AYA-005 to AYA-009: which code aya takes for programs. */
import * as diagnose from '../../../diag/catalogue/aya/programs.ts';
import type { ElfSection } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { isCode } from '../object-view.ts';
import { functionUses } from './code-references.ts';
import { isAcceptableName } from './kernel-names.ts';
import { isProgramSection, knownName } from './section-names.ts';
import { type AyaFunction, type AyaView, ayaView, isFunction } from './view.ts';

export const sectionNames: Rule = (object, report, loader) => {
  const view = ayaView(object);
  for (const section of object.sections) {
    const { name } = section;
    const role = view.role(section);
    if (role === 'programs') {
      if (isProgramSection(name, loader)) continue;
      report(
        diagnose.unknownProgramSection(name, knownName(name, loader), view.base.at(section, 0)),
      );
    } else if (role !== 'functions' && isCode(section) && view.base.functions(section).length > 0) {
      report(diagnose.codeTakenForData(name, role, view.base.at(section, 0)));
    }
  }
};

export const programs: Rule = (object, report) => {
  const view = ayaView(object);
  for (const section of view.sections('programs')) {
    for (const diagnostic of sectionFaults(view, section)) report(diagnostic);
  }
};

function* sectionFaults(
  view: AyaView,
  section: ElfSection,
): Generator<Parameters<Parameters<Rule>[1]>[0]> {
  const { name: inside } = section;
  const symbols = view.symbolsIn(section);
  if (symbols.length === 0) {
    yield diagnose.noSymbols(inside, view.base.at(section, 0));
    return;
  }
  const functions = symbols.filter(({ type }) => isFunction(type));
  if (functions.length === 0) yield diagnose.noFunctions(inside, view.base.at(section, 0));
  for (const symbol of functions) {
    const { name, value, size } = symbol;
    const at = view.base.at(section, value);
    if (name === '') yield diagnose.unnamedProgram(inside, at);
    else if (size % 8 !== 0) yield diagnose.programSize(name, inside, size, at);
    else if (size === 0) yield diagnose.emptyProgram(name, inside, at);
    else if (!isAcceptableName(name)) yield diagnose.programName(name, at);
  }
}

/** Programs are kept by name alone. */
export const programNamesAreUnique: Rule = (object, report) => {
  const view = ayaView(object);
  const byName = new Map<string, AyaFunction[]>();
  for (const program of view.programs()) {
    const known = byName.get(program.name);
    if (known === undefined) byName.set(program.name, [program]);
    else known.push(program);
  }
  for (const [name, list] of byName) {
    if (list.length === 1) continue;
    const sections = [...new Set(list.map(({ section }) => section.name))];
    const at = list.flatMap(({ symbol }) => view.base.atSymbol(symbol));
    report(diagnose.sameProgramNames(name, sections, at));
  }
};

/**
 * Two programs at one address share one body, which is put together once for each of them: the second time its
 * calls are relocated already.
 */
export const programsAreApart: Rule = (object, report) => {
  const view = ayaView(object);
  const uses = functionUses(view);
  const seen = new Set<AyaFunction>();
  for (const program of view.programs()) {
    const kept = view.functionAt(program.section.index, program.start)!;
    if (kept === program || seen.has(program)) continue;
    seen.add(program);
    const calls = uses.of(kept).length > 0;
    const at = view.base.at(program.section, program.start);
    report(diagnose.aliasedProgram(program.name, kept.name, program.section.name, calls, at));
  }
};
