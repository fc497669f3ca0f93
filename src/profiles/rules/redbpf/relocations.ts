/** REDBPF-005 to REDBPF-007, REDBPF-010 and REDBPF-011: what redbpf makes of the relocations of programs. */
import { ByteView } from '../../../base/bytes.ts';
import { Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/redbpf.ts';
import { SHT } from '../../../elf/constants.ts';
import type { ElfObject, ElfRelocation, ElfSection } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { objectView } from '../object-view.ts';
import { roleOf, sectionsOf, symbolsIn } from './view.ts';

export const tablesOfRelocations: Rule = (object, report) => {
  for (const section of object.sections) {
    const target = object.sections[section.info];
    if (section.type !== SHT.RELA || target === undefined || roleOf(target) !== 'program') continue;
    report(diagnose.relaTable(section.name, target.name));
  }
};

export const references: Rule = (object, report) => {
  for (const section of sectionsOf(object, 'program')) {
    const view = new ByteView(section.bytes, object.order);
    for (const relocation of object.relocations.get(section.index) ?? []) {
      if (view.has(relocation.offset, 8)) checkReference(object, section, relocation, view, report);
    }
  }
};

function checkReference(
  object: ElfObject,
  section: ElfSection,
  relocation: ElfRelocation,
  code: ByteView,
  report: Parameters<Rule>[1],
): void {
  const { offset } = relocation;
  const view = objectView(object);
  const symbol = object.symbols[relocation.symbol]!;
  const target = view.sectionOf(symbol);
  const role = target === undefined ? 'other' : roleOf(target);
  const name = view.nameOf(symbol);
  const at = (): ReturnType<typeof view.at> => view.at(section, offset);
  if (code.u8(offset) === Opcode.CALL) {
    report(diagnose.call(name, mapOfValue(object, symbol.value), at()));
    return;
  }
  if (role === 'map' || role === 'data') return;
  const taken = mapOfValue(object, symbol.value);
  if (role === 'maps' && symbol.value + code.i32(offset + 4) === symbol.value) return;
  if (role === 'maps') report(diagnose.insideMaps(name, taken, at()));
  else if (target?.type === SHT.NOBITS) report(diagnose.bssWithoutBytes(target.name, name, at()));
  else report(diagnose.referenceElsewhere(name, target?.name, taken, at()));
}

/** What is not found by its section is looked up in `maps` by the symbol's value alone. */
function mapOfValue(object: ElfObject, value: number): string | undefined {
  const maps = sectionsOf(object, 'maps').flatMap((section) => symbolsIn(object, section));
  return maps.findLast((symbol) => symbol.value === value)?.name;
}
