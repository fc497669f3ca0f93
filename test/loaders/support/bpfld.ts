import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from './environment.ts';

export interface LinkResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a user does. */
export function bpfld(...words: string[]): LinkResult {
  const child = spawnSync(process.execPath, [inRepository('bin/bpfld.js'), ...words], {
    encoding: 'utf8',
  });
  return { status: child.status, stdout: child.stdout, stderr: child.stderr };
}

/** A directory that is there while `use` runs. */
export function withDirectory<Result>(use: (directory: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-link-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Links with the shipped tc.ld, expects success, and hands the output's path to `use`. */
export function withLinked<Result>(
  inputs: readonly string[],
  options: readonly string[],
  use: (output: string) => Result,
): Result {
  return withDirectory((directory) => {
    const output = join(directory, 'out.o');
    const link = bpfld(...inputs, '-T', 'tc.ld', ...options, '-o', output);
    if (link.status !== 0) throw new Error(`bpfld gave ${link.status}:\n${link.stderr}`);
    return use(output);
  });
}
