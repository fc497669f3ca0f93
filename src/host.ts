/**
 * The port to files and the terminal. Everything else works on bytes that came from here, so another host
 * (a test, a browser) can take its place. Problems are told in words that follow a colon: "cannot read
 * 'a.o': it does not exist"; errno prose and locale never show.
 */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FileBytes, FilePart, FileRange } from './base/file-bytes.ts';

export type ReadResult<Bytes = Uint8Array> =
  | { readonly bytes: Bytes }
  | { readonly problem: string; readonly missing: boolean };

/**
 * Which parts of a file of `size` bytes are needed; undefined for all of it. `peek` shows bytes of the file,
 * fewer than asked for where it ends before.
 */
export type ChooseParts = (
  size: number,
  peek: (offset: number, size: number) => Uint8Array,
) => readonly FileRange[] | undefined;

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory, absolute. */
  readonly directory: string;
  /** Whether diagnostics go to a terminal. */
  readonly terminal: boolean;
  out(text: string): void;
  err(text: string): void;
  readFile(path: string): ReadResult;
  /** A small file whole, of a large one what `choose` says. */
  readParts(path: string, choose: ChooseParts): ReadResult<FileBytes>;
  /** Replaces a file as one step; the problem in words, or undefined. */
  writeFile(path: string, bytes: Uint8Array): string | undefined;
  /** One name for each file, whatever path leads to it. */
  identify(path: string): string;
  /** Runs a program without input, looked for as the shell does, for at most some seconds. */
  run(program: string, words: readonly string[]): ProgramResult;
}

/** What a program printed, or why it did not run to its end. */
export type ProgramResult =
  | { readonly status: number; readonly stdout: string; readonly stderr: string }
  | { readonly problem: string; readonly missing: boolean };

export function nodeHost(): Host {
  return {
    env: process.env,
    get directory() {
      return process.cwd();
    },
    // Node's streams take milliseconds to make, so they are made only when something is printed.
    get terminal() {
      return process.stderr.isTTY === true;
    },
    out: (text) => print(process.stdout, text),
    err: (text) => print(process.stderr, text),
    readFile,
    readParts,
    writeFile,
    identify,
    run,
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
  return attempt(() => ({ bytes: fs.readFileSync(path) }));
}

function attempt<Bytes>(read: () => ReadResult<Bytes>): ReadResult<Bytes> {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return { problem: describe(error), missing: codeOf(error) === 'ENOENT' };
  }
}

/** A file up to this size is read whole: a few pages more cost less than a few more calls. */
const SMALL_FILE = 65536;

function readParts(path: string, choose: ChooseParts): ReadResult<FileBytes> {
  return attempt(() => {
    const file = fs.openSync(path, 'r');
    try {
      return readOpen(file, choose);
    } finally {
      fs.closeSync(file);
    }
  });
}

function readOpen(file: number, choose: ChooseParts): ReadResult<FileBytes> {
  const status = fs.fstatSync(file);
  const { size } = status;
  // The size of a pipe says nothing.
  if (!status.isFile() || size === 0) return { bytes: plainBytes(fs.readFileSync(file)) };
  if (size <= SMALL_FILE) return { bytes: readRange(file, { offset: 0, size }) };
  const ranges = choose(size, (offset, length) => readRange(file, { offset, size: length }));
  if (ranges === undefined) return { bytes: plainBytes(fs.readFileSync(file)) };
  const parts: FilePart[] = [];
  for (const range of ranges) {
    const bytes = readRange(file, range);
    if (bytes.length < range.size) {
      return { problem: 'it changed while it was read', missing: false };
    }
    parts.push({ offset: range.offset, bytes });
  }
  return { bytes: { size, parts } };
}

/** Views of a Buffer are slow to make. */
function plainBytes({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** Fewer where the file ends before. Aligned as in the file, for those who read words. */
function readRange(file: number, { offset, size }: FileRange): Uint8Array {
  const bytes = allocate(size, offset % 8);
  let done = 0;
  while (done < size) {
    const count = fs.readSync(file, bytes, done, size - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done === size ? bytes : bytes.subarray(0, done);
}

/** Memory with anything in it, for those who fill it; to clear it costs as much as to read a file. */
function uncleared(size: number): Uint8Array {
  return plainBytes(Buffer.allocUnsafeSlow(size));
}

/** Thousands of small buffers cost more than a few large ones that they are cut from. */
const BLOCK = 2 ** 18;
let block: Uint8Array = new Uint8Array(0);
let used = 0;

function allocate(size: number, misalignment: number): Uint8Array {
  if (size > BLOCK / 4) return uncleared(size + misalignment).subarray(misalignment);
  let start = Math.ceil(used / 8) * 8 + misalignment;
  if (start + size > block.length) {
    block = uncleared(BLOCK);
    start = misalignment;
  }
  used = start + size;
  return block.subarray(start, used);
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

const PROGRAM_SECONDS = 5;

function run(program: string, words: readonly string[]): ProgramResult {
  // Loaded when it is needed: it takes a link's start longer.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { error, status, signal, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 20,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROGRAM_SECONDS * 1000,
  });
  const code = codeOf(error);
  if (code === 'ETIMEDOUT') {
    return { problem: `it did not end within ${PROGRAM_SECONDS} seconds`, missing: false };
  }
  if (error !== undefined) return { problem: describe(error), missing: code === 'ENOENT' };
  if (status === null) return { problem: `it was ended by ${signal}`, missing: false };
  return { status, stdout, stderr };
}
