/** What the commands beside the link have in common: how they are called, and how they begin. */
import type { Host } from '../host.ts';
import { readCommandArguments } from './command-arguments.ts';
import type { Option } from './options.ts';
import { Printer, type PrintOptions, printOptions } from './print.ts';

export interface CommandTools {
  /** `--help` needs all of yargs, which everything else does without. */
  readonly loadHelp: () => Promise<typeof import('./help.ts')>;
}

/** Runs with what follows the command's name, its response files expanded; gives the exit code. */
export type Command = (argv: readonly string[], host: Host, tools: CommandTools) => Promise<number>;

/** By the word that stands first on the command line. Loaded when asked for: a link has no use for them. */
export type Commands = Readonly<Record<string, () => Promise<{ readonly run: Command }>>>;

export interface CommandDescription<Name extends string> {
  /** As its user calls it: `bpfld inspect`. */
  readonly name: string;
  readonly usage: string;
  readonly epilogue: string;
  readonly options: readonly Option<Name>[];
}

export interface BegunCommand<Name extends string> {
  readonly files: readonly string[];
  readonly given: ReadonlyMap<Name, readonly string[]>;
  readonly printer: Printer;
  /** What the printer goes by. */
  readonly printing: PrintOptions;
}

/** The arguments; or the exit code, where help was asked for or they make no sense. */
export async function beginCommand<Name extends string>(
  argv: readonly string[],
  host: Host,
  { loadHelp }: CommandTools,
  { name, options, usage, epilogue }: CommandDescription<Name>,
): Promise<BegunCommand<Name> | number> {
  const { files, given, diagnostics } = readCommandArguments(argv, options, name);
  const printing = printOptions(given);
  const printer = new Printer(host, printing);
  printer.print(diagnostics);
  if (printer.hasErrors) return 2;
  if ([...given.keys()].some((option) => option === 'help')) {
    const { renderHelp } = await loadHelp();
    host.out(`${await renderHelp(options, { usage, epilogue })}\n`);
    return 0;
  }
  return { files, given, printer, printing };
}
