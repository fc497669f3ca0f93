/** What the values of `bpfld check`'s options mean. */
import { chooseLoader } from '../check.ts';
import { badValue, unknownCode } from '../diag/catalogue/command-line.ts';
import type { Diagnostic, Severity } from '../diag/diagnostic.ts';
import { explanations } from '../diag/explanations.ts';
import { loaders } from '../profiles/index.ts';
import type { CheckOptionName } from './check-options.ts';

export const formats = ['text', 'json', 'sarif'] as const;
export type Format = (typeof formats)[number];

export interface Output {
  readonly format: Format;
  /** Undefined for the terminal. */
  readonly file: string | undefined;
}

export interface CheckArguments {
  /** `aya@0.3`, none twice. */
  readonly profiles: readonly string[];
  /** All loaders were asked, so that it is no error if some refuse. */
  readonly all: boolean;
  /** At most one is for the terminal. */
  readonly outputs: readonly Output[];
  readonly levels: ReadonlyMap<string, Severity | 'off'>;
  /** Usage errors. */
  readonly diagnostics: readonly Diagnostic[];
}

type Given = ReadonlyMap<CheckOptionName, readonly string[]>;

/** `command`: as its user calls it. */
export function readCheckArguments(given: Given, command: string): CheckArguments {
  const diagnostics: Diagnostic[] = [];
  return {
    ...readProfiles(given, diagnostics),
    ...readRest(given, command, diagnostics),
    diagnostics,
  };
}

function readProfiles(
  given: Given,
  diagnostics: Diagnostic[],
): Pick<CheckArguments, 'profiles' | 'all'> {
  const asked = given.get('profile')?.flatMap((list) => list.split(',')) ?? ['all'];
  const all = asked.includes('all');
  const profiles = asked.flatMap((name) => (name === 'all' ? loaders : [name.trim()]));
  for (const name of profiles) {
    const chosen = chooseLoader(name);
    if ('code' in chosen) diagnostics.push(chosen);
  }
  return { profiles: [...new Set(profiles)], all };
}

function readRest(
  given: Given,
  command: string,
  diagnostics: Diagnostic[],
): Pick<CheckArguments, 'outputs' | 'levels'> {
  const outputs: Output[] = [];
  let onTerminal: Format = given.has('json') ? 'json' : 'text';
  for (const value of given.get('diagnostics') ?? []) {
    const [, name = value, file] = /^([^:]*)(?::(.+))?$/s.exec(value) ?? [];
    const format = formats.find((one) => one === name);
    if (format === undefined) {
      const needed = `one of ${formats.join(', ')}, with or without :FILE`;
      diagnostics.push(badValue('--diagnostics', value, needed, formats, command));
    } else if (file === undefined) onTerminal = format;
    else outputs.push({ format, file });
  }
  return {
    outputs: [{ format: onTerminal, file: undefined }, ...outputs],
    levels: readLevels(given.get('warn') ?? [], command, diagnostics),
  };
}

const severities = { off: 'off', warn: 'warning', error: 'error' } as const;

function readLevels(
  values: readonly string[],
  command: string,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, Severity | 'off'> {
  const levels = new Map<string, Severity | 'off'>();
  const known = values.length === 0 ? [] : [...explanations().keys()];
  for (const value of values) {
    const [, name, level] = /^([^=]*)=(off|warn|error)$/.exec(value) ?? [];
    const code = name?.toUpperCase();
    if (code === undefined) {
      const needed = 'a code and a level, as in TC-004=off, TC-004=warn or TC-004=error';
      diagnostics.push(badValue('--warn', value, needed, [], command));
    } else if (!known.includes(code)) diagnostics.push(unknownCode(code, known, command));
    else levels.set(code, severities[level as keyof typeof severities]);
  }
  return levels;
}
