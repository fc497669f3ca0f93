/**
 * AYA-002, AYA-017 to AYA-019, AYA-021, AYA-028 and AYA-029: references of code to maps and data. Those of all
 * functions are looked at, whether a program reaches them or not.
 */
import { Opcode } from '../../../bpf/opcode.ts';
import { KIND } from '../../../btf/format.ts';
import { typeIds } from '../../../btf/query.ts';
import * as diagnose from '../../../diag/catalogue/aya/references.ts';
import type { Diagnostic } from '../../../diag/diagnostic.ts';
import type { ElfRelocation, ElfSymbol } from '../../../elf/types.ts';
import { isBefore, type Loader, type Rule } from '../../../model/rule.ts';
import { reachedUses } from './calls.ts';
import { isExtern, isLocalCall, slotAt } from './code-references.ts';
import { AFTER_0_3 } from './versions.ts';
import { type AyaFunction, type AyaView, ayaView, isData, isFunction } from './view.ts';

/** The addends of RELA tables are not read; those of REL stand in the instructions. */
export const addendsAreInPlace: Rule = (object, report) => {
  const view = ayaView(object);
  for (const section of object.sections) {
    const role = view.role(section);
    if (role !== 'programs' && role !== 'functions') continue;
    const list = object.relocations.get(section.index) ?? [];
    const lost = list.find(({ addend }) => addend !== undefined && addend !== 0);
    if (lost === undefined) continue;
    const name = view.base.nameOf(view.symbolOf(lost));
    report(
      diagnose.addendOfRela(section.name, name, lost.addend!, view.base.at(section, lost.offset)),
    );
  }
};

/** One report for each function, symbol and reason. */
export const references: Rule = (object, report, loader) => {
  const view = ayaView(object);
  const seen = new Set<string>();
  for (const fn of view.functions) {
    for (const relocation of view.relocationsIn(fn)) {
      const fault = faultOf(view, fn, relocation, loader);
      if (fault === undefined || seen.has(fault.message)) continue;
      seen.add(fault.message);
      report(fault);
    }
  }
};

function faultOf(
  view: AyaView,
  fn: AyaFunction,
  { offset, symbol: index }: ElfRelocation,
  loader: Loader,
): Diagnostic | undefined {
  const at = view.base.at(fn.section, offset);
  if ((offset - fn.start) % 8 !== 0) return diagnose.misplacedRelocation(fn.name, offset, at);
  const symbol = view.object.symbols[index]!;
  const name = view.base.nameOf(symbol);
  const slot = slotAt(view, fn.section, offset);
  if (slot === undefined || isLocalCall(slot)) return undefined;
  const target = view.base.sectionOf(symbol);
  if (target === undefined) return unplaced(view, fn, symbol, loader, at);
  if (view.hasFunctions(target.index)) return undefined;

  const role = view.role(target);
  const isOwn = view.mapSymbols.has(index) || role === 'legacy maps';
  if (!isOwn && !isData(role) && role !== 'maps') {
    return diagnose.unknownTarget(name, index, target, fn.name, at);
  }
  if (!isWideLoad(view, fn, offset)) {
    return diagnose.notALoad(name, slot.opcode, fn.name, offset + 8 >= fn.end, at);
  }
  if (isOwn && slot.imm !== 0) return diagnose.mapWithOffset(name, slot.imm, fn.name, at);
  if (role === 'maps' && !isOwn) return diagnose.mapBySection(name, target.name, fn.name, at);
  return undefined;
}

/** Both halves of a ld_imm64, inside the function. */
function isWideLoad(view: AyaView, fn: AyaFunction, offset: number): boolean {
  if (offset + 16 > fn.end) return false;
  const second = slotAt(view, fn.section, offset + 8);
  return slotAt(view, fn.section, offset)?.opcode === Opcode.LD_IMM64 && second?.opcode === 0;
}

/** What stands in no section is left as it is. */
function unplaced(
  view: AyaView,
  fn: AyaFunction,
  symbol: ElfSymbol,
  loader: Loader,
  at: Diagnostic['at'],
): Diagnostic | undefined {
  const { name, place } = symbol;
  if (isFunction(symbol.type)) return undefined;
  const isOld = isBefore(loader, AFTER_0_3);
  if (place === 'common' || place === 'absolute') {
    const looksForIt = !isOld && isExtern(symbol) && view.base.btf !== undefined;
    return diagnose.specialSymbol(name, place, fn.name, looksForIt, at);
  }
  if (isOld) return diagnose.externUnknown(name, fn.name, undefined, at);
  if (isListed(view, symbol)) return undefined;
  return diagnose.externNotListed(name, fn.name, view.base.btf !== undefined, undefined, at);
}

/** In the DATASEC `.ksyms`. */
function isListed(view: AyaView, symbol: ElfSymbol): boolean {
  const { btf } = view.base;
  if (btf === undefined || !isExtern(symbol)) return false;
  return [...typeIds(btf, KIND.DATASEC)]
    .filter((id) => btf.name(id) === '.ksyms')
    .flatMap((id) => btf.variables(id))
    .some(({ type }) => btf.name(type) === symbol.name);
}

/** Calls of what is defined nowhere. */
export const externCalls: Rule = (object, report, loader) => {
  const view = ayaView(object);
  for (const { from, offset, symbol, result } of reachedUses(view)) {
    if (result.is !== 'extern' || symbol === undefined) continue;
    const at = view.base.at(from.section, offset);
    // aya takes `call -1` for a call of itself.
    if (isBefore(loader, AFTER_0_3)) {
      report(diagnose.externUnknown(symbol.name, from.name, offset, at));
    } else if (!isListed(view, symbol)) {
      report(
        diagnose.externNotListed(symbol.name, from.name, view.base.btf !== undefined, offset, at),
      );
    }
  }
};

/** Of several relocations of one place only the last is read. */
export const oneRelocationEach: Rule = (object, report) => {
  const view = ayaView(object);
  for (const section of object.sections) {
    const role = view.role(section);
    if (role !== 'programs' && role !== 'functions') continue;
    const seen = new Set<number>();
    for (const { offset } of object.relocations.get(section.index) ?? []) {
      if (seen.has(offset)) {
        report(diagnose.severalRelocations(section.name, offset, view.base.at(section, offset)));
        break;
      }
      seen.add(offset);
    }
  }
};
