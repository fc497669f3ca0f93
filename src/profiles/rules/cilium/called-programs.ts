/**
 * CILIUM-004: functions of a section of programs are programs, those too that only other programs call. The kernel
 * then verifies such a function as if it got the context and nothing else.
 */
import { Code } from '../../../bpf/code.ts';
import { Liveness } from '../../../bpf/liveness.ts';
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import { calledProgram } from '../../../diag/catalogue/cilium/names.ts';
import { OUTPUT } from '../../../model/origins.ts';
import type { Rule } from '../../../model/rule.ts';
import { programTypeOf } from './program-types.ts';
import { type FunctionPlace, flattenedPrograms } from './reach.ts';
import { type CiliumView, viewOf } from './view.ts';

export const calledPrograms: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const seen = new Set<string>();
  for (const { program, callees } of flattenedPrograms(view)) {
    if (programTypeOf(program.section.name, loader) === undefined) continue;
    for (const callee of callees.values()) {
      const { section, symbol } = callee;
      const isProgram =
        section.name !== '.text' && programTypeOf(section.name, loader) !== undefined;
      if (!isProgram || symbol.name === program.symbol.name || seen.has(symbol.name)) continue;
      seen.add(symbol.name);
      const at = view.at(section, symbol.value);
      report(
        calledProgram(symbol.name, program.symbol.name, section.name, readsMore(view, callee), at),
      );
    }
  }
};

const SECOND_TO_FIFTH = 0b111100;

/** Whether it certainly uses a second argument, which a program does not get. */
function readsMore(view: CiliumView, { section, symbol }: FunctionPlace): boolean {
  const bytes = section.bytes.subarray(symbol.value, symbol.value + symbol.size);
  const place = { file: OUTPUT, section: section.name };
  const { code } = Code.decode(bytes, view.object.order, place);
  if (code === undefined || code.length === 0) return false;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    // What another function takes of its arguments is not known here.
    const calls = code.opcode[slot] === Opcode.CALL && code.src[slot] !== CallKind.HELPER;
    if (calls) return false;
  }
  return (new Liveness(code).liveBefore(0) & SECOND_TO_FIFTH) !== 0;
}
