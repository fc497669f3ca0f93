/**
 * LIBBPF-021: types that the kernel refuses. libbpf hands it all types of the object at once, mends the places and
 * sizes of variables and the externs of `.ksyms` and `.kconfig` before that, and nothing else; if they are refused it
 * goes on without any. The structs of struct_ops alone it does not go on with.
 */
import { programTypeOf } from '../../../bpf/program-sections.ts';
import * as faults from '../../../btf/kernel-faults.ts';
import { type KernelFields, kernelFieldOf } from '../../../btf/kernel-fields.ts';
import { mapNumber } from '../../../btf/map-definition.ts';
import { typeIds } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Location } from '../../../diag/diagnostic.ts';
import { needsTypes } from '../../../model/kernel-maps.ts';
import { mapTypeName } from '../../../model/map-types.ts';
import type { Rule } from '../../../model/rule.ts';
import { definedBy } from '../kernel-maps.ts';
import { definedMaps } from './maps.ts';
import { subprogramUses } from './references.ts';
import { type View, viewOf } from './view.ts';

/** One report for each that needs the types, or one in all. */
export const kernelTypes: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const { btf } = view;
  const fault = btf && firstFault(btf);
  if (btf === undefined || fault === undefined) return;
  const needing = [...whatNeedsTypes(view, btf)];
  for (const { what, at } of needing) report(diagnose.typesNeeded(what, fault, at));
  if (needing.length === 0) report(diagnose.typesLost(fault));
};

const checks = [
  faults.nameFault,
  faults.strayNameFault,
  faults.orderFault,
  faults.enumSizeFault,
  faults.gccFault,
];

/** The kernel looks at each type alone first. */
function firstFault(btf: Btf): faults.KernelFault | undefined {
  for (const id of typeIds(btf)) {
    for (const check of checks) {
      const fault = check(btf, id);
      if (fault !== undefined) return fault;
    }
  }
  for (const id of typeIds(btf)) {
    const fault = faults.parameterFault(btf, id);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

interface Needing {
  readonly what: string;
  readonly at: readonly Location[];
}

function* whatNeedsTypes(view: View, btf: Btf): Generator<Needing> {
  for (const section of view.sections('struct_ops')) {
    yield { what: `the section '${section.name}'`, at: view.at(section, 0) };
  }
  const fields: KernelFields = new Map();
  yield* mapsInNeed(view, btf, fields);
  yield* variablesInNeed(view, btf, fields);
  for (const program of view.programs()) {
    if (programTypeOf(program.section.name)?.type !== 'ext') continue;
    const what = `the program '${program.name}' in '${program.section.name}'`;
    yield { what, at: view.atSymbol(program.symbol) };
  }
  // Without records of functions it is LIBBPF-008 that callbacks break.
  if (view.ext === undefined) return;
  for (const { kind, from, offset } of subprogramUses(view)) {
    if (kind !== 'address') continue;
    const what = `the address of a function in '${from.name}'`;
    yield { what, at: view.at(from.section, offset) };
  }
}

function* mapsInNeed(view: View, btf: Btf, fields: KernelFields): Generator<Needing> {
  for (const { name, variable, at } of definedMaps(view)) {
    for (const { map } of definedBy(btf, variable.type)) {
      const type = Number(mapNumber(map, 'type'));
      const value = map.attributes.get('value');
      const field = value?.kind === 'type' ? kernelFieldOf(btf, value.type, fields) : undefined;
      if (needsTypes(type)) yield { what: `the map '${name}' of type ${mapTypeName(type)}`, at };
      else if (field !== undefined) yield { what: `the ${field} in map '${name}'`, at };
    }
  }
}

function* variablesInNeed(view: View, btf: Btf, fields: KernelFields): Generator<Needing> {
  for (const section of view.sections('data')) {
    for (const { type, offset } of view.dataSections.get(section.name)?.variables ?? []) {
      const field = kernelFieldOf(btf, btf.target(type), fields);
      if (field === undefined) continue;
      const name = btf.name(type);
      yield { what: `the ${field} in '${name}'`, at: view.at(section, offset, `'${name}'`) };
    }
  }
}
