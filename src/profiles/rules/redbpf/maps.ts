/** REDBPF-003, REDBPF-008 to REDBPF-010 and REDBPF-012: what redbpf makes maps of. */
import * as diagnose from '../../../diag/catalogue/redbpf.ts';
import { STT } from '../../../elf/constants.ts';
import type { Rule } from '../../../model/rule.ts';
import { objectView } from '../object-view.ts';
import { isKernelName } from './programs.ts';
import { halves, sectionsOf, symbolsIn } from './view.ts';

/** `struct bpf_map_def` of five 32-bit fields: type, key size, value size, entries, flags. */
const DEFINITION = 20;

export const mapSections: Rule = (object, report) => {
  const view = objectView(object);
  for (const section of sectionsOf(object, 'map')) {
    const [, name = ''] = halves(section);
    const at = view.at(section, 0);
    const symbols = symbolsIn(object, section);
    if (symbols.length > 1) {
      const names = symbols.map((symbol) =>
        symbol.type === STT.SECTION ? 'the symbol of the section' : `'${symbol.name}'`,
      );
      report(diagnose.severalMapSymbols(section.name, names, at));
    }
    if (section.size < DEFINITION) report(diagnose.shortMap(name, section.size, at));
    if (!isKernelName(name)) report(diagnose.nameForKernel('map', name, section.name, at));
  }
  for (const section of sectionsOf(object, 'maps')) {
    for (const symbol of symbolsIn(object, section)) {
      const at = view.atSymbol(symbol);
      if (symbol.type === STT.SECTION) {
        report(diagnose.sectionSymbolOfMaps(section.name, at));
        continue;
      }
      const left = section.size - symbol.value;
      if (left < DEFINITION) report(diagnose.shortMap(symbol.name, left, at));
      if (!isKernelName(symbol.name)) {
        report(diagnose.nameForKernel('map', symbol.name, section.name, at));
      }
    }
  }
};

/** An array of one value, which the kernel wants to be of some size. */
export const dataSections: Rule = (object, report) => {
  for (const section of sectionsOf(object, 'data')) {
    if (section.size === 0) report(diagnose.emptyData(section.name));
  }
};
