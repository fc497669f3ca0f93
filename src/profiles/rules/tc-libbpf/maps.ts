/** TCL-002, TCL-003 and TCL-006: maps, which tc creates as the object has them, with the program that it loads in their slots. */
import { peel } from '../../../btf/query.ts';
import * as diagnose from '../../../diag/catalogue/tc-libbpf.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { MapType } from '../../../model/legacy-map.ts';
import type { Rule } from '../../../model/rule.ts';
import { refusedMaps } from '../libbpf/kernel-maps.ts';
import { type BtfMap, definedMaps } from '../libbpf/maps.ts';
import { type View, viewOf } from '../libbpf/view.ts';
import { foreignType } from '../tc/sections.ts';

/** libbpf puts programs into slots as it loads the object, and tc has it load one. */
export const programSlots: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const [section] = view.sections('maps');
  const { btf } = view;
  if (section === undefined || btf === undefined) return;
  const programs = view.programs();
  const asked = new Set(
    programs.map((program) => program.section).filter((one) => foreignType(one) === undefined),
  );
  for (const { offset, symbol: index } of object.relocations.get(section.index) ?? []) {
    const map = mapAt(view, offset);
    if (map?.fields.numbers.get('type') !== MapType.PROG_ARRAY) continue;
    const { name } = object.symbols[index]!;
    const program = programs.find((one) => one.name === name);
    if (program === undefined || isOnlyProgram(view, program.section, name, asked)) continue;
    const struct = peel(btf, btf.target(map.variable.type));
    const values = (btf.members(struct).at(-1)?.offsetBits ?? 0) / 8;
    const slot = (offset - map.variable.offset - values) / 8;
    report(
      diagnose.slotNotLoaded(map.name, slot, name, program.section.name, view.at(section, offset)),
    );
  }
};

function mapAt(view: View, offset: number): BtfMap | undefined {
  return definedMaps(view).find(
    ({ variable }) => variable.offset <= offset && offset < variable.offset + variable.size,
  );
}

/** Whether tc can be asked for no other: it takes the first of a section. */
function isOnlyProgram(
  view: View,
  section: ElfSection,
  name: string,
  asked: ReadonlySet<ElfSection>,
): boolean {
  return asked.size === 1 && asked.has(section) && view.functions(section)[0]?.name === name;
}

export const numbers: Rule = (object, report, loader) => {
  for (const { name, refusal, at } of refusedMaps(viewOf(object, loader))) {
    report(diagnose.mapRefused(name, refusal, at));
  }
};

/** The last program that has the map open is tc itself, and a program's own use of it does not count. */
export const programArraysArePinned: Rule = (object, report, loader) => {
  for (const { name, fields, at } of definedMaps(viewOf(object, loader))) {
    if (fields.numbers.get('type') !== MapType.PROG_ARRAY) continue;
    if ((fields.numbers.get('pinning') ?? 0) === 0) report(diagnose.programArrayEmptied(name, at));
  }
};
