/**
 * LIBBPF-016: the variables of `.struct_ops` and `.struct_ops.link`, which implement a struct of functions of
 * the kernel:
 *
 *     SEC("struct_ops") int BPF_PROG(init, struct sock *sk) { ... }
 *     SEC(".struct_ops.link") struct tcp_congestion_ops mine = { .init = (void *)init, .name = "mine" };
 */

import { programTypeOf } from '../../../bpf/program-sections.ts';
import { KIND } from '../../../btf/format.ts';
import { peel } from '../../../btf/query.ts';
import type { Btf } from '../../../btf/types.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import type { ElfRelocation, ElfSection } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import { isExtern, since, type View, viewOf } from './view.ts';

interface Implementation {
  readonly name: string;
  /** Its struct. */
  readonly type: number;
  /** Bytes in the section. */
  readonly offset: number;
  readonly size: number;
}

type Report = (diagnostic: Diagnostic) => void;

export const structOps: Rule = (object, given, loader) => {
  const view = viewOf(object, loader);
  const { btf } = view;
  if (btf === undefined) return;
  let refused = false;
  const report: Report = (diagnostic) => {
    refused = true;
    given(diagnostic);
  };
  for (const section of object.sections) {
    const first = /^\??\.struct_ops/.test(section.name) && since(section.name, section.type);
    // tc loads no such programs, and does not miss what libbpf skips.
    if (!first || !isBefore(loader, first) || view.relaxed) continue;
    const quoted = `elf: skipping unrecognized data section(${section.index}) ${section.name}`;
    const what = `libbpf knows the section '${section.name}' since ${first.join('.')} only`;
    const remedy = 'SEC(".struct_ops") is older, and attached by the application';
    report(diagnose.badStructOps(what, quoted, remedy, view.at(section, 0)));
  }
  const used = new Set<BpfFunction>();
  for (const section of view.sections('struct_ops')) {
    const implementations = readImplementations(view, btf, section, report);
    if (refused) return;
    for (const relocation of object.relocations.get(section.index) ?? []) {
      const program = implementing(view, btf, section, implementations, relocation, report);
      if (program !== undefined) used.add(program);
    }
  }
  if (refused) return;
  for (const program of view.programs()) {
    const kind = programTypeOf(program.section.name, loader.version);
    if (kind?.type !== 'struct_ops' || !kind.autoload || used.has(program)) continue;
    given(diagnose.structOpsUnused(program.name, view.atSymbol(program.symbol)));
  }
};

function readImplementations(
  view: View,
  btf: Btf,
  section: ElfSection,
  report: Report,
): Implementation[] {
  const { name } = section;
  const list = view.dataSections.get(name);
  const at = view.at(section, 0);
  if (list === undefined) {
    const what = `the BTF does not describe the section '${name}'`;
    report(
      diagnose.badStructOps(
        what,
        `struct_ops init: DATASEC ${name} not found`,
        'compile with -g (GCC: -gbtf)',
        at,
      ),
    );
    return [];
  }
  return list.variables.flatMap(({ type: variable, offset }) => {
    const type = peel(btf, btf.target(variable));
    const own = btf.name(variable);
    const struct = btf.name(type);
    const refuse = (fault: string, quoted: string, remedy: string): [] => {
      const place = view.at(section, offset, `variable '${own}'`);
      report(diagnose.badStructOps(`'${own}' in ${name} ${fault}`, quoted, remedy, place));
      return [];
    };
    if (struct === '') {
      const remedy = 'use the struct of the kernel, by its name';
      return refuse(
        'is of a type without a name',
        'struct_ops init: anonymous type is not supported',
        remedy,
      );
    }
    if (btf.kind(type) !== KIND.STRUCT) {
      const quoted = `struct_ops init: ${struct} is not a struct`;
      return refuse('is no struct', quoted, 'include the header that defines the struct');
    }
    const size = btf.size(type);
    if (offset + size > section.size) {
      const quoted = `struct_ops init: var ${own} is beyond the end of DATASEC ${name}`;
      return refuse('lies outside of its section', quoted, 'build the object again');
    }
    return [{ name: own, type, offset, size }];
  });
}

/** The program that a relocation puts into a struct; undefined, after a report, where libbpf puts in none. */
function implementing(
  view: View,
  btf: Btf,
  section: ElfSection,
  implementations: readonly Implementation[],
  { offset, symbol: index }: ElfRelocation,
  report: Report,
): BpfFunction | undefined {
  const symbol = view.object.symbols[index]!;
  if (isExtern(symbol)) return undefined;
  const target = view.nameOf(symbol);
  const at: Location[] = view.at(section, offset);
  const refuse = (fault: string, quoted: string, remedy?: string): undefined => {
    const what = `${section.name}+0x${offset.toString(16)}, initialised with '${target}', ${fault}`;
    report(diagnose.badStructOps(what, `struct_ops reloc ${quoted}`, remedy, at));
  };
  const owner = implementations.find(
    (one) => one.offset <= offset && offset < one.offset + one.size,
  );
  if (owner === undefined)
    return refuse('is in no variable', `cannot find map at rel->r_offset ${offset}`);
  const member = btf
    .members(owner.type)
    .find(({ offsetBits }) => offsetBits === (offset - owner.offset) * 8);
  if (member === undefined) {
    return refuse(
      'is no member',
      `${owner.name}: cannot find member at moff ${offset - owner.offset}`,
    );
  }
  const pointer = peel(btf, member.type);
  if (
    btf.kind(pointer) !== KIND.PTR ||
    btf.kind(peel(btf, btf.target(pointer))) !== KIND.FUNC_PROTO
  ) {
    const quoted = `${owner.name}: cannot relocate non func ptr ${member.name}`;
    return refuse(`is the member '${member.name}', no function`, quoted);
  }
  const home = view.sectionOf(symbol);
  const program = home && view.functionAt(home, symbol.value);
  if (program === undefined) {
    const quoted = `${owner.name}: cannot find prog at shdr_idx N to relocate func ptr ${member.name}`;
    return refuse('is no program', quoted);
  }
  if (programTypeOf(program.section.name)?.type !== 'struct_ops') {
    const quoted = `${owner.name}: prog ${program.name} is not struct_ops BPF program`;
    return refuse(
      `is in section '${program.section.name}'`,
      quoted,
      'put the function into SEC("struct_ops")',
    );
  }
  return program;
}
