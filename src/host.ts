/**
 * The port to files and the terminal. Everything else works on bytes that came from here, so another host
 * (a test, a browser) can take its place. Problems are told in words that follow a colon: "cannot read
 * 'a.o': it does not exist"; errno prose and locale never show.
 */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type ReadResult =
  | { readonly bytes: Uint8Array }
  | { readonly problem: string; readonly missing: boolean };

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether diagnostics go to a terminal. */
  readonly terminal: boolean;
  out(text: string): void;
  err(text: string): void;
  readFile(path: string): ReadResult;
  /** Replaces a file as one step; the problem in words, or undefined. */
  writeFile(path: string, bytes: Uint8Array): string | undefined;
  /** One name for each file, whatever path leads to it. */
  identify(path: string): string;
}

export function nodeHost(): Host {
  return {
    env: process.env,
    // Node's streams take milliseconds to make, so they are made only when something is printed.
    get terminal() {
      return process.stderr.isTTY === true;
    },
    out: (text) => print(process.stdout, text),
    err: (text) => print(process.stderr, text),
    readFile,
    writeFile,
    identify,
  };
}

/** A reader that goes away (`bpfld --help | head -1`) is no fault. */
function print(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount('error') === 0) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error;
    });
  }
  stream.write(text);
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOSPC: 'the disk is full',
  EDQUOT: "the user's disk quota is used up",
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links form a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EFBIG: 'it is too large for the file system or its limits',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
  ENOMEM: 'there is not enough memory',
  EIO: 'the device reports an error',
  ENXIO: 'it is a device or socket that cannot be opened',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function describe(error: unknown): string {
  const code = codeOf(error);
  return Object.hasOwn(problems, code) ? problems[code]! : `the system refuses it (${code})`;
}

function readFile(path: string): ReadResult {
  try {
    return { bytes: fs.readFileSync(path) };
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return { problem: describe(error), missing: codeOf(error) === 'ENOENT' };
  }
}

/**
 * Writes beside the target and renames, so that a reader sees the old file or the new one, and a failure
 * leaves the old one. As with ld, a symbolic link is replaced, not followed, and permissions are those of
 * a new file. A device or pipe (`-o /dev/null`) cannot be replaced: it is written to.
 */
function writeFile(path: string, bytes: Uint8Array): string | undefined {
  try {
    const status = fs.statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) return problems.EISDIR;
    if (lastSeparator(path) === path.length - 1) return 'its name is that of a directory';
    if (status !== undefined && !status.isFile()) {
      fs.writeFileSync(path, bytes);
      return undefined;
    }
    replaceFile(path, bytes);
    return undefined;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return codeOf(error) === 'ENOENT' ? 'its directory does not exist' : describe(error);
  }
}

function replaceFile(path: string, bytes: Uint8Array): void {
  const { file, temporary } = openTemporary(path);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** A new file in the directory of `path`, under a name that nothing has. */
function openTemporary(path: string): { readonly file: number; readonly temporary: string } {
  const slash = lastSeparator(path);
  for (let count = 0; ; count++) {
    const temporary = `${path.slice(0, slash + 1)}.bpfld-${process.pid}-${count}.tmp`;
    try {
      // `wx`: only a new file, never through a link that someone else put there.
      return { file: fs.openSync(temporary, 'wx', 0o666), temporary };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || count === 1000) throw error;
    }
  }
}

/** Its position, or -1. Backslashes separate on Windows only. */
function lastSeparator(path: string): number {
  const backslash = process.platform === 'win32' ? path.lastIndexOf('\\') : -1;
  return Math.max(path.lastIndexOf('/'), backslash);
}

/** A file that is yet to be made is known by its directory. */
function identify(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(identify(parent), basename(path));
  }
}
