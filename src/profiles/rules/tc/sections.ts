/** TC-001 to TC-004 and TC-024: the file, its sections, and which of them tc can load. */
import { programTypeOf } from '../../../bpf/program-sections.ts';
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { SHF, SHT, STT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import { parseTailSection } from '../../../model/legacy-map.ts';
import type { Rule } from '../../../model/rule.ts';
import { type TcView, tcView } from './view.ts';

const MAX_LICENSE = 128;

export const byteOrder: Rule = ({ order }, report, { host }) => {
  if (host !== undefined && host !== order) report(diagnose.otherByteOrder(order, host));
};

/** tc takes what it makes of the last section for the result of all, unless it goes on to maps. */
export const lastSection: Rule = (object, report) => {
  const last = object.sections.at(-1);
  if (last === undefined || last.index === 0 || last.size > 0) return;
  if (!tcView(object).hasMaps) report(diagnose.emptyLastSection(last.name));
};

export const btfMapsAreNotRead: Rule = (object, report) => {
  const view = tcView(object);
  const section = object.sections.find(({ name, size }) => name === '.maps' && size > 0);
  if (section === undefined) return;
  const names = object.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type === STT.OBJECT)
    .map(({ name }) => name);
  const use = view.code
    .flatMap((code) => view.references(code))
    .find(({ target }) => target === section);
  const place = use ?? { section, relocation: { offset: 0 } };
  const at = view.base.at(place.section, place.relocation.offset);
  const quoted =
    use?.effect.kind === 'other section' && view.relocates
      ? `ELF contains non-{map,call} related relo data in entry ${use.entry} pointing to section ${use.effect.number}! Compiler bug?!`
      : undefined;
  report(diagnose.btfMaps('.maps', names, at, quoted));
};

/** Without its symbol table tc goes on as if there were no maps. */
export const tableNames: Rule = (object, report) => {
  const view = tcView(object);
  const table = object.sections.find(({ type }) => type === SHT.SYMTAB);
  if (view.hasSymbols || table === undefined || !hasReferences(view)) return;
  const strings = object.sections[table.link];
  const wrong = table.name === '.symtab' && table.size > 0 ? 'string' : 'symbol';
  const name = wrong === 'symbol' ? table.name : (strings?.name ?? '');
  const follows = view.text === undefined ? 'no relocations' : 'no load';
  report(diagnose.tableOfOtherName(wrong, name, follows));
};

function hasReferences(view: TcView): boolean {
  return view.maps !== undefined || view.code.some((section) => view.tables(section).length > 0);
}

export const sectionKinds: Rule = (object, report) => {
  const view = tcView(object);
  for (const { name, type, size } of object.sections) {
    if ((name !== 'maps' && name !== 'license') || size === 0) continue;
    if (type === SHT.NOBITS) report(diagnose.sectionOfOtherType(name));
  }
  for (const name of ['maps', 'license', '.text']) {
    const count = object.sections.filter((s) => s.name === name && s.size > 0).length;
    if (count > 1) report(diagnose.severalSections(name, count, 'last'));
  }
  const byName = new Map<string, number>();
  for (const { name } of view.programs) byName.set(name, (byName.get(name) ?? 0) + 1);
  for (const [name, count] of byName) {
    if (count > 1) report(diagnose.severalSections(name, count, 'first'));
  }
};

/** Functions that tc finds no program for. */
export const hiddenPrograms: Rule = (object, report) => {
  const view = tcView(object);
  for (const { name, type, flags, size } of object.sections) {
    const executable = (flags & SHF.EXECINSTR) !== 0;
    if (type === SHT.PROGBITS && executable && size === 0 && name !== '.text') {
      report(diagnose.emptySection(name));
    }
  }
  for (const symbol of object.symbols) {
    const section = view.base.sectionOf(symbol);
    if (symbol.type !== STT.FUNC || section === undefined || section.size === 0) continue;
    if (section === view.text || view.programs.includes(section)) continue;
    if (section.name === '.text') continue;
    report(diagnose.notExecutable(section.name, symbol.name, view.base.atSymbol(symbol)));
  }
};

export const license: Rule = (object, report) => {
  const { license: section, base } = tcView(object);
  if (section === undefined) report(diagnose.noLicense());
  else if (section.size > MAX_LICENSE) {
    report(diagnose.licenseTooLong(section.size, base.at(section, 0), section.index));
  }
};

/** What tc and ip can make of a program. */
const loadable: ReadonlySet<string> = new Set([
  'sched_cls',
  'sched_act',
  'xdp',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'lwt_seg6local',
]);

/** The type that the name says, where tc has no such programs. */
export function foreignType({ name }: ElfSection): string | undefined {
  if (parseTailSection(name) !== undefined) return undefined;
  const type = programTypeOf(name)?.type;
  return type === undefined || loadable.has(type) ? undefined : type;
}

/** Sections that somebody may ask tc for. It looks at no other but `.text`. */
export function loadableSections(object: ElfObject): ElfSection[] {
  return tcView(object).programs.filter((section) => foreignType(section) === undefined);
}

export const programTypes: Rule = (object, report) => {
  const { programs, base } = tcView(object);
  const foreign = programs.filter((section) => foreignType(section) !== undefined);
  if (foreign.length === 0) return;
  if (foreign.length === programs.length) {
    report(diagnose.nothingToLoad([...new Set(foreign.map(({ name }) => name))]));
    return;
  }
  for (const section of foreign) {
    report(diagnose.foreignSection(section.name, foreignType(section) ?? '', base.at(section, 0)));
  }
};

export const sectionNameFeatures: Rule = (object, report) => {
  const { programs, base } = tcView(object);
  for (const section of programs) {
    const { name } = section;
    if (/^xdp\.frags(\/|$)/.test(name)) {
      const what = 'support for multi-buffer packets';
      report(diagnose.featureOfSectionName(name, what, base.at(section, 0)));
    } else if (/^xdp\/(devmap|cpumap)$/.test(name)) {
      const what = `the attach type ${name.slice(4)}`;
      report(diagnose.featureOfSectionName(name, what, base.at(section, 0)));
    }
  }
};
