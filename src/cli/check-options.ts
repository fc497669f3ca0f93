/** The options of `bpfld check`, once, as those of a link are in options.ts. */

import { colorOption, helpOption } from './common-options.ts';
import type { Option } from './options.ts';

export type CheckOptionName =
  | 'profile'
  | 'diagnostics'
  | 'json'
  | 'warn'
  | 'error-limit'
  | 'fatal-warnings'
  | 'color'
  | 'help';

export const checkOptions: readonly Option<CheckOptionName>[] = [
  {
    name: 'profile',
    value: 'required',
    placeholder: 'NAME[@VERSION],...',
    repeats: true,
    group: 'Script and profile',
    help: 'ask these loaders (default: all, which is also a name)',
  },
  {
    name: 'diagnostics',
    aliases: ['format'],
    value: 'required',
    placeholder: 'FORMAT[:FILE]',
    repeats: true,
    group: 'Output',
    help: 'report as text, json or sarif; with FILE into that file, beside the text',
  },
  {
    name: 'json',
    value: 'none',
    group: 'Output',
    help: 'the same as --diagnostics=json',
  },
  {
    name: 'warn',
    value: 'required',
    placeholder: 'CODE=LEVEL',
    repeats: true,
    group: 'Diagnostics',
    help: 'take findings with this code for LEVEL: off, warn or error',
  },
  {
    name: 'fatal-warnings',
    value: 'none',
    group: 'Diagnostics',
    help: 'take warnings for errors',
  },
  {
    name: 'error-limit',
    value: 'required',
    placeholder: 'N',
    number: true,
    group: 'Diagnostics',
    help: 'of a file and loader show no more than N findings as text (default: 20; 0: all)',
  },
  colorOption('Diagnostics', 'diagnostics'),
  helpOption,
];
