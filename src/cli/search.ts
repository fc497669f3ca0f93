/** Where files are looked for: the working directory, `-L` and SEARCH_DIR directories, bpfld's own scripts. */
import { dirname, isAbsolute, join } from 'node:path';
import type { ReadResult } from '../host.ts';
import type { ScriptSource } from '../script/span.ts';

export interface FoundFile<Bytes = Uint8Array> {
  readonly path: string;
  readonly bytes: Bytes;
}

/** The first of `paths` that can be read; otherwise the first problem other than absence, else absence. */
export function readFirst<Bytes>(
  paths: readonly string[],
  readFile: (path: string) => ReadResult<Bytes>,
): FoundFile<Bytes> | Extract<ReadResult, { problem: string }> {
  let problem: Extract<ReadResult, { problem: string }> | undefined;
  for (const path of paths) {
    const read = readFile(path);
    if ('bytes' in read) return { path, bytes: read.bytes };
    if (problem === undefined || (problem.missing && !read.missing)) problem = read;
  }
  return problem ?? { problem: 'it does not exist', missing: true };
}

/** `name` as it stands, then in each directory; an absolute name only as it stands. */
export function candidates(name: string, directories: readonly string[]): readonly string[] {
  if (isAbsolute(name)) return [name];
  return [name, ...inDirectories(name, directories)];
}

export function inDirectories(name: string, directories: readonly string[]): readonly string[] {
  return directories.map((directory) => join(directory, name));
}

/** The directory of a script that is a file, to look there for what it names. */
export function directoryOf(path: string): string {
  return dirname(path);
}

/** The file that `-lNAME` stands for: `libNAME.a`, or for `-l:FILE` the FILE itself. */
export function libraryFile(name: string): string {
  return name.startsWith(':') ? name.slice(1) : `lib${name}.a`;
}

/** A script that ships with bpfld. */
export function shippedScript(
  scripts: Readonly<Record<string, string>>,
  name: string,
): ScriptSource | undefined {
  return Object.hasOwn(scripts, name) ? { name, text: scripts[name]! } : undefined;
}
