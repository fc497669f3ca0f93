/** TC-006, TC-011 to TC-014 and TC-019: which relocations tc applies, and to what effect. */
import * as diagnose from '../../../diag/catalogue/tc.ts';
import type { Diagnostic, Location } from '../../../diag/diagnostic.ts';
import { SHF, SHT, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import type { Reference } from './reference.ts';
import { foreignType } from './sections.ts';
import { type TcView, tcView } from './view.ts';

/** Sections that somebody may ask for, and `.text` before them. */
function checked(object: ElfObject): ElfSection[] {
  const { code, text } = tcView(object);
  return code.filter((section) => section === text || foreignType(section) === undefined);
}

export const relocationTables: Rule = (object, report) => {
  const view = tcView(object);
  for (const section of checked(object)) {
    const tables = view.tables(section);
    for (const { section: table, applied, relocations } of tables) {
      if (applied || relocations.length === 0) continue;
      const { length } = relocations;
      if (table.type !== SHT.REL) {
        const needed = section === view.text && !tables.some((other) => other.applied);
        report(diagnose.relaIgnored(section.name, length, needed));
      } else report(diagnose.secondTable(section.name, table.name, length));
    }
  }
  if (view.maps === undefined) return;
  for (const { offset, symbol: index } of object.relocations.get(view.maps.index) ?? []) {
    const map = view.mapSection.maps.findLast((one) => one.offset <= offset);
    const target = view.base.nameOf(object.symbols[index]!);
    report(diagnose.mapInitialised(map?.name ?? '?', target, view.base.at(view.maps, offset)));
  }
};

export const somethingToRelocateFor: Rule = (object, report) => {
  const view = tcView(object);
  if (view.relocates) return;
  for (const section of checked(object)) {
    const list = view.references(section);
    const [first] = list;
    if (first === undefined) continue;
    const name = view.base.nameOf(first.symbol);
    report(diagnose.neverRelocated(section.name, name, list.length, placeOf(view, first)));
  }
};

/** One report for each symbol and reason. */
export const references: Rule = (object, report) => {
  const view = tcView(object);
  if (!view.relocates) return;
  const seen = new Set<string>();
  for (const section of checked(object)) {
    for (const reference of view.references(section)) {
      const refusal = refusalOf(view, reference);
      if (refusal === undefined || seen.has(refusal.message)) continue;
      seen.add(refusal.message);
      report(refusal);
    }
  }
};

function placeOf(view: TcView, { section, relocation }: Reference): readonly Location[] {
  return view.base.at(section, relocation.offset);
}

function refusalOf(view: TcView, reference: Reference): Diagnostic | undefined {
  const { effect, symbol, relocation, section, target, entry, high } = reference;
  const at = placeOf(view, reference);
  const name = view.base.nameOf(symbol);
  const slot = Math.floor(relocation.offset / 8);
  switch (effect.kind) {
    case 'map':
      if (high !== 0) return diagnose.upperHalf(name, at);
      return wrongMap(view, reference, effect.index);
    case 'no map':
      return diagnose.wrongMap(name, undefined, at);
    case 'no ld_imm64':
      return diagnose.mapAtOtherInstruction(name, slot, at);
    case 'no instruction':
      return diagnose.outsideSection(section.name, relocation.offset);
    case 'divides by zero':
    case 'call of nothing':
      return diagnose.undefinedInOutput(name, effect.kind, at);
    case 'no call':
      if (target !== undefined) return diagnose.functionAddressTaken(name, at, slot);
      return diagnose.undefinedInOutput(
        name,
        {
          quoted: `ELF contains relo data for non call instruction at offset ${slot}! Compiler bug?!`,
        },
        at,
      );
    case 'other section':
      return otherSection(view, reference, effect.number, entry);
    case 'call':
      return undefined;
  }
}

/** The maps of `.maps` have a report of their own. */
function otherSection(
  view: TcView,
  reference: Reference,
  number: number,
  entry: number,
): Diagnostic | undefined {
  const { symbol, target } = reference;
  const at = placeOf(view, reference);
  const name = view.base.nameOf(symbol);
  if (symbol.place === 'undefined') {
    const quoted = `ELF contains non-{map,call} related relo data in entry ${entry} pointing to section 0! Compiler bug?!`;
    return diagnose.undefinedInOutput(name, { quoted }, at);
  }
  if (target?.name === '.maps') return undefined;
  const against =
    target === undefined
      ? `the ${symbol.place} symbol '${name}'`
      : symbol.type === STT.SECTION
        ? target.name
        : `'${name}' in ${target.name}`;
  const isVariable = target !== undefined && (target.flags & SHF.WRITE) !== 0;
  const remedy = isVariable
    ? 'tc has no variables: keep what is written in a map; what is only read becomes part of the code, with tc.ld'
    : 'link the object with tc.ld: constants become part of the code';
  return diagnose.forbiddenTarget(against, '', remedy, at, { entry, section: number });
}

/** tc goes by the symbol's value; what is meant is that and what the instruction adds. */
function wrongMap(view: TcView, reference: Reference, taken: number): Diagnostic | undefined {
  const { symbol, imm } = reference;
  const { maps, stride } = view.mapSection;
  const meant = symbol.value + imm;
  const at = placeOf(view, reference);
  const map = maps[Math.floor(meant / stride)];
  // Where the section is refused as a whole, there is nothing to compare.
  if (maps.length === 0 || meant === taken * stride) return undefined;
  if (map === undefined)
    return diagnose.wrongMap(`${view.base.nameOf(symbol)}+${imm}`, maps[taken]?.name, at);
  if (map.offset === taken * stride) return diagnose.insideMap(map.name, meant - map.offset, at);
  return diagnose.wrongMap(map.name, maps[taken]?.name ?? '', at);
}
