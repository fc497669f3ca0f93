/**
 * redbpf, which loaded Rust programs before aya. Its programs call no functions, so they are inlined; it makes no use
 * of BTF but for the pretty-printing of maps.
 */
import { severalPrograms } from '../diag/catalogue/redbpf.ts';
import { type Profile, takesAll } from './profile.ts';
import * as file from './rules/redbpf/file.ts';
import * as maps from './rules/redbpf/maps.ts';
import * as programs from './rules/redbpf/programs.ts';
import * as relocations from './rules/redbpf/relocations.ts';

export const redbpf: Profile = {
  ...takesAll,
  name: 'redbpf',
  title: 'redbpf',
  versions: { oldest: [2, 3], newest: [2, 3] },
  script: 'redbpf.ld',
  keepUndefined: false,
  referencesBySection: true,
  readsBss: false,
  keepBtf: false,
  oneProgramPerSection: true,
  refuse: { ...takesAll.refuse, severalPrograms },
  // In redbpf's order: reading sections, making maps, resolving references, loading.
  rules: [
    file.licenseAndVersion,
    programs.programSections,
    maps.mapSections,
    maps.dataSections,
    relocations.tablesOfRelocations,
    relocations.references,
    programs.programNames,
    file.byteOrder,
  ],
};
