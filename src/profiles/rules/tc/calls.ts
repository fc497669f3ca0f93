/** TC-010, TC-015 to TC-018: what becomes of a program's code, and of its calls. */
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/tc.ts';
import type { Location } from '../../../diag/diagnostic.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import { type LoadedCode, loadedCode } from './code.ts';
import type { Reference } from './reference.ts';
import { loadableSections } from './sections.ts';
import { type TcView, tcView } from './view.ts';

/** tc relocates `.text` before any program, and takes it for an error if there is nothing to do. */
export const textIsRelocated: Rule = (object, report) => {
  const view = tcView(object);
  if (view.text === undefined) return;
  const tables = view.tables(view.text).filter(({ relocations }) => relocations.length > 0);
  if (tables.length === 0) report(diagnose.textWithoutRelocations());
};

export const callForm: Rule = (object, report) => {
  const view = tcView(object);
  for (const section of loadableSections(object)) {
    for (const reference of view.relocates ? view.references(section) : []) {
      const { effect, symbol, opcode, src, relocation } = reference;
      if (effect.kind !== 'call') continue;
      const at = view.base.at(section, relocation.offset);
      if (opcode === Opcode.CALL && src !== CallKind.FUNCTION) {
        report(diagnose.relocatedHelper(view.base.nameOf(symbol), at));
      } else if (symbol.value !== 0) {
        const meant = calleeName(view, reference, symbol.value + effect.to);
        report(diagnose.callForm(meant, functionOf(view, effect.to)?.name, at));
      }
    }
  }
};

/** The function that begins at the byte of `.text`. */
function functionOf({ text, base }: TcView, offset: number): BpfFunction | undefined {
  return text && base.functions(text).find(({ start }) => start === offset);
}

function calleeName(view: TcView, { symbol }: Reference, offset: number): string {
  return functionOf(view, offset)?.name ?? view.base.nameOf(symbol);
}

/** tc shifts a relocated call inside of `.text` as if it stood in the program. */
export const callsInsideText: Rule = (object, report) => {
  const view = tcView(object);
  const { text } = view;
  if (text === undefined) return;
  for (const reference of view.references(text)) {
    const { effect, symbol, relocation } = reference;
    if (effect.kind !== 'call') continue;
    const callee = calleeName(view, reference, symbol.value + effect.to);
    report(diagnose.relocatedCallInText(callee, view.base.at(text, relocation.offset)));
  }
};

/** Code that the kernel finds no way to. */
export const codeIsReached: Rule = (object, report) => {
  const view = tcView(object);
  if (!textIsRight(object)) return;
  for (const section of loadableSections(object)) {
    const loaded = loadedCode(view, section);
    if (loaded === undefined) continue;
    reportOwn(view, section, loaded, report);
    reportText(view, section, loaded, report);
  }
};

/** Where calls go astray, what they do not reach says nothing. */
function textIsRight(object: ElfObject): boolean {
  const view = tcView(object);
  const code = loadableSections(object);
  const isWrong = ({ effect, symbol }: Reference): boolean =>
    effect.kind === 'call' && symbol.value !== 0;
  const inText = view.text === undefined ? [] : view.references(view.text);
  if (inText.some(({ effect }) => effect.kind === 'call')) return false;
  return !view.relocates || !code.some((section) => view.references(section).some(isWrong));
}

type Report = Parameters<Rule>[1];

function reportOwn(view: TcView, section: ElfSection, loaded: LoadedCode, report: Report): void {
  const { own, reached, astray } = loaded;
  const [first] = astray;
  if (first !== undefined && first < own) {
    report(diagnose.leavesCode(section.name, first, view.base.at(section, first * 8)));
  }
  const start = reached.subarray(0, own).indexOf(0);
  if (start < 0) return;
  const lost = view.base
    .functions(section)
    .filter((fn) => reached[fn.start / 8] === 0 && fn.start !== 0);
  const entry = view.base.functionAt(section, 0);
  if (lost.length === 0 || entry === undefined) {
    report(diagnose.unreachableCode(section.name, start, view.base.at(section, start * 8)));
    return;
  }
  const programs = [entry, ...lost];
  const at = programs.flatMap((fn): Location[] => view.base.at(section, fn.start));
  report(
    diagnose.severalPrograms(section.name, [...new Set(programs.map(({ name }) => name))], at),
  );
}

function reportText(view: TcView, section: ElfSection, loaded: LoadedCode, report: Report): void {
  const { text, base } = view;
  const { own, reached } = loaded;
  if (text === undefined || reached.length === own) return;
  const inText = reached.subarray(own);
  const lost = base.functions(text).filter((fn) => inText[fn.start / 8] === 0);
  for (const { name, start } of lost) {
    report(diagnose.unreachedText(name, section.name, base.at(text, start)));
  }
  const start = inText.indexOf(0);
  if (start >= 0 && lost.length === 0) {
    const name = base.functionAt(text, start * 8)?.name ?? `.text+0x${(start * 8).toString(16)}`;
    report(diagnose.unreachedText(name, section.name, base.at(text, start * 8)));
  }
}
