/** CILIUM-016: RELA, and sections of struct_ops, of which cilium/ebpf reads `.struct_ops.link` alone, since 0.21. */
import { KIND } from '../../../btf/format.ts';
import { peel } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/cilium/externs.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import { SHT } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { programTypeOf } from './program-types.ts';
import { sectionTypes } from './types.ts';
import { type CiliumView, viewOf } from './view.ts';

/** Relocations with addends of their own. */
export const relocationTables: Rule = (object, report) => {
  const view = viewOf(object);
  for (const section of view.sections('code', 'maps', 'struct_ops')) {
    const list = object.relocations.get(section.index) ?? [];
    const first = list.find(({ addend }) => addend !== undefined);
    if (first !== undefined) {
      report(diagnose.ignoredRela(section.name, view.at(section, first.offset)));
    }
  }
};

export const structOps: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const old = isBefore(loader, [0, 21]);
  for (const section of object.sections) {
    const { name, type, size } = section;
    if (!/^\??\.struct_ops(\.link)?$/.test(name) || type !== SHT.PROGBITS || size === 0) continue;
    const at = view.at(section, 0);
    if (old) report(diagnose.structOpsIgnored(name, '0.21', at));
    else if (name.startsWith('?')) report(diagnose.structOpsIgnored(name, undefined, at));
    else if (name === '.struct_ops') report(diagnose.structOpsSection(name, at));
    else for (const fault of faultsOf(view, section, loader)) report(fault);
  }
};

function faultsOf(view: CiliumView, section: ElfSection, loader: Loader): Diagnostic[] {
  const { name } = section;
  const refuse = (fault: string, quoted: string, remedy: string): Diagnostic =>
    diagnose.badStructOps(name, fault, quoted, remedy, view.at(section, 0));
  const { btf } = view;
  if (btf === undefined) {
    if (view.btfFault !== undefined) return [];
    const quoted = `struct_ops section ${name}: missing BTF`;
    return [refuse('needs BTF, and the object has none', quoted, 'compile with -g (GCC: -gbtf)')];
  }
  const listed = sectionTypes(btf, name);
  if (listed === undefined) {
    return [refuse('is not in the BTF', `datasec ${name}: ...`, 'compile with -g (GCC: -gbtf)')];
  }
  return listed.flatMap(({ type, offset }) => {
    const table = btf.name(type);
    const struct = peel(btf, btf.target(type));
    if (btf.kind(type) !== KIND.VAR || btf.kind(struct) !== KIND.STRUCT) {
      const remedy = 'put only variables of the type of a struct_ops there';
      return refuse(`holds '${table}', which is no struct`, `var ${table}: expect struct`, remedy);
    }
    const start = btf.size(sectionId(btf, name)) === 0 ? placeOf(view, section, table) : offset;
    if (start + btf.size(struct) > section.bytes.length) {
      const fault = `ends before '${table}' does`;
      return refuse(fault, `${table} exceeds section`, 'compile the object again');
    }
    return wrongPrograms(view, btf, section, struct, start, loader).map((program) =>
      refuse(
        `names '${program}', which is no struct_ops program`,
        `program ${program} ...`,
        `write SEC("struct_ops") before '${program}'`,
      ),
    );
  });
}

function sectionId(btf: Btf, name: string): number {
  return btf.idsOf(KIND.DATASEC).find((id) => btf.name(id) === name) ?? 0;
}

function placeOf(view: CiliumView, section: ElfSection, name: string): number {
  const symbol = view.object.symbols.find(
    (one) => one.name === name && view.sectionOf(one) === section,
  );
  return symbol?.value ?? 0;
}

function wrongPrograms(
  view: CiliumView,
  btf: Btf,
  section: ElfSection,
  struct: number,
  start: number,
  loader: Loader,
): string[] {
  const relocations = view.relocations(section);
  return btf.members(struct).flatMap(({ offsetBits }) => {
    const relocation = relocations.get(start + Math.floor(offsetBits / 8));
    const symbol = relocation && view.object.symbols[relocation.symbol];
    if (symbol === undefined) return [];
    const target = view.sectionOf(symbol);
    const isCode = target !== undefined && view.kind(target) === 'code' && symbol.name !== '';
    const type = isCode ? programTypeOf(target.name, loader)?.type : undefined;
    return type === 'struct_ops' ? [] : [view.nameOf(symbol)];
  });
}
