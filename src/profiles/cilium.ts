/** cilium/ebpf, the loader of Go programs, and what Cilium itself is built on. */
import { type Profile, takesAll } from './profile.ts';
import * as btf from './rules/cilium/btf.ts';
import { byteOrder } from './rules/cilium/byte-order.ts';
import { calledPrograms } from './rules/cilium/called-programs.ts';
import { externs } from './rules/cilium/externs.ts';
import { features } from './rules/cilium/features.ts';
import { addressesHaveInformation, flattened } from './rules/cilium/flattened.ts';
import { functions } from './rules/cilium/functions.ts';
import { gapsBehindFunctions } from './rules/cilium/gaps.ts';
import { hiddenFunctions } from './rules/cilium/hidden.ts';
import { kernelMaps } from './rules/cilium/kernel-maps.ts';
import { kernelTypes } from './rules/cilium/kernel-types.ts';
import { legacyMaps } from './rules/cilium/legacy-maps.ts';
import { maps } from './rules/cilium/maps.ts';
import { placesOfVariables } from './rules/cilium/old-types.ts';
import { functionNames, programTypes } from './rules/cilium/programs.ts';
import { records } from './rules/cilium/records.ts';
import * as relocations from './rules/cilium/relocations.ts';
import { sameNames, sectionNames } from './rules/cilium/sections.ts';
import { relocationTables, structOps } from './rules/cilium/struct-ops.ts';
import { variables } from './rules/cilium/variables.ts';

export const cilium: Profile = {
  ...takesAll,
  name: 'cilium',
  title: 'cilium/ebpf',
  versions: { oldest: [0, 13], newest: [0, 22] },
  script: 'cilium.ld',
  referencesBySection: true,
  hiddenIsStatic: true,
  weakMapsAreGlobal: true,
  functionNamesAreUnique: true,
  plainConfiguration: true,
  // In the loader's order, so that the first report is the cause of others.
  rules: [
    sectionNames,
    sameNames,
    structOps,
    btf.types,
    placesOfVariables,
    relocationTables,
    relocations.targets,
    legacyMaps,
    maps,
    variables,
    btf.dataTypes,
    externs,
    functions,
    functionNames,
    relocations.references,
    // What it takes, and does something else with; and what only the kernel refuses.
    kernelTypes,
    features,
    kernelMaps,
    gapsBehindFunctions,
    records,
    flattened,
    calledPrograms,
    addressesHaveInformation,
    programTypes,
    byteOrder,
    hiddenFunctions,
  ],
};
