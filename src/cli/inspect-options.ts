/** The options of `bpfld inspect`, once, as those of a link are in options.ts. Letters are those of readelf and objdump. */

import { colorOption, helpOption } from './common-options.ts';
import type { Option } from './options.ts';

export type InspectOptionName =
  | 'programs'
  | 'maps'
  | 'data'
  | 'externs'
  | 'sections'
  | 'symbols'
  | 'relocations'
  | 'btf'
  | 'code'
  | 'all'
  | 'json'
  | 'error-limit'
  | 'color'
  | 'help';

export const inspectOptions: readonly Option<InspectOptionName>[] = [
  {
    name: 'programs',
    letters: ['p'],
    value: 'none',
    group: 'Parts',
    help: 'programs and functions: type, size, stack, and what they call and use',
  },
  {
    name: 'maps',
    letters: ['m'],
    value: 'none',
    group: 'Parts',
    help: 'maps, of .maps and of the older maps section',
  },
  {
    name: 'data',
    value: 'none',
    group: 'Parts',
    help: 'variables and constants with their initial values',
  },
  {
    name: 'externs',
    value: 'none',
    group: 'Parts',
    help: 'what others are to define: the kernel, its configuration, other objects',
  },
  {
    name: 'sections',
    letters: ['S'],
    value: 'none',
    group: 'Parts',
    help: 'the section table',
  },
  {
    name: 'symbols',
    aliases: ['syms'],
    letters: ['s'],
    value: 'none',
    group: 'Parts',
    help: 'the symbol table',
  },
  {
    name: 'relocations',
    aliases: ['relocs'],
    letters: ['r'],
    value: 'none',
    group: 'Parts',
    help: 'relocations with S + A worked out',
  },
  {
    name: 'btf',
    aliases: ['types'],
    value: 'none',
    group: 'Parts',
    help: 'BTF: its sections, and all types as C',
  },
  {
    name: 'code',
    aliases: ['disassemble'],
    letters: ['d'],
    value: 'none',
    group: 'Parts',
    help: 'disassembly with source lines, references by name and CO-RE accesses',
  },
  {
    name: 'all',
    letters: ['a'],
    value: 'none',
    group: 'Parts',
    help: 'all of these',
  },
  {
    name: 'json',
    value: 'none',
    group: 'Output',
    help: 'everything as JSON, an array for several files',
  },
  {
    name: 'error-limit',
    value: 'required',
    placeholder: 'N',
    number: true,
    group: 'Diagnostics',
    help: 'print no more than N errors (default: 20; 0: all)',
  },
  colorOption('Diagnostics', 'diagnostics'),
  helpOption,
];
