/**
 * The options of a link, once: the argument parser, `--help` and the table in docs/command-line.md are all
 * made from this list, in its order. Commands have lists of their own.
 */

export type OptionGroup =
  | 'Input'
  | 'Output'
  | 'Script and profile'
  | 'Configuration'
  | 'Diagnostics'
  | 'Information'
  | 'Parts';

export type OptionName =
  | 'library'
  | 'library-path'
  | 'output'
  | 'relocatable'
  | 'strip-debug'
  | 'dependency-file'
  | 'script'
  | 'profile'
  | 'orphan-handling'
  | 'set'
  | 'set-from'
  | 'fetch'
  | 'trap-symbols'
  | 'error-limit'
  | 'fatal-warnings'
  | 'color'
  | 'verbose'
  | 'v'
  | 'version'
  | 'help';

export interface Option<Name extends string = string> {
  /** The long form without dashes; for an option that has none, its letter. */
  readonly name: Name;
  /** Other long forms. */
  readonly aliases?: readonly string[];
  /** Single letters. */
  readonly letters?: readonly string[];
  /**
   * What follows the option. `optional`: only after `=`. A letter's value is joined (`-lfoo`) or the next
   * argument, a long form's is behind `=` or the next argument.
   */
  readonly value: 'none' | 'required' | 'optional';
  /** How help calls the value. */
  readonly placeholder?: string;
  /** The only values. */
  readonly choices?: readonly string[];
  /** A decimal integer, 0 or more. */
  readonly number?: true;
  /** May be given several times, and every time counts; of other options the last counts. */
  readonly repeats?: true;
  readonly group: OptionGroup;
  readonly help: string;
}

export const options: readonly Option<OptionName>[] = [
  {
    name: 'library',
    letters: ['l'],
    value: 'required',
    placeholder: 'NAME',
    repeats: true,
    group: 'Input',
    help: 'link libNAME.a from a library directory, or the file F for :F',
  },
  {
    name: 'library-path',
    letters: ['L'],
    value: 'required',
    placeholder: 'DIR',
    repeats: true,
    group: 'Input',
    help: 'look for libraries and scripts in DIR; counts for the whole command line',
  },
  {
    name: 'output',
    letters: ['o'],
    value: 'required',
    placeholder: 'FILE',
    group: 'Output',
    help: 'write the linked object to FILE (default: a.out)',
  },
  {
    name: 'relocatable',
    letters: ['r'],
    value: 'none',
    group: 'Output',
    help: 'write a relocatable object; accepted for compatibility, always so',
  },
  {
    name: 'strip-debug',
    letters: ['S'],
    value: 'none',
    group: 'Output',
    help: 'leave debug sections out; accepted for compatibility, the default',
  },
  {
    name: 'dependency-file',
    value: 'required',
    placeholder: 'FILE',
    group: 'Output',
    help: 'write a make rule to FILE that names every file the output was made from',
  },
  {
    name: 'script',
    letters: ['T'],
    value: 'required',
    placeholder: 'FILE',
    group: 'Script and profile',
    help: 'link by this script: a file here or in a -L directory, or one shipped with bpfld',
  },
  {
    name: 'profile',
    value: 'required',
    placeholder: 'NAME[@VERSION]',
    group: 'Script and profile',
    help: 'link for this loader, by its shipped script if there is no -T',
  },
  {
    name: 'orphan-handling',
    value: 'required',
    placeholder: 'MODE',
    choices: ['place', 'warn', 'error', 'discard'],
    group: 'Script and profile',
    help: 'what to do with sections that the script does not name',
  },
  {
    name: 'set',
    value: 'required',
    placeholder: 'NAME=VALUE',
    repeats: true,
    group: 'Configuration',
    help: 'give the variable NAME, or a part of it, this initial value',
  },
  {
    name: 'set-from',
    value: 'required',
    placeholder: 'FILE',
    repeats: true,
    group: 'Configuration',
    help: 'take initial values from a JSON file',
  },
  {
    name: 'fetch',
    value: 'required',
    placeholder: 'SYMBOL|SECTION',
    repeats: true,
    group: 'Configuration',
    help: "read (__u32)&x as x's value for this symbol, or for a section's symbols",
  },
  {
    name: 'trap-symbols',
    value: 'required',
    placeholder: 'PATTERN',
    repeats: true,
    group: 'Configuration',
    help: 'where a function of this name is called, return 0 instead',
  },
  {
    name: 'error-limit',
    value: 'required',
    placeholder: 'N',
    number: true,
    group: 'Diagnostics',
    help: 'stop after N errors (default: 20; 0: never)',
  },
  {
    name: 'fatal-warnings',
    value: 'none',
    group: 'Diagnostics',
    help: 'take warnings for errors',
  },
  {
    name: 'color',
    aliases: ['colour', 'color-diagnostics'],
    value: 'optional',
    placeholder: 'WHEN',
    choices: ['auto', 'always', 'never'],
    group: 'Diagnostics',
    help: 'colour diagnostics (alone: always; default: auto)',
  },
  {
    name: 'verbose',
    value: 'none',
    group: 'Information',
    help: 'print the linker script in force',
  },
  {
    name: 'v',
    letters: ['v', 'V'],
    value: 'none',
    group: 'Information',
    help: 'print the version, then link if there are inputs',
  },
  {
    name: 'version',
    value: 'none',
    group: 'Information',
    help: 'print the version and stop',
  },
  {
    name: 'help',
    letters: ['h'],
    value: 'none',
    group: 'Information',
    help: 'print this help and stop',
  },
];

/** Every form of an option as the user types it, letters first. */
export function formsOf(option: Option): readonly string[] {
  const long = option.letters?.includes(option.name) ? [] : [option.name];
  return [
    ...(option.letters ?? []).map((letter) => `-${letter}`),
    ...[...long, ...(option.aliases ?? [])].map((name) => `--${name}`),
  ];
}

/** The options as rows of a Markdown table, for the documentation. */
export function optionTable(list: readonly Option[] = options): string {
  const rows = list.map((option) => {
    const value = option.placeholder ?? '';
    const forms = formsOf(option).map((form) => {
      if (value === '') return `\`${form}\``;
      if (option.value === 'optional') return `\`${form}[=${value}]\``;
      return form.startsWith('--') ? `\`${form}=${value}\`` : `\`${form} ${value}\``;
    });
    const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
    const cells = [forms.join(', '), `${option.help}${choices}`];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | what it does |', '|---|---|', ...rows].join('\n');
}
