/** TC-004, TC-021, TC-023: what tc's loader makes of programs and their sections. */
import * as diagnose from '../../../diag/catalogue/tc.ts';
import { SHF, SHT } from '../../../elf/constants.ts';
import type { ElfObject, ElfSection } from '../../../elf/types.ts';
import { MapType } from '../../../model/legacy-map.ts';
import type { Rule } from '../../../model/rule.ts';
import { tcMaps } from './maps.ts';

const MAX_LICENSE = 128;

export function programSections(object: ElfObject): ElfSection[] {
  return object.sections.filter(
    (section) =>
      section.type === SHT.PROGBITS &&
      (section.flags & SHF.EXECINSTR) !== 0 &&
      section.name !== '.text',
  );
}

export const license: Rule = (object, report) => {
  const section = object.sections.find(({ name }) => name === 'license');
  if (section === undefined) report(diagnose.noLicense());
  else if (section.size > MAX_LICENSE) report(diagnose.licenseTooLong(section.size, []));
};

export const emptyPrograms: Rule = (object, report) => {
  for (const section of programSections(object)) {
    if (section.size === 0) report(diagnose.emptySection(section.name));
  }
};

/** A section `ID/KEY` is the program for slot KEY of the program array with that id. */
export const tailCalls: Rule = (object, report) => {
  const maps = tcMaps(object);
  for (const { name } of programSections(object)) {
    const match = /^(\d+|0[xX][0-9a-fA-F]+)\/(\d+|0[xX][0-9a-fA-F]+)$/.exec(name);
    if (match === null) continue;
    const [id, key] = [Number(match[1]), Number(match[2])];
    const map = maps.find((candidate) => candidate.id === id);
    if (map === undefined) report(diagnose.noTailCallMap(name, id));
    else if (map.type !== MapType.PROG_ARRAY) report(diagnose.tailCallNotProgArray(name, map.name));
    else if (key >= map.maxElem) {
      report(diagnose.tailCallOutOfBounds(name, key, map.name, map.maxElem));
    }
  }
};

export const sectionNameFeatures: Rule = (object, report) => {
  for (const { name } of programSections(object)) {
    if (/^xdp\.frags(\/|$)/.test(name)) {
      report(diagnose.featureOfSectionName(name, 'support for multi-buffer packets'));
    } else if (/^xdp\/(devmap|cpumap)$/.test(name)) {
      report(diagnose.featureOfSectionName(name, `the attach type ${name.slice(4)}`));
    }
  }
};
