/** Disassembly: instructions with what they refer to by name, and the source lines that they come from. */
import { isCall } from '../../bpf/calls.ts';
import { type DisassembleOptions, disassemble } from '../../bpf/disassemble.ts';
import { branchTarget } from '../../bpf/flow.ts';
import { isBranch } from '../../bpf/opcode.ts';
import { coreNotes } from './core.ts';
import { type Functions, type ObjectFunction, slotsOf } from './functions.ts';
import type { ObjectView } from './object.ts';
import type { ResolvedRelocation } from './relocations.ts';
import { hex, loaderDefines, placeName, plus } from './targets.ts';
import type { CodeReport, InstructionReport, SourceReport } from './types.ts';
import { hexOf } from './values.ts';

export function reportCode(functions: Functions, view: ObjectView): CodeReport[] {
  const core = new Map<string, ReadonlyMap<number, string>>();
  const coreOf = (section: string): ReadonlyMap<number, string> => {
    const known = core.get(section) ?? coreNotes(view.types, section);
    core.set(section, known);
    return known;
  };
  return [...functions].map((fn) => ({
    name: fn.name,
    section: fn.section.name,
    offset: fn.start,
    size: fn.end - fn.start,
    instructions: reportFunction(fn, functions, view, coreOf(fn.section.name)),
  }));
}

function reportFunction(
  fn: ObjectFunction,
  functions: Functions,
  view: ObjectView,
  core: ReadonlyMap<number, string>,
): InstructionReport[] {
  const { code, section } = fn;
  const labels = labelsOf(fn);
  const options: DisassembleOptions = {
    helperNames: true,
    reference: (slot) => referenceAt(fn, slot, functions),
    label: (slot) => labels.get(slot),
  };
  let last: SourceReport | null = null;
  return [...slotsOf(fn)].map((slot) => {
    const offset = slot * 8;
    const line = view.types.lineAt(section.name, offset);
    const source = line !== null && !sameLine(line, last) ? line : null;
    last = line ?? last;
    const relocation = functions.relocationAt(fn, slot);
    const asked = core.get(offset);
    return {
      offset,
      bytes: hexOf(section.bytes.subarray(offset, offset + (code.isWide(slot) ? 16 : 8))),
      text: disassemble(code, slot, options),
      label: labels.get(slot) ?? null,
      source,
      notes: [
        ...(relocation === undefined ? [] : notesOf(relocation)),
        ...calleeNotes(fn, slot, functions),
        ...(asked === undefined ? [] : [`CO-RE: ${asked}`]),
      ],
    };
  });
}

/** Names for the slots that the function's branches lead to. */
function labelsOf(fn: ObjectFunction): ReadonlyMap<number, string> {
  const { code, start, end } = fn;
  const targets = new Set<number>();
  for (const slot of slotsOf(fn)) {
    if (isBranch(code.opcode[slot]!)) targets.add(branchTarget(code, slot));
  }
  const inside = (slot: number): boolean =>
    slot >= start / 8 && slot < end / 8 && !code.isSecondHalf(slot);
  const sorted = [...targets].filter(inside).sort((a, b) => a - b);
  return new Map(sorted.map((slot, i) => [slot, `L${i + 1}`]));
}

/** What the call or ld_imm64 at `slot` refers to, by name. */
function referenceAt(fn: ObjectFunction, slot: number, functions: Functions): string | undefined {
  const relocation = functions.relocationAt(fn, slot);
  const call = isCall(fn.code.opcode[slot]!);
  if (relocation === undefined && !call) return undefined;
  const place = call ? functions.calledPlace(fn, slot) : undefined;
  if (place !== undefined) {
    const callee = functions.at(place);
    return callee?.start === place.offset ? callee.name : plus(place.section.name, place.offset);
  }
  const target = relocation?.report.target;
  return target === null || target === undefined ? undefined : placeName(target);
}

/** Which one is called, of several functions of one name. */
function calleeNotes(fn: ObjectFunction, slot: number, functions: Functions): string[] {
  const place = isCall(fn.code.opcode[slot]!) ? functions.calledPlace(fn, slot) : undefined;
  const callee = place && functions.at(place);
  if (callee === undefined || functions.isUnique(callee.name)) return [];
  return [`${callee.section.name}+${hex(callee.start)}`];
}

function notesOf({ report }: ResolvedRelocation): string[] {
  const { target, type, symbol } = report;
  if (target === null) return [`${type} against ${symbol}`];
  switch (target.kind) {
    case 'map':
      return ['map'];
    case 'function':
      return report.form === 'imm64' ? ['function'] : [];
    case 'string':
    case 'constant':
      return target.content === null ? [] : [target.content];
    case 'undefined':
      return [loaderDefines(target) ?? 'undefined'];
    default:
      return [];
  }
}

function sameLine(a: SourceReport, b: SourceReport | null): boolean {
  return b !== null && a.line === b.line && a.file === b.file;
}
