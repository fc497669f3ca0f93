/**
 * tc and ip built with libbpf, as distributions have them since iproute2 5.11. Its version is that of the libbpf
 * inside, which `tc -V` tells.
 *
 * tc looks at the file first, with the eyes of its own loader; then libbpf opens it; then tc sets the type of the one
 * program that it is asked for, and has libbpf load that one and all maps.
 */
import { libbpf } from './libbpf.ts';
import type { Profile } from './profile.ts';
import { byteOrder } from './rules/libbpf/file.ts';
import { kernelMaps } from './rules/libbpf/kernel-maps.ts';
import { codeHasFunctions, sectionNames } from './rules/libbpf/programs.ts';
import { definitions } from './rules/tc/maps.ts';
import * as sections from './rules/tc/sections.ts';
import * as maps from './rules/tc-libbpf/maps.ts';
import * as programs from './rules/tc-libbpf/programs.ts';

/** What tc has said already, or takes in its own way. */
const replaced = [byteOrder, codeHasFunctions, sectionNames, kernelMaps];

export const tcLibbpf: Profile = {
  ...libbpf,
  name: 'tc-libbpf',
  title: 'tc built with libbpf',
  script: 'tc-libbpf.ld',
  rules: [
    sections.byteOrder,
    sections.lastSection,
    definitions,
    ...libbpf.rules.filter((rule) => !replaced.includes(rule)),
    programs.sectionsHavePrograms,
    programs.optionalPrograms,
    programs.programTypes,
    maps.numbers,
    maps.programSlots,
    maps.programArraysArePinned,
  ],
};
