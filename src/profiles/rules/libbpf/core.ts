/** LIBBPF-017: CO-RE relocations, which libbpf resolves against the types of the running kernel. */

import { Class, classOf, Opcode, Source } from '../../../bpf/opcode.ts';
import { RECORD_WORDS } from '../../../btf/ext.ts';
import { CORE_RELO } from '../../../btf/format.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { viewOf } from './view.ts';

/** TYPE_MATCHES came with 1.0. */
function lastKindOf(loader: Loader): number {
  return isBefore(loader, [1, 0]) ? CORE_RELO.TYPE_MATCHES - 1 : CORE_RELO.TYPE_MATCHES;
}

export const coreRelocations: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const { btf, ext } = view;
  const lastKind = lastKindOf(loader);
  if (btf === undefined || ext === undefined) return;
  for (const { section: nameOffset, records } of ext.core) {
    const section = view.section(btf.strings.at(nameOffset));
    if (section === undefined) continue;
    for (let i = 0; i < records.length; i += RECORD_WORDS.core) {
      const offset = records[i]!;
      const kind = records[i + 3]!;
      const inside = view.functionAt(section, offset);
      if (inside === undefined) continue;
      const opcode = section.bytes[offset]!;
      if (kind > lastKind)
        report(diagnose.unknownCoreRelocation(kind, lastKind, view.at(section, offset)));
      else if (!holdsValue(opcode)) {
        report(diagnose.coreAtInstruction(opcode, inside.name, view.at(section, offset)));
      }
    }
  }
};

/** Instructions that libbpf puts a value into: their immediate, or the offset of a load or store. */
function holdsValue(opcode: number): boolean {
  switch (classOf(opcode)) {
    case Class.ALU:
    case Class.ALU64:
      return (opcode & Source.X) === 0;
    case Class.LDX:
    case Class.ST:
    case Class.STX:
      return true;
    default:
      return opcode === Opcode.LD_IMM64;
  }
}
