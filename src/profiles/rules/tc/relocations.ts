/** TC-006 and TC-012 to TC-019: which relocations tc's loader applies, and to what effect. */
import { ByteView } from '../../../base/bytes.ts';
import { Code } from '../../../bpf/code.ts';
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { SHF, STB, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';

interface CodeRelocation {
  readonly section: ElfSection;
  readonly relocation: ElfRelocation;
  readonly symbol: ElfSymbol;
  readonly target: ElfSection | undefined;
  readonly isCall: boolean;
  /** The immediate of the instruction. */
  readonly imm: number;
}

function* codeRelocations(object: ElfObject): Generator<CodeRelocation> {
  for (const section of object.sections) {
    if ((section.flags & SHF.EXECINSTR) === 0) continue;
    const view = new ByteView(section.bytes, object.order);
    for (const relocation of object.relocations.get(section.index) ?? []) {
      if (!view.has(relocation.offset, 8)) continue;
      const symbol = object.symbols[relocation.symbol]!;
      yield {
        section,
        relocation,
        symbol,
        target: symbol.place === 'section' ? object.sections[symbol.section] : undefined,
        isCall: view.u8(relocation.offset) === 0x85,
        imm: view.i32(relocation.offset + 4),
      };
    }
  }
}

function has(object: ElfObject, name: string): boolean {
  return object.sections.some((section) => section.name === name && section.size > 0);
}

export const relocationTargets: Rule = (object, report) => {
  for (const { section, relocation, symbol, target, isCall } of codeRelocations(object)) {
    const at = [
      { kind: 'object' as const, file: 'output', section: section.name, offset: relocation.offset },
    ];
    if (symbol.place === 'undefined') report(diagnose.undefinedInOutput(symbol.name));
    else if (target?.name === '.text' && !isCall) {
      report(diagnose.functionAddressTaken(symbol.name, at));
    } else if (target?.name !== 'maps' && target?.name !== '.text') {
      report(diagnose.forbiddenTarget(target?.name ?? `'${symbol.name}'`, '', '', at));
    }
  }
};

export const somethingToRelocateFor: Rule = (object, report) => {
  if (has(object, 'maps') || has(object, '.text')) return;
  const relocated = new Set([...codeRelocations(object)].map(({ section }) => section.name));
  for (const name of relocated) report(diagnose.neverRelocated(name));
};

export const mapReferences: Rule = (object, report) => {
  for (const { section, relocation, symbol, target, imm } of codeRelocations(object)) {
    if (target?.name !== 'maps') continue;
    if (symbol.type === STT.SECTION || symbol.binding !== STB.GLOBAL || imm !== 0) {
      report(diagnose.mapNotByItsSymbol(section.name, relocation.offset));
    }
  }
};

export const textIsRelocated: Rule = (object, report) => {
  const text = object.sections.find(({ name }) => name === '.text');
  if (text === undefined || text.size === 0) return;
  if ((object.relocations.get(text.index) ?? []).length === 0) {
    report(diagnose.textWithoutRelocations());
  }
};

export const callForm: Rule = (object, report) => {
  for (const { section, relocation, symbol, target, isCall } of codeRelocations(object)) {
    if (!isCall || target?.name !== '.text') continue;
    if (symbol.type !== STT.SECTION && symbol.value !== 0) {
      report(diagnose.callForm(section.name, relocation.offset));
    }
  }
};

/** tc shifts a relocated call inside of `.text` as if it stood in the program. */
export const callsInsideText: Rule = (object, report) => {
  for (const { section, relocation, isCall } of codeRelocations(object)) {
    if (section.name === '.text' && isCall) report(diagnose.relocatedCallInText(relocation.offset));
  }
};

interface TextCall {
  readonly section: ElfSection;
  readonly offset: number;
  /** The offset in `.text` of what is called. */
  readonly callee: number;
}

/** Calls into `.text`: relocated ones, and inside of it those that the assembler resolved. */
function* callsOfText(object: ElfObject, text: ElfSection): Generator<TextCall> {
  const relocated = new Set<number>();
  for (const { section, relocation, symbol, target, isCall, imm } of codeRelocations(object)) {
    const { offset } = relocation;
    if (section === text) relocated.add(offset);
    if (!isCall || target !== text) continue;
    yield { section, offset, callee: symbol.value + (imm + 1) * 8 };
  }
  const decoded = Code.decode(text.bytes, object.order, { file: 'output', section: text.name });
  const { code } = decoded;
  if (code === undefined) return;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    if (code.opcode[slot] !== Opcode.CALL || code.src[slot] !== CallKind.FUNCTION) continue;
    if (relocated.has(slot * 8)) continue;
    yield { section: text, offset: slot * 8, callee: (slot + 1 + code.imm[slot]!) * 8 };
  }
}

/** tc appends all of `.text` to each program that calls into it, so each must reach all of it. */
export const textIsReached: Rule = (object, report) => {
  const text = object.sections.find(({ name }) => name === '.text');
  if (text === undefined) return;
  const functions = object.symbols.filter(
    (symbol) => symbol.section === text.index && symbol.type === STT.FUNC,
  );
  const calls = [...callsOfText(object, text)];
  const callees = (from: (call: TextCall) => boolean): number[] =>
    calls.filter(from).map(({ callee }) => callee);

  const programs = new Set(
    calls.map(({ section }) => section).filter((section) => section !== text),
  );
  for (const program of programs) {
    const reached = new Set<number>();
    const pending = callees((call) => call.section === program);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      const end = at + (functions.find((fn) => fn.value === at)?.size ?? 0);
      const start = at;
      pending.push(
        ...callees(({ section, offset }) => section === text && offset >= start && offset < end),
      );
    }
    for (const fn of functions) {
      if (!reached.has(fn.value)) report(diagnose.unreachedText(fn.name, program.name));
    }
  }
};
