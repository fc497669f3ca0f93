/** tc's built-in loader: iproute2 built without libbpf, and every iproute2 before 5.11. */
import { forbiddenTarget, functionAddressTaken, severalPrograms } from '../diag/catalogue/tc.ts';
import { type Profile, takesAll } from './profile.ts';
import * as maps from './rules/tc/maps.ts';
import * as programs from './rules/tc/programs.ts';
import * as relocations from './rules/tc/relocations.ts';

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
  rules: [
    maps.btfMapsAreNotRead,
    maps.strideOfMaps,
    maps.countOfMaps,
    maps.entriesOfMaps,
    maps.pinning,
    maps.innerMaps,
    programs.license,
    programs.emptyPrograms,
    programs.tailCalls,
    programs.sectionNameFeatures,
    relocations.relocationTargets,
    relocations.somethingToRelocateFor,
    relocations.mapReferences,
    relocations.textIsRelocated,
    relocations.callForm,
    relocations.callsInsideText,
    relocations.textIsReached,
  ],
};
