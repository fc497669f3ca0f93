/**
 * Brings a linker's command line into the one form that yargs-parser reads without surprises. Left to
 * itself it takes `-lfoo` for four letters, loses the order of options among files, nests `--a.b`, strips
 * quotes from values and makes NaN of a bad number. So every argument becomes `--key=tag:value`, where the
 * key says which list it goes to and the tag what it is:
 *
 *     a.o -lfoo -T x.ld -o out.o   ->   --input=file:a.o --input=library:foo --input=script:x.ld --output=output:out.o
 *
 * Not attempted: abbreviated long options and joined letters (`-rS`), which no build file relies on.
 */
import { nearest } from '../base/nearest.ts';
import * as report from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { formsOf, type Option, options } from './options.ts';

export interface Normalised {
  readonly canonical: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Lists that keep the order of several kinds of argument. */
const sharedKeys: Readonly<Record<string, string>> = {
  library: 'input',
  script: 'input',
  set: 'setting',
  'set-from': 'setting',
};

/** `command`: how its user calls the command that has the options. */
export function normalise(
  argv: readonly string[],
  list: readonly Option[] = options,
  command = 'bpfld',
): Normalised {
  const forms: Forms = new Map(
    list.flatMap((option) => formsOf(option).map((form) => [form, option] as const)),
  );
  const canonical: string[] = [];
  const diagnostics: Diagnostic[] = [];
  let onlyFiles = false;

  function emit(option: Option, form: string, value: string | undefined): void {
    const problem = value === undefined ? undefined : checkValue(option, form, value, command);
    if (problem !== undefined) diagnostics.push(problem);
    else
      canonical.push(`--${sharedKeys[option.name] ?? option.name}=${option.name}:${value ?? ''}`);
  }

  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!;
    if (onlyFiles || !argument.startsWith('-')) {
      canonical.push(`--input=file:${argument}`);
    } else if (argument === '--') {
      onlyFiles = true;
    } else if (argument === '-') {
      diagnostics.push(report.notAFile('input'));
    } else {
      const split = splitArgument(argument, forms);
      if (split === undefined) {
        diagnostics.push(report.unknownOption(argument, nearOption(argument, forms), command));
        continue;
      }
      const { option, form, value } = split;
      if (option.value === 'none') {
        if (value === undefined) emit(option, form, undefined);
        else diagnostics.push(report.unexpectedValue(form, value, command));
      } else if (form.length === 2 && value?.startsWith('=')) {
        diagnostics.push(report.equalsAfterLetter(argument, form.slice(1), option.name));
      } else if (value !== undefined || option.value === 'optional') {
        emit(option, form, value);
      } else if (at + 1 < argv.length) {
        emit(option, form, argv[++at]!);
      } else {
        diagnostics.push(report.missingValue(form, option.placeholder ?? 'VALUE', command));
      }
    }
  }
  return { canonical, diagnostics };
}

type Forms = ReadonlyMap<string, Option>;

interface SplitArgument {
  readonly option: Option;
  /** The option as messages call it: `-o`, `--output`. */
  readonly form: string;
  /** What is joined to it, for a long form without the `=`. */
  readonly value: string | undefined;
}

function splitArgument(argument: string, forms: Forms): SplitArgument | undefined {
  const letter = forms.get(argument.slice(0, 2));
  const joined = argument.length > 2 ? argument.slice(2) : undefined;
  if (!argument.startsWith('--')) {
    // As in ld, `-omagic` is the output "magic" and `-library` the library "ibrary": a long option
    // that begins like a letter with a value needs its two dashes.
    if (letter !== undefined && (joined === undefined || letter.value === 'required')) {
      return { option: letter, form: argument.slice(0, 2), value: joined };
    }
  }
  const equals = argument.indexOf('=');
  const form = equals < 0 ? argument : argument.slice(0, equals);
  const option = forms.get(form.startsWith('--') ? form : `-${form}`);
  if (option === undefined) return undefined;
  return { option, form, value: equals < 0 ? undefined : argument.slice(equals + 1) };
}

function checkValue(
  option: Option,
  form: string,
  value: string,
  command: string,
): Diagnostic | undefined {
  if (option.choices !== undefined && !option.choices.includes(value)) {
    return report.badValue(
      form,
      value,
      `one of ${option.choices.join(', ')}`,
      option.choices,
      command,
    );
  }
  if (value === '') return report.missingValue(form, option.placeholder ?? 'VALUE', command);
  if (option.number === true && !/^[0-9]{1,9}$/.test(value)) {
    return report.badValue(form, value, 'a number, 0 or more', [], command);
  }
  return undefined;
}

/** The option that a misspelt or shortened one most likely meant. */
function nearOption(argument: string, forms: Forms): string | undefined {
  const name = argument.replace(/^--?/, '').replace(/=.*$/s, '');
  if (name.length < 2) return undefined;
  const long = [...forms.keys()].filter((form) => form.startsWith('--'));
  const longNames = long.map((form) => form.slice(2));
  const longer = longNames.filter((long) => long.startsWith(name));
  const near = longer.length === 1 ? longer[0] : nearest(name, longNames);
  return near === undefined ? undefined : `--${near}`;
}
