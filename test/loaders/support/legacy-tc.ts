import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache, inRepository } from './environment.ts';
import { type Packet, packetLines } from './packets.ts';
import { parseRun, type Run } from './run.ts';

export interface LegacyTcOptions {
  /** The section to load; by default the loader's own default for the type. */
  readonly section?: string;
  /** `xdp` goes through `ip link`, which shares tc's loader. Default: `classifier`. */
  readonly type?: 'classifier' | 'xdp';
  /** What to run the program over while it is loaded. */
  readonly packets?: readonly Packet[];
  /** Another tc than the legacy one, by its path. */
  readonly tc?: string;
  /** An object to load before, of which stays what it pins. */
  readonly earlier?: string;
}

export type LegacyTcResult = LegacyTcLoaded | LegacyTcRefused;

export interface LegacyTcLoaded {
  readonly loaded: true;
  readonly stderr: string;
  readonly run: Run;
}

export interface LegacyTcRefused {
  readonly loaded: false;
  /** Above 128 where tc died of a signal: 136 is SIGFPE. */
  readonly status: number;
  readonly stderr: string;
}

/**
 * Loads `object` with tc's own ELF loader and runs the program while it is attached. Everything happens
 * in network and mount namespaces of its own, which vanish with it, and so does what tc pinned.
 * Throws only where the harness itself fails.
 */
export function legacyTc(object: string, options: LegacyTcOptions = {}): LegacyTcResult {
  const type = options.type ?? 'classifier';
  const section = options.section ?? (type === 'xdp' ? 'prog' : type);
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-tc-'));
  try {
    const child = spawnSync(
      'unshare',
      [
        ...['--net', '--mount', '--propagation', 'private'],
        ...['bash', inRepository('test/loaders/support/legacy-tc.sh')],
        ...[cache, directory, object, section, type, options.tc ?? '', options.earlier ?? ''],
      ],
      { input: packetLines(options.packets ?? []), encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    if (child.status !== 0) throw new Error(`legacy-tc.sh: ${child.signal ?? child.stderr}`);
    const status = Number(readFileSync(join(directory, 'status'), 'utf8'));
    const stderr = readFileSync(join(directory, 'stderr'), 'utf8');
    if (status !== 0) return { loaded: false, status, stderr };
    const run = parseRun(child.stdout);
    if (!run.ok) throw new Error(`bpf-run: ${run.error}`);
    return { loaded: true, stderr, run };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
