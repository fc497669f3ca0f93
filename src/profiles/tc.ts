/** tc's built-in loader: iproute2 built without libbpf, and every iproute2 before 5.11. */
import { forbiddenTarget, functionAddressTaken, severalPrograms } from '../diag/catalogue/tc.ts';
import { type Profile, takesAll } from './profile.ts';
import * as calls from './rules/tc/calls.ts';
import * as maps from './rules/tc/maps.ts';
import * as relocations from './rules/tc/relocations.ts';
import * as sections from './rules/tc/sections.ts';
import * as tailCalls from './rules/tc/tail-calls.ts';
import * as types from './rules/tc/types.ts';

export const tc: Profile = {
  ...takesAll,
  name: 'tc',
  title: "tc's own loader (iproute2 without libbpf)",
  versions: { oldest: [4, 0], newest: [6, 1] },
  script: 'tc.ld',
  permittedTargets: ['maps', '.text'],
  keepUndefined: false,
  legacyMaps: true,
  keepBtf: false,
  oneProgramPerSection: true,
  refuse: {
    reference: ({ section, object, why, at }) => forbiddenTarget(section, object, why, at),
    functionAddress: functionAddressTaken,
    severalPrograms,
  },
  // In tc's order, so that the first report is the cause of others.
  rules: [
    sections.byteOrder,
    sections.tableNames,
    sections.license,
    sections.sectionKinds,
    maps.definitions,
    types.annotations,
    maps.numbers,
    maps.pinning,
    maps.innerMaps,
    sections.lastSection,
    // From here on: what it makes of the program that it is asked for.
    sections.btfMapsAreNotRead,
    calls.textIsRelocated,
    relocations.somethingToRelocateFor,
    relocations.relocationTables,
    relocations.references,
    calls.callsInsideText,
    calls.callForm,
    sections.hiddenPrograms,
    sections.programTypes,
    calls.codeIsReached,
    types.helpersThatNeedTypes,
    types.coreRelocations,
    sections.sectionNameFeatures,
    tailCalls.tailCalls,
    tailCalls.programArraysStay,
  ],
};
