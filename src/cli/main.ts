/**
 * bpfld's command line, from arguments to exit code:
 *
 *      0  done
 *      1  an error in the input, or a file that cannot be read or written
 *      2  the command line makes no sense
 *     70  a fault of bpfld itself (EX_SOFTWARE)
 *
 * Data goes to standard output, diagnostics to standard error; success is silent.
 */
import { Bug } from '../base/bug.ts';
import { cannotWrite, noInputs } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Host } from '../host.ts';
import type { Linker, LinkOptions } from '../link-types.ts';
import { chooseProfile, profileFault } from '../profiles/index.ts';
import type { ScriptSource } from '../script/index.ts';
import { type CommandLine, parseArguments } from './arguments.ts';
import type { Commands, CommandTools } from './command.ts';
import { dependencyRule } from './dependency-file.ts';
import { type LoadedFiles, loadFiles } from './load.ts';
import { options } from './options.ts';
import { checkOverwrites } from './overwrites.ts';
import { Printer } from './print.ts';
import { expandResponseFiles } from './response-files.ts';
import { shippedScript } from './search.ts';
import { type LoadedSettings, loadSettings } from './settings.ts';
import { version, versionLine } from './version.ts';

/** What the command line drives. */
export interface Core extends CommandTools {
  readonly commands: Commands;
  readonly link: Linker;
  /** The scripts that ship with bpfld: `tc.ld` and its text. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The shipped script that is in force without -T and --profile. */
  readonly defaultScript: string;
}

const exit = { done: 0, failed: 1, usage: 2, fault: 70 } as const;

/** `argv`: without the names of the interpreter and the program. */
export async function main(argv: readonly string[], host: Host, core: Core): Promise<number> {
  try {
    return await run(argv, host, core);
  } catch (fault) {
    host.err(`${describeFault(fault, host)}\n`);
    return exit.fault;
  }
}

async function run(argv: readonly string[], host: Host, core: Core): Promise<number> {
  const expanded = expandResponseFiles(argv, host);
  const [word = '', ...rest] = expanded.arguments;
  if (Object.hasOwn(core.commands, word) && expanded.diagnostics.length === 0) {
    const command = await core.commands[word]!();
    return command.run(rest, host, core);
  }
  const { commandLine, diagnostics } = parseArguments(expanded.arguments);
  const printer = new Printer(host, commandLine);
  const failed = (usage: readonly Diagnostic[]): boolean => {
    printer.print(usage);
    return printer.hasErrors;
  };
  if (failed(expanded.diagnostics)) return exit.usage;
  if (failed([...diagnostics, ...checkProfile(commandLine)])) return exit.usage;

  if (commandLine.help) {
    const { renderHelp } = await core.loadHelp();
    host.out(`${await renderHelp(options)}\n`);
    return exit.done;
  }
  if (commandLine.version || commandLine.announce || commandLine.verbose) {
    host.out(`${versionLine}\n`);
    if (commandLine.version) return exit.done;
  }

  const settings = loadSettings(commandLine.settings, host);
  if (failed(settings.usage)) return exit.usage;
  const files = loadFiles(commandLine, host, core.scripts);
  if (failed([...settings.diagnostics, ...files.diagnostics])) return exit.failed;
  if (commandLine.verbose) host.out(describeScript(scriptInForce(commandLine, files, core)));
  if (files.inputs.length === 0) {
    if (commandLine.announce || commandLine.verbose) return exit.done;
    failed([noInputs()]);
    return exit.usage;
  }
  const read: WhatWasRead = { settings, files, responseFiles: expanded.files };
  return link(commandLine, read, host, core, printer);
}

interface WhatWasRead {
  readonly settings: LoadedSettings;
  readonly files: LoadedFiles;
  readonly responseFiles: readonly string[];
}

function link(
  commandLine: CommandLine,
  { settings, files, responseFiles }: WhatWasRead,
  host: Host,
  core: Core,
  printer: Printer,
): number {
  const { profile, orphanHandling } = commandLine;
  const linkOptions: LinkOptions = {
    inputs: files.inputs,
    include: files.include,
    settings: settings.settings,
    fetch: commandLine.fetch,
    trapSymbols: commandLine.trapSymbols,
    ...(files.script === undefined ? {} : { script: files.script }),
    ...(profile === undefined ? {} : { profile }),
    ...(orphanHandling === undefined ? {} : { orphanHandling }),
  };
  const { output, diagnostics } = core.link(linkOptions);
  printer.print(diagnostics);
  if (printer.hasErrors) return exit.failed;
  if (output === undefined) throw new Bug('link', 'neither an output nor an error');

  const objects = files.inputs.map(({ path }) => path);
  const isObject = new Set(objects);
  const scripts = [...files.dependencies].filter((path) => !isObject.has(path));
  const read = { objects, scripts, valuesFiles: settings.files, responseFiles };
  printer.print(checkOverwrites(commandLine, read, host));
  if (printer.hasErrors) return exit.usage;
  printer.print(
    writeResults(commandLine, output, [...files.dependencies, ...settings.files], host),
  );
  return printer.hasErrors ? exit.failed : exit.done;
}

function writeResults(
  { output: path, dependencyFile }: CommandLine,
  output: Uint8Array,
  dependencies: readonly string[],
  host: Host,
): readonly Diagnostic[] {
  const broken = [path, ...dependencies].find((name) => /[\n\r]/.test(name));
  if (dependencyFile !== undefined && broken !== undefined) {
    const problem = `make cannot name a file with a line end, '${broken}'`;
    return [cannotWrite('dependency file', dependencyFile, problem)];
  }
  const problem = host.writeFile(path, output);
  if (problem !== undefined) return [cannotWrite('output', path, problem)];
  if (dependencyFile === undefined) return [];
  const rule = new TextEncoder().encode(dependencyRule(path, new Set(dependencies)));
  const ruleProblem = host.writeFile(dependencyFile, rule);
  if (ruleProblem === undefined) return [];
  return [cannotWrite('dependency file', dependencyFile, ruleProblem)];
}

function checkProfile({ profile }: CommandLine): readonly Diagnostic[] {
  if (profile === undefined || chooseProfile(profile) !== undefined) return [];
  return [profileFault(profile)];
}

function scriptInForce(
  { profile = '' }: CommandLine,
  { script }: LoadedFiles,
  { scripts, defaultScript }: Core,
): ScriptSource {
  const name = chooseProfile(profile)?.profile.script ?? defaultScript;
  return script ?? shippedScript(scripts, name) ?? { name, text: '' };
}

/** In ld's form, for the scripts that cut it out between the lines of equals signs. */
function describeScript({ name, text }: ScriptSource): string {
  const line = '='.repeat(50);
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  return `using linker script ${name}:\n${line}\n${text}${end}${line}\n`;
}

function describeFault(fault: unknown, host: Host): string {
  const message = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
  const stack = fault instanceof Error && host.env.BPFLD_DEBUG ? fault.stack : undefined;
  return [
    `error: a fault of bpfld itself, not of its input: ${message}`,
    `>>> bpfld ${version}; nothing was written`,
    ">>> please report it to bpfld's issue tracker, with the command line and, if you can, the inputs",
    stack === undefined ? '>>> BPFLD_DEBUG=1 in the environment shows where it happened' : stack,
  ].join('\n');
}
