/**
 * LIBBPF-004 to LIBBPF-008, LIBBPF-010 and LIBBPF-016: what libbpf makes of each relocation. It looks at all of
 * them when it opens the object, whether a program is to be loaded or not (LIBBPF-018).
 */
import { CallKind, Opcode } from '../../../bpf/opcode.ts';
import * as diagnose from '../../../diag/catalogue/libbpf.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { SHT, STB } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import { isBefore, type Rule } from '../../../model/rule.ts';
import type { BpfFunction } from '../object-view.ts';
import { addressesIn } from './data.ts';
import { isRefusedMap } from './maps.ts';
import { refusedWrite } from './read-only.ts';
import { isInstruction, namesSubprogram, type Reference, referencesOf } from './references.ts';
import { isExtern, since, type View, viewOf } from './view.ts';

/** One report for each symbol and reason. */
export const references: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  const seen = new Set<string>();
  for (const reference of referencesOf(view)) {
    const refusal = refusalOf(view, reference);
    if (refusal === undefined || seen.has(refusal.message)) continue;
    seen.add(refusal.message);
    report(refusal);
  }
};

/** In the order in which libbpf asks; undefined where it takes the reference. */
function refusalOf(view: View, reference: Reference): Diagnostic | undefined {
  const { symbol, inside, opcode } = reference;
  if (symbol.place === 'common' || symbol.place === 'absolute') {
    return diagnose.specialSymbol(view.nameOf(symbol), symbol.place, placeOf(view, reference));
  }
  if (inside === undefined) return undefined;
  if (opcode !== Opcode.CALL && opcode !== Opcode.LD_IMM64) {
    const name = view.nameOf(symbol);
    return diagnose.relocatedInstruction(name, opcode, inside.name, placeOf(view, reference));
  }
  if (isExtern(symbol)) return undefined;
  if (opcode === Opcode.CALL) return refusedCall(view, reference, inside.name);
  return refusedAddress(view, reference, inside);
}

function placeOf(view: View, { section, relocation }: Reference): readonly Location[] {
  return view.at(section, relocation.offset);
}

function refusedCall(view: View, reference: Reference, inside: string): Diagnostic | undefined {
  const { symbol, target, src } = reference;
  const inText = target !== undefined && target === view.text;
  if (src === CallKind.FUNCTION && inText && symbol.value % 8 === 0) return undefined;
  const name = view.nameOf(symbol);
  const at = placeOf(view, reference);
  if (src !== CallKind.FUNCTION) return diagnose.relocatedHelperCall(name, inside, at);
  if (target === undefined) return diagnose.typedUndefined(name, inside, true, at);
  if (!inText) return diagnose.callOutsideText(name, target.name, inside, at);
  return diagnose.callInsideInstruction(name, symbol.value, inside, at);
}

function refusedAddress(
  view: View,
  reference: Reference,
  program: BpfFunction,
): Diagnostic | undefined {
  const { symbol, target, imm } = reference;
  const inside = program.name;
  const name = view.nameOf(symbol);
  const at = (): readonly Location[] => placeOf(view, reference);
  if (target === undefined) return diagnose.typedUndefined(name, inside, false, at());
  const { value, size } = symbol;
  switch (view.role(target)) {
    case 'code':
      if (target !== view.text) {
        const why = 'libbpf fills in addresses of subprograms in .text only';
        return diagnose.functionAddress(name, target.name, inside, why, at());
      }
      if (!namesSubprogram(symbol, view.loader)) {
        const why =
          symbol.binding === STB.WEAK
            ? 'it is a weak symbol, which libbpf takes since 1.4'
            : 'it is a local symbol, where libbpf wants a global one or that of the section';
        return diagnose.functionAddress(name, target.name, inside, why, at());
      }
      if (value % 8 === 0 && imm % 8 === 0) return undefined;
      return diagnose.functionAddressOffset(name, inside, at());
    case 'maps':
      return refusedMap(view, reference, inside);
    case 'jump tables':
      if (value % 8 === 0 && size % 8 === 0) return undefined;
      return diagnose.badJumpTable(name, value, size, at());
    case 'arena':
      return undefined;
    case 'data':
      if (target.size > 0) return refusedWrite(view, reference, target, program);
      return diagnose.emptyData(name, target.name, inside, at());
    default:
      // One refusal of legacy maps is enough.
      if (target.name === 'maps') return undefined;
      return diagnose.notData(name, target.name, inside, remedyFor(target, view), at());
  }
}

/**
 * A map is what begins at the symbol. What the instruction adds to it libbpf overwrites. Of a map that is refused
 * itself nothing more is told.
 */
function refusedMap(view: View, reference: Reference, inside: string): Diagnostic | undefined {
  const { symbol, imm } = reference;
  const maps = view.dataSections.get('.maps');
  if (maps === undefined) return undefined;
  if (imm === 0 && maps.offsets.has(symbol.value)) return undefined;
  if (isRefusedMap(view, symbol)) return undefined;
  const name = view.nameOf(symbol);
  if (imm !== 0) return diagnose.mapWithOffset(name, imm, inside, placeOf(view, reference));
  return diagnose.notAMap(name, symbol.value, inside, placeOf(view, reference));
}

function remedyFor({ name, type, size }: ElfSection, { loader }: View): string {
  const first = since(name, type);
  if (first !== undefined && isBefore(loader, first)) {
    return `libbpf knows '${name}' since ${first.join('.')}`;
  }
  if (/^\.(ro)?data(\.|$)/.test(name) && type === SHT.PROGBITS && size === 0) {
    return 'the section is empty';
  }
  if (/^\.bss(\.|$)/.test(name)) return 'libbpf wants it without bytes (NOBITS)';
  if (type === SHT.NOBITS) return `put it into .bss; in a script: .bss : { *(${name}) }`;
  return `put it into .data or .rodata; in a script: .rodata : { *(${name}) }`;
}

/** GCC writes a `.bss` whether there is something in it or not. */
export const emptySections: Rule = (object, report, loader) => {
  if (!isBefore(loader, [1, 0])) return;
  for (const section of viewOf(object, loader).sections('data')) {
    if (section.size === 0) report(diagnose.emptyBss(section.name));
  }
};

/** Relocations that libbpf stumbles over for where they are, or does not see. */
export const relocationTables: Rule = (object, report, loader) => {
  const view = viewOf(object, loader);
  for (const [index, relocations] of object.relocations) {
    const section = object.sections[index]!;
    const role = view.role(section);
    if (role === 'other') continue;
    const isRela = relocations.some(({ addend }) => addend !== undefined);
    if (isRela) report(diagnose.relaIgnored(section.name));
    else if (role === 'code') {
      for (const relocation of relocations) {
        if (isInstruction(section, relocation)) continue;
        report(diagnose.misplacedRelocation(section.name, relocation.offset));
      }
    } else if (role !== 'maps' && role !== 'struct_ops') {
      for (const warning of addressesIn(view, section, relocations)) report(warning);
    }
  }
};
