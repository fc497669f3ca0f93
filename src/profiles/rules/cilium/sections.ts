/** CILIUM-001: sections that cilium/ebpf takes for something else than they are, for how their names begin. */
import * as diagnose from '../../../diag/catalogue/cilium/names.ts';
import { SHF, SHT, STT } from '../../../elf/constants.ts';
import type { ElfSection } from '../../../elf/types.ts';
import type { Rule } from '../../../model/rule.ts';
import { type CiliumView, type Kind, viewOf } from './view.ts';

export const sectionNames: Rule = (object, report) => {
  const view = viewOf(object);
  for (const section of object.sections) {
    const kind = view.kind(section);
    if (kind !== undefined && kind !== 'code' && isCode(section)) {
      const programs = object.symbols.filter(
        (symbol) => symbol.type === STT.FUNC && view.sectionOf(symbol) === section,
      );
      const names = programs.map(({ name }) => name);
      report(diagnose.misreadCode(section.name, titles[kind], names, view.at(section, 0)));
    } else if (kind === 'data' && isListed(view, section) && !isData(section)) {
      report(diagnose.dataType(section.name, section.type, view.at(section, 0)));
    }
  }
  for (const taken of ['license', 'version'] as const) {
    const section = view.sections(taken).at(-1);
    if (section === undefined || isCode(section)) continue;
    const exact = view.section(taken);
    if (section.name !== taken) {
      report(diagnose.misreadText(section.name, taken, exact?.name, view.at(section, 0)));
    } else if (taken === 'version' && section.bytes.length < 4) {
      report(diagnose.shortVersion(section.name, section.bytes.length, view.at(section, 0)));
    }
  }
};

/** Both are kept under one name, where the one that is read last hides the other, or is mixed up with it. */
export const sameNames: Rule = (object, report) => {
  const view = viewOf(object);
  const known = new Set<string>();
  for (const section of view.sections('data', 'code')) {
    if (view.kind(section) === 'data' && !isListed(view, section)) continue;
    if (known.has(section.name)) {
      report(diagnose.sameName(section.name, view.kind(section) === 'code', view.at(section, 0)));
    }
    known.add(section.name);
  }
};

const titles: Readonly<Record<Kind, string>> = {
  license: 'the license',
  version: 'the version',
  maps: 'maps',
  'legacy maps': 'maps',
  data: 'data',
  code: 'code',
  struct_ops: 'struct_ops',
};

function isCode({ type, flags, size }: ElfSection): boolean {
  return type === SHT.PROGBITS && (flags & SHF.EXECINSTR) !== 0 && size > 0;
}

function isData({ type }: ElfSection): boolean {
  return type === SHT.PROGBITS || type === SHT.NOBITS;
}

/** Sections that nothing is in, and nothing refers to, it leaves out. */
function isListed(view: CiliumView, section: ElfSection): boolean {
  return view.symbols(section).size > 0;
}
