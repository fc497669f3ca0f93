/**
 * Reads every file that a link needs before the link begins, which itself touches none: inputs in their
 * order, `-l` libraries, the `-T` script, what INPUT, GROUP and SEARCH_DIR commands name, and on demand
 * what INCLUDE names. A `libfoo.a` may be a text that lists objects:
 *
 *     bpfld prog.o -Llib -lfoo          lib/libfoo.a: INPUT(foo1.o foo2.o)
 *
 * links prog.o, lib/foo1.o and lib/foo2.o. Missing files are all reported, not only the first.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { type FileBytes, isPartial } from '../base/file-bytes.ts';
import * as report from '../diag/catalogue/command-line.ts';
import type { Diagnostic, Location } from '../diag/diagnostic.ts';
import { neededRanges } from '../elf/needed.ts';
import type { Host } from '../host.ts';
import type { LinkInput, LinkOptions } from '../link-types.ts';
import { type Command, parseScript, type ScriptSource } from '../script/index.ts';
import type { CommandLine, InputArgument } from './arguments.ts';
import { binaryKind, classify, type FileKind } from './classify.ts';
import {
  candidates,
  directoryOf,
  type FoundFile,
  inDirectories,
  libraryFile,
  readFirst,
  shippedScript,
} from './search.ts';

export interface LoadedFiles {
  readonly inputs: readonly LinkInput[];
  /** The script of `-T`. */
  readonly script: ScriptSource | undefined;
  readonly include: NonNullable<LinkOptions['include']>;
  /** Every file read so far, scripts that come with bpfld left out; grows as `include` is called. */
  readonly dependencies: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** More scripts among the inputs than this name each other in a circle. */
const maxInputScripts = 256;

export function loadFiles(
  commandLine: Pick<CommandLine, 'inputs' | 'libraryPaths'>,
  host: Host,
  shipped: Readonly<Record<string, string>>,
): LoadedFiles {
  const loader = new Loader(host, shipped, commandLine.libraryPaths);
  const argument = commandLine.inputs.find(({ kind }) => kind === 'script');
  const script = argument === undefined ? undefined : loader.loadScript(argument.name);
  let scriptUsed = false;
  for (const input of commandLine.inputs) {
    if (input.kind !== 'script') {
      loader.loadInput(input, [], undefined, undefined);
    } else if (!scriptUsed && script !== undefined) {
      scriptUsed = true;
      loader.loadInputsOf(script, []);
    }
  }
  return {
    inputs: loader.inputs,
    script: script?.source,
    include: (name) => loader.include(name),
    dependencies: loader.dependencies,
    diagnostics: loader.diagnostics,
  };
}

interface LoadedScript {
  readonly source: ScriptSource;
  readonly commands: readonly Command[];
  /** Undefined for a script that comes with bpfld. */
  readonly directory: string | undefined;
}

class Loader {
  readonly inputs: LinkInput[] = [];
  readonly dependencies: Set<string> = new Set();
  readonly diagnostics: Diagnostic[] = [];
  readonly #host: Host;
  readonly #shipped: Readonly<Record<string, string>>;
  readonly #directories: string[];
  readonly #included = new Map<string, ScriptSource | undefined>();
  #inputScripts = 0;
  /** Scripts name each other in a circle, which is reported once and ends the loading. */
  #endless = false;

  constructor(
    host: Host,
    shipped: Readonly<Record<string, string>>,
    directories: readonly string[],
  ) {
    this.#host = host;
    this.#shipped = shipped;
    this.#directories = [...directories];
  }

  /** The `-T` script; its directories count from now on. Its own faults are for the link to report. */
  loadScript(name: string): LoadedScript | undefined {
    const found = readFirst(candidates(name, this.#directories), this.#host.readFile);
    if ('bytes' in found) {
      const source = this.#scriptOf(found);
      return source && this.#parsed(source, directoryOf(found.path)).loaded;
    }
    const source = shippedScript(this.#shipped, name);
    if (source !== undefined) return this.#parsed(source, undefined).loaded;
    this.diagnostics.push(
      found.missing
        ? report.scriptNotFound(name, Object.keys(this.#shipped))
        : report.cannotRead('linker script', name, found.problem),
    );
    return undefined;
  }

  include(name: string): ScriptSource | undefined {
    if (!this.#included.has(name)) {
      const found = readFirst(candidates(name, this.#directories), this.#host.readFile);
      if ('bytes' in found) {
        this.#included.set(name, this.#scriptOf(found));
      } else {
        this.#included.set(name, shippedScript(this.#shipped, name));
      }
    }
    return this.#included.get(name);
  }

  #scriptOf({ path, bytes }: FoundFile): ScriptSource | undefined {
    this.dependencies.add(path);
    const kind = binaryKind(bytes);
    if (kind === undefined) return { name: path, text: decodeUtf8(bytes) };
    this.diagnostics.push(report.notAScript(path, binaries[kind]));
    return undefined;
  }

  /** `open`: the input scripts that lead here; `from`, `directory`: where the innermost one names it. */
  loadInput(
    input: InputArgument,
    open: readonly string[],
    from: Location | undefined,
    directory: string | undefined,
  ): void {
    if (this.#endless) return;
    const found = this.#find(input, from, directory);
    if (found === undefined) return;
    const { path, bytes } = found;
    this.dependencies.add(path);
    // Of objects alone parts are read.
    const file: FileKind = isPartial(bytes) ? { kind: 'object' } : classify(path, bytes);
    switch (file.kind) {
      case 'object':
        this.inputs.push({ path, bytes });
        break;
      case 'archive':
        this.diagnostics.push(report.archive(path, from));
        break;
      case 'bitcode':
        this.diagnostics.push(report.bitcode(path, file.rustc, from));
        break;
      case 'source':
        this.diagnostics.push(report.sourceFile(path, file.language, from));
        break;
      case 'text':
        this.#loadInputScript({ name: path, text: file.text }, open, from);
    }
  }

  loadInputsOf(script: LoadedScript, open: readonly string[]): void {
    for (const command of script.commands) {
      if (command.kind !== 'input' && command.kind !== 'group') continue;
      for (const { text, span } of command.files) {
        const input: InputArgument = text.startsWith('-l')
          ? { kind: 'library', name: text.slice(2) }
          : { kind: 'file', name: text };
        this.loadInput(input, open, span, script.directory);
      }
    }
  }

  #find(
    { kind, name }: InputArgument,
    from: Location | undefined,
    directory: string | undefined,
  ): FoundFile<FileBytes> | undefined {
    // A script's files are looked for, the command line's are where it says they are.
    const nearby = directory === undefined ? [] : [directory];
    const places =
      kind === 'library'
        ? inDirectories(libraryFile(name), this.#directories)
        : from === undefined
          ? [name]
          : candidates(name, [...nearby, ...this.#directories]);
    const found = readFirst(places, (path) => this.#host.readParts(path, neededRanges));
    if ('bytes' in found) return found;
    if (kind === 'library' && found.missing) {
      const file = libraryFile(name);
      this.diagnostics.push(report.libraryNotFound(`-l${name}`, file, this.#directories, from));
    } else {
      const note = found.missing ? this.#aboutMissing(name) : undefined;
      const label = kind === 'library' ? `-l${name}` : name;
      this.diagnostics.push(report.cannotRead('input', label, found.problem, from, note));
    }
    return undefined;
  }

  #aboutMissing(name: string): string | undefined {
    if (name.startsWith('@')) return `neither is there a response file '${name.slice(1)}'`;
    const shipped = Object.hasOwn(this.#shipped, name);
    return shipped ? `for the linker script that comes with bpfld use -T ${name}` : undefined;
  }

  #loadInputScript(
    source: ScriptSource,
    open: readonly string[],
    from: Location | undefined,
  ): void {
    const identity = this.#host.identify(source.name);
    if (open.includes(identity) || ++this.#inputScripts > maxInputScripts) {
      this.diagnostics.push(report.inputsNestTooDeep(source.name, from));
      this.#endless = true;
      return;
    }
    const { loaded, diagnostics } = this.#parsed(source, directoryOf(source.name));
    const full = loaded.commands.find((command) => !inputCommands.has(command.kind));
    const problem = diagnostics.find(({ severity }) => severity === 'error');
    if (full !== undefined && (problem === undefined || loaded.commands.some(isSections))) {
      this.diagnostics.push(report.notAllowedInInput(source.name, full.span));
    } else if (problem !== undefined) {
      this.diagnostics.push(report.notAnInput(source.name, problem));
    } else {
      this.loadInputsOf(loaded, [...open, identity]);
    }
  }

  #parsed(
    source: ScriptSource,
    directory: string | undefined,
  ): { readonly loaded: LoadedScript; readonly diagnostics: readonly Diagnostic[] } {
    const { script, diagnostics } = parseScript(source, {
      profiles: [],
      lowerings: {},
      include: (name) => this.include(name),
    });
    for (const command of script.commands) {
      if (command.kind === 'search-dir') this.#directories.push(command.path.text);
    }
    return { loaded: { source, commands: script.commands, directory }, diagnostics };
  }
}

const binaries = {
  object: 'an object',
  archive: 'an archive',
  bitcode: 'LLVM bitcode',
  other: 'a binary file',
} as const;

/** What a script among the inputs may have; OUTPUT_FORMAT because text libraries usually begin with it. */
const inputCommands: ReadonlySet<Command['kind']> = new Set([
  'input',
  'group',
  'search-dir',
  'output-format',
]);

function isSections(command: Command): boolean {
  return command.kind === 'sections';
}
