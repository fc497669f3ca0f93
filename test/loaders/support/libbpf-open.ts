import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apart } from './apart.ts';
import { tool } from './environment.ts';

/** Debian's libbpf (1.1 in bookworm), and the newest that tools/install-loaders.sh knows. */
export type LibbpfVersion = 'debian' | 'newest';

export interface OpenedProgram {
  readonly name: string;
  readonly section: string;
  /** `sched_cls`; `unspec` where libbpf does not know the section. */
  readonly type: string;
  readonly attach: string;
  readonly autoload: boolean;
}

export interface Opened {
  /** `v1.7` */
  readonly version: string;
  readonly opened: boolean;
  readonly loaded: boolean;
  /** errno, or one of libbpf's own numbers. */
  readonly error: number;
  /** What libbpf says, without what it says at the level of debugging. */
  readonly log: string;
  readonly programs?: readonly OpenedProgram[];
}

/** What libbpf makes of the object file; it is loaded too unless `load` is false. */
export function libbpfOpen(path: string, version: LibbpfVersion, load = true): Opened {
  const words = [tool(`libbpf-open-${version}`), path];
  const [command, ...rest] = load ? [...apart, ...words] : [...words, '--open-only'];
  const child = spawnSync(command!, rest, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) throw new Error(`libbpf-open: ${child.signal ?? child.stderr}`);
  return JSON.parse(child.stdout) as Opened;
}

/** The same of an object that is no file. */
export function libbpfOpenBytes(bytes: Uint8Array, version: LibbpfVersion, load = true): Opened {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-open-'));
  try {
    const path = join(directory, 'object.o');
    writeFileSync(path, bytes);
    return libbpfOpen(path, version, load);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
