/**
 * aya, the loader of Rust programs. Versions are those of its part that reads objects, the crate aya-obj: 0.3 comes
 * with aya 0.14, 0.6 with aya 0.16. Whatever came after 0.3 is alike for the rules.
 */
import { type Profile, takesAll } from './profile.ts';
import * as calls from './rules/aya/calls.ts';
import * as data from './rules/aya/data.ts';
import * as dataFields from './rules/aya/data-fields.ts';
import { callbacksAreReached } from './rules/aya/exception-callbacks.ts';
import * as file from './rules/aya/file.ts';
import * as functions from './rules/aya/functions.ts';
import { kernelMaps } from './rules/aya/kernel-maps.ts';
import * as maps from './rules/aya/maps.ts';
import * as programs from './rules/aya/programs.ts';
import * as records from './rules/aya/records.ts';
import * as references from './rules/aya/references.ts';
import * as subprograms from './rules/aya/subprograms.ts';
import * as types from './rules/aya/types.ts';

export const aya: Profile = {
  ...takesAll,
  name: 'aya',
  title: 'aya',
  versions: { oldest: [0, 3], newest: [0, 6] },
  script: 'aya.ld',
  referencesBySection: true,
  hiddenIsStatic: true,
  // In aya's order, so that the first report is the cause of others.
  rules: [
    file.licenseAndVersion,
    file.symbolNames,
    file.relocationSymbols,
    types.typesCanBeRead,
    records.recordSizes,
    records.oneBlockEach,
    file.sectionNamesAreUnique,
    programs.sectionNames,
    programs.programs,
    programs.programNamesAreUnique,
    programs.programsAreApart,
    functions.functionsFillText,
    maps.legacyMaps,
    maps.typedMaps,
    references.addendsAreInPlace,
    references.oneRelocationEach,
    // From here on: what aya notices when it relocates, or not at all.
    types.sizesAreKnown,
    types.typesSuitTheKernel,
    records.coreRelocations,
    references.references,
    references.externCalls,
    calls.calls,
    calls.functionsOfOneAddress,
    data.dataHasNoAddresses,
    data.globalsAreFound,
    // From here on: what the kernel says.
    file.byteOrder,
    data.dataIsNotEmpty,
    kernelMaps,
    data.mapNames,
    data.countOfMaps,
    dataFields.dataHasNoFieldsOfTheKernel,
    records.recordsAreComplete,
    records.addressesHaveRecords,
    subprograms.globalSubprograms,
    callbacksAreReached,
  ],
};
