/**
 * CILIUM-005 to CILIUM-008, and undefined names of CILIUM-015 and CILIUM-016: what cilium/ebpf makes of each
 * relocation (its `relocateInstruction`). One report for each message.
 */

import { Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/cilium/references.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import type { ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { refusedAddress, refusedCall } from './calls.ts';
import { refusedData, refusedMap } from './data.ts';
import { undefinedReference } from './externs.ts';
import { type Reference, referencesOf } from './references.ts';
import { type CiliumView, viewOf } from './view.ts';

/** Of all sections that are loaded, before anything else is looked at. */
export const targets: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const seen = new Set<string>();
  for (const section of view.sections('code', 'data', 'maps', 'legacy maps', 'struct_ops')) {
    for (const { offset, symbol: index } of view.relocations(section).values()) {
      if (index === 0) {
        report(diagnose.withoutSymbol(section.name, view.at(section, offset)));
        continue;
      }
      const symbol = object.symbols[index]!;
      const place = unknownPlace(view, symbol, loader);
      if (place === undefined) continue;
      const name = view.nameOf(symbol);
      const found = diagnose.unknownTarget(section.name, name, place, view.at(section, offset));
      if (!seen.has(found.message)) report(found);
      seen.add(found.message);
    }
  }
};

export const references: Rule = (object, report, loader) => {
  const view = viewOf(object);
  const seen = new Set<string>();
  for (const reference of referencesOf(view)) {
    const found = refusalOf(view, reference, loader);
    if (found === undefined || seen.has(found.message)) continue;
    seen.add(found.message);
    report(found);
  }
};

/** In words, where the loader does not know it. */
function unknownPlace(view: CiliumView, symbol: ElfSymbol, loader: Loader): string | undefined {
  if (symbol.place === 'common') return 'COMMON';
  if (symbol.place === 'absolute') return 'ABS';
  const section = view.sectionOf(symbol);
  if (section === undefined) return undefined;
  const { name } = section;
  const isKnown =
    view.isKnown(section) && (!name.startsWith('.data.') || !isBefore(loader, [0, 17]));
  return isKnown ? undefined : `section '${name}'`;
}

function refusalOf(view: CiliumView, reference: Reference, loader: Loader): Diagnostic | undefined {
  const { symbol, section, target, opcode, inside, offset } = reference;
  if (symbol === undefined) return refusedCall(view, reference, section, loader);
  if (symbol.place === 'undefined') return undefinedReference(view, reference, symbol, loader);
  if (target === undefined) return undefined;
  const name = view.nameOf(symbol);
  const at = view.at(section, offset);
  switch (view.kind(target)) {
    case 'maps':
    case 'legacy maps':
      return refusedMap(view, reference, target);
    case 'data':
      return refusedData(view, reference, loader);
    case 'struct_ops':
      return diagnose.structOpsReference(target.name, inside.name, at);
    case 'code':
      if (opcode === Opcode.CALL) return refusedCall(view, reference, target, loader);
      if (opcode === Opcode.LD_IMM64) return refusedAddress(view, reference, target);
      return diagnose.neitherCallNorLoad(name, opcode, inside.name, at);
    default:
      return undefined;
  }
}
