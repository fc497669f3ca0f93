/** AYA-025 to AYA-027 and AYA-040: sections of data, each of which becomes a map of one element. */
import * as diagnose from '../../../diag/catalogue/aya/data.ts';
import { R_BPF, STB, STT } from '../../../elf/constants.ts';
import type { ElfSection, ElfSymbol } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { functionUses } from './code-references.ts';
import { isAcceptableName } from './kernel-names.ts';
import { type AyaFunction, type AyaView, ayaView, isData } from './view.ts';

/** What the kernel lets a program refer to (MAX_USED_MAPS). */
const MAX_USED_MAPS = 64;

function dataSections(view: AyaView): ElfSection[] {
  return view.object.sections.filter((section) => isData(view.role(section)));
}

export const dataIsNotEmpty: Rule = (object, report) => {
  for (const { name, size } of dataSections(ayaView(object))) {
    if (size === 0) report(diagnose.emptyData(name));
  }
};

export const mapNames: Rule = (object, report) => {
  const view = ayaView(object);
  for (const { name } of dataSections(view)) {
    if (!isAcceptableName(name)) report(diagnose.dataSectionName(name));
  }
  for (const section of [...view.sections('legacy maps'), ...view.sections('maps')]) {
    for (const symbol of view.symbolsIn(section)) {
      if (isAcceptableName(symbol.name)) continue;
      report(diagnose.mapName(symbol.name, view.base.atSymbol(symbol)));
    }
  }
};

export const countOfMaps: Rule = (object, report) => {
  const view = ayaView(object);
  const uses = functionUses(view);
  const byFunction = new Map(view.functions.map((fn) => [fn, mapsOf(view, fn)]));
  for (const program of view.programs()) {
    const maps = new Set<string>();
    for (const fn of uses.reached(program)) for (const map of byFunction.get(fn)!) maps.add(map);
    if (maps.size > MAX_USED_MAPS) {
      const at = view.base.at(program.section, program.start);
      report(diagnose.tooManyMaps(program.name, maps.size, at));
    }
  }
};

/** What stands for a map each, among the references of a function. */
function mapsOf(view: AyaView, fn: AyaFunction): ReadonlySet<string> {
  const maps = new Set<string>();
  for (const relocation of view.relocationsIn(fn)) {
    const symbol = view.symbolOf(relocation);
    const target = view.base.sectionOf(symbol);
    if (target === undefined) continue;
    const role = view.role(target);
    if (isData(role)) maps.add(`section ${target.index}`);
    else if (role === 'maps' || role === 'legacy maps') maps.add(`symbol ${symbol.index}`);
  }
  return maps;
}

/** aya applies relocations to code only; records of debuggers and of types need none. */
export const dataHasNoAddresses: Rule = (object, report) => {
  const view = ayaView(object);
  const used = usedSections(view);
  for (const [index, relocations] of object.relocations) {
    const section = object.sections[index]!;
    const role = view.role(section);
    const isMap = role === 'maps' || role === 'legacy maps';
    if (!isData(role) && !isMap) continue;
    const addresses = relocations.filter(({ type }) => type !== R_BPF.NONE);
    const [first] = addresses;
    if (first === undefined) continue;
    const holder = holderOf(view, section, first.offset);
    const place = {
      section: section.name,
      name: holder?.name,
      offset: first.offset - (holder?.value ?? 0),
    };
    const at = view.base.at(section, first.offset);
    const target = view.base.nameOf(view.symbolOf(first));
    const reach = { count: addresses.length, isMap, isUsed: isMap || used.has(index) };
    report(diagnose.addressInData(place, target, reach, at));
  }
};

/** The variable that the byte is part of. */
function holderOf(view: AyaView, section: ElfSection, offset: number): ElfSymbol | undefined {
  return view
    .symbolsIn(section)
    .find(
      ({ type, value, size }) => type === STT.OBJECT && value <= offset && offset < value + size,
    );
}

/** Sections that code refers to. */
function usedSections(view: AyaView): ReadonlySet<number> {
  const used = new Set<number>();
  for (const section of new Set(view.functions.map((fn) => fn.section))) {
    for (const relocation of view.relocationsOf(section).values()) {
      const symbol = view.symbolOf(relocation);
      if (symbol.place === 'section') used.add(symbol.section);
    }
  }
  return used;
}

/** An application sets a global by its name (`override_global`), whichever symbol of that name aya finds. */
export const globalsAreFound: Rule = (object, report) => {
  const view = ayaView(object);
  const byName = new Map<string, ElfSymbol[]>();
  for (const symbol of object.symbols) {
    if (symbol.name === '') continue;
    const known = byName.get(symbol.name);
    if (known === undefined) byName.set(symbol.name, [symbol]);
    else known.push(symbol);
  }
  for (const [name, symbols] of byName) {
    const global = symbols.find((symbol) => isGlobalVariable(view, symbol));
    if (global === undefined) continue;
    const at = view.base.atSymbol(global);
    if (symbols.length > 1) report(diagnose.sameGlobalNames(name, symbols.length, at));
    else if (global.size === 0) report(diagnose.globalWithoutSize(name, at));
  }
};

function isGlobalVariable(view: AyaView, symbol: ElfSymbol): boolean {
  const section = view.base.sectionOf(symbol);
  if (section === undefined || symbol.binding === STB.LOCAL) return false;
  return symbol.type === STT.OBJECT && isData(view.role(section));
}
