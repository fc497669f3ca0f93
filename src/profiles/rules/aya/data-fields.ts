/**
 * AYA-045: what the kernel keeps in variables itself (locks, timers, lists, pointers to its objects). It knows where
 * they are from the types of a map, and aya gives none to the maps that it makes of data.
 */
import { ByteView } from '../../../base/bytes.ts';
import { KIND } from '../../../btf/format.ts';
import { type KernelFields, kernelFieldOf } from '../../../btf/kernel-fields.ts';
import { typeIds } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/aya/data.ts';
import { STT } from '../../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { functionUses } from './code-references.ts';
import { type AyaFunction, type AyaView, ayaView, isData } from './view.ts';

export const dataHasNoFieldsOfTheKernel: Rule = (object, report) => {
  const view = ayaView(object);
  const { btf } = view.base;
  if (btf === undefined) return;
  const fields = fieldsByVariable(btf);
  if (fields.size === 0) return;
  const told = new Set<ElfSymbol>();
  for (const fn of reachedFunctions(view)) {
    for (const { section, offset, place } of dataReferences(view, fn)) {
      const variable = variableAt(view, section, offset);
      const field = variable && fields.get(`${section.name} ${variable.name}`);
      if (variable === undefined || field === undefined || told.has(variable)) continue;
      told.add(variable);
      const at = view.base.at(fn.section, place);
      report(diagnose.fieldOfTheKernel(variable.name, section.name, field, fn.name, at));
    }
  }
};

function reachedFunctions(view: AyaView): ReadonlySet<AyaFunction> {
  const uses = functionUses(view);
  return new Set(view.programs().flatMap((program) => [...uses.reached(program)]));
}

interface DataReference {
  readonly section: ElfSection;
  readonly offset: number;
  /** Of the instruction. */
  readonly place: number;
}

function dataReferences(view: AyaView, fn: AyaFunction): DataReference[] {
  const bytes = new ByteView(fn.section.bytes, view.object.order);
  return view.relocationsIn(fn).flatMap((relocation) => {
    const symbol = view.symbolOf(relocation);
    const section = view.base.sectionOf(symbol);
    const place = relocation.offset;
    if (section === undefined || !isData(view.role(section)) || !bytes.has(place, 8)) return [];
    return [{ section, offset: symbol.value + bytes.i32(place + 4), place }];
  });
}

function variableAt(view: AyaView, section: ElfSection, offset: number): ElfSymbol | undefined {
  return view
    .symbolsIn(section)
    .find(
      ({ type, value, size }) => type === STT.OBJECT && value <= offset && offset < value + size,
    );
}

/** By section and name: the first such field of a variable's type. */
function fieldsByVariable(btf: Btf): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const known: KernelFields = new Map();
  for (const id of typeIds(btf, KIND.DATASEC)) {
    for (const { type } of btf.variables(id)) {
      if (btf.kind(type) !== KIND.VAR) continue;
      const field = kernelFieldOf(btf, btf.target(type), known);
      if (field !== undefined) found.set(`${btf.name(id)} ${btf.name(type)}`, field);
    }
  }
  return found;
}
