import parser from 'yargs-parser';
import { conflict, noInputs, notAFile } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { LinkOptions } from '../link-types.ts';
import { normalise } from './normalise.ts';
import { type OptionName, options } from './options.ts';

/** A place in the order of inputs. A `-T` script has one because its INPUT commands name files. */
export interface InputArgument {
  readonly kind: 'file' | 'library' | 'script';
  readonly name: string;
}

export interface SettingArgument {
  readonly kind: 'set' | 'set-from';
  /** `name=value`, or the values file. */
  readonly text: string;
}

export type ColorMode = 'auto' | 'always' | 'never';

export interface CommandLine {
  readonly inputs: readonly InputArgument[];
  readonly libraryPaths: readonly string[];
  readonly output: string;
  readonly dependencyFile: string | undefined;
  readonly profile: string | undefined;
  readonly orphanHandling: LinkOptions['orphanHandling'];
  readonly settings: readonly SettingArgument[];
  readonly fetch: readonly string[];
  readonly trapSymbols: readonly string[];
  readonly errorLimit: number;
  readonly fatalWarnings: boolean;
  readonly color: ColorMode | undefined;
  readonly verbose: boolean;
  /** `-v`: print the version and go on. */
  readonly announce: boolean;
  readonly version: boolean;
  readonly help: boolean;
}

/** How canonical arguments for files begin. */
const INPUT = '--input=';

const lists = ['setting', ...options.filter((option) => option.repeats).map(({ name }) => name)];

/** Reads arguments whose response files are expanded. Diagnostics are usage errors. */
export function parseArguments(argv: readonly string[]): {
  readonly commandLine: CommandLine;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { canonical, diagnostics: problems } = normalise(argv);
  // Of files there may be thousands, and each takes the parser a while.
  const [inputs, others] = partition(canonical, (argument) => argument.startsWith(INPUT));
  const parsed: Readonly<Record<string, unknown>> = parser(others, {
    array: lists,
    string: [...lists, ...options.map(({ name }) => name)],
    configuration: {
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
      'boolean-negation': false,
    },
  });
  const all = (key: OptionName | 'setting'): readonly string[] =>
    [parsed[key] ?? []].flat().map(String);
  const untag = (tagged: string): string => tagged.slice(tagged.indexOf(':') + 1);
  const last = (key: OptionName): string | undefined => {
    const tagged = all(key).at(-1);
    return tagged === undefined ? undefined : untag(tagged);
  };
  const given = (key: OptionName): boolean => all(key).length > 0;

  const commandLine: CommandLine = {
    inputs: inputs.map((argument) => {
      const tagged = argument.slice(INPUT.length);
      const kind = tagged.slice(0, tagged.indexOf(':')) as InputArgument['kind'];
      return { kind, name: untag(tagged) };
    }),
    libraryPaths: all('library-path').map(untag),
    output: last('output') ?? 'a.out',
    dependencyFile: last('dependency-file'),
    profile: last('profile'),
    orphanHandling: last('orphan-handling') as LinkOptions['orphanHandling'],
    settings: all('setting').map((tagged) => ({
      kind: tagged.slice(0, tagged.indexOf(':')) as SettingArgument['kind'],
      text: untag(tagged),
    })),
    fetch: all('fetch').map(untag),
    trapSymbols: all('trap-symbols').map(untag),
    errorLimit: Number(last('error-limit') ?? 20),
    fatalWarnings: given('fatal-warnings'),
    color: given('color') ? ((last('color') || 'always') as ColorMode) : undefined,
    verbose: given('verbose'),
    announce: given('v'),
    version: given('version'),
    help: given('help'),
  };
  return { commandLine, diagnostics: [...problems, ...checkTogether(commandLine)] };
}

function partition<T>(all: readonly T[], belongs: (one: T) => boolean): readonly [T[], T[]] {
  const [inside, outside]: [T[], T[]] = [[], []];
  for (const one of all) (belongs(one) ? inside : outside).push(one);
  return [inside, outside];
}

/** What is wrong only in combination. */
function checkTogether(commandLine: CommandLine): readonly Diagnostic[] {
  const { inputs, output } = commandLine;
  const diagnostics: Diagnostic[] = [];
  if (output === '-') diagnostics.push(notAFile('output'));
  const scripts = new Set(inputs.filter(({ kind }) => kind === 'script').map(({ name }) => name));
  if (scripts.size > 1) {
    const [first, second] = scripts;
    diagnostics.push(
      conflict(
        `two linker scripts, '${first}' and '${second}'`,
        'a link has one; write one that has INCLUDE commands for both',
      ),
    );
  }
  const { announce, help, verbose, version } = commandLine;
  const links = inputs.some(({ kind }) => kind !== 'script');
  // A script's own INPUT may name every file, so with -T the check comes after it is read.
  if (!links && scripts.size === 0 && !announce && !help && !verbose && !version) {
    diagnostics.push(noInputs());
  }
  return diagnostics;
}
