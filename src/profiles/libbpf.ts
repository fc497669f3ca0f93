/** libbpf: what bpftool, libbpf-rs, and tc built with libbpf load objects with. */
import { type Profile, takesAll } from './profile.ts';
import * as core from './rules/libbpf/core.ts';
import * as externs from './rules/libbpf/externs.ts';
import * as file from './rules/libbpf/file.ts';
import { kernelMaps } from './rules/libbpf/kernel-maps.ts';
import { kernelTypes } from './rules/libbpf/kernel-types.ts';
import * as maps from './rules/libbpf/maps.ts';
import * as programs from './rules/libbpf/programs.ts';
import * as relocations from './rules/libbpf/relocations.ts';
import * as structOps from './rules/libbpf/struct-ops.ts';
import * as subprograms from './rules/libbpf/subprograms.ts';

export const libbpf: Profile = {
  ...takesAll,
  name: 'libbpf',
  title: 'libbpf',
  versions: { oldest: [0, 4], newest: [1, 7] },
  script: 'libbpf.ld',
  // In libbpf's order, so that the first report is the cause of others.
  rules: [
    file.byteOrder,
    file.symbolTable,
    file.licenseAndVersion,
    file.legacyMaps,
    file.typesArePresent,
    programs.codeHasFunctions,
    programs.programs,
    externs.externs,
    externs.variablesHaveSymbols,
    maps.mapDefinitions,
    maps.mapSlots,
    maps.arena,
    structOps.structOps,
    relocations.emptySections,
    relocations.relocationTables,
    relocations.references,
    // From here on: what libbpf notices when it creates the maps and loads the programs.
    kernelTypes,
    kernelMaps,
    maps.innerMapsFirst,
    programs.sectionNames,
    subprograms.callees,
    subprograms.addressesHaveInformation,
    subprograms.informationOfSubprograms,
    core.coreRelocations,
  ],
};
