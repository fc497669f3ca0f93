import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apart } from './apart.ts';
import { tool } from './environment.ts';
import { type Packet, packetLines } from './packets.ts';

/** Of aya-obj: 0.3 is that of aya 0.14, 0.6 that of aya 0.16. */
export type AyaVersion = '0.3' | '0.6';

export interface AyaRefusal {
  readonly ok: false;
  /** Where aya stopped: `parse`, `types`, `CO-RE`, `externs`, `maps`, `calls`, `object`, `panic`; or `signal`. */
  readonly stage: string;
  /** With all its causes. */
  readonly error: string;
  readonly panic: boolean;
}

export interface AyaMap {
  readonly name: string;
  /** What stands in instructions for the map: a made-up descriptor. */
  readonly fd: number;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** As Rust prints it: `ByName` or `None`. */
  readonly pinning: string;
  /** Initial contents in hex; empty for what is no data. */
  readonly data: string;
}

export interface AyaProgram {
  readonly name: string;
  readonly section: string;
  /** As Rust prints it: `Xdp { frags: false, attach_type: Interface }`. */
  readonly kind: string;
  /** All the program's code with its subprograms, relocated; hex. */
  readonly instructions: string;
  /** Instructions that records of functions and lines are for. */
  readonly funcInfo: readonly number[];
  readonly lineInfo: readonly number[];
}

/** What aya makes of an object before the kernel sees any of it. */
export interface AyaObject {
  readonly ok: true;
  readonly license: string;
  readonly maps: readonly AyaMap[];
  readonly programs: readonly AyaProgram[];
}

export interface AyaLoadedProgram {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
  /** The verifier's. */
  readonly log?: string;
  readonly results?: readonly {
    readonly error?: string;
    readonly retval: number;
    /** The packet afterwards, in hex. */
    readonly data: string;
  }[];
}

/** `ok`: the object's maps are there; each program has a verdict of its own. */
export type AyaLoaded = { readonly ok: true; readonly programs: readonly AyaLoadedProgram[] };

interface Report {
  readonly user: AyaObject | AyaRefusal;
  readonly kernel?: AyaLoaded | AyaRefusal;
}

/** What aya makes of the object in user space alone. */
export function ayaObject(
  object: Uint8Array | string,
  version: AyaVersion,
): AyaObject | AyaRefusal {
  return run(object, [version], []).user;
}

/** What aya and the kernel make of the object; nothing is attached. */
export function ayaLoad(object: Uint8Array | string, version: AyaVersion): AyaLoaded | AyaRefusal {
  return run(object, [version, '--kernel'], []).kernel!;
}

/**
 * Loads `program` through aya and runs it over the packets. `globals` override the initial values of variables, by
 * name and in hex.
 */
export function ayaRun(
  object: Uint8Array | string,
  version: AyaVersion,
  program: string,
  packets: readonly Packet[],
  globals: Readonly<Record<string, string>> = {},
): AyaLoaded | AyaRefusal {
  const values = Object.entries(globals).map(([name, value]) => `${name}=${value}`);
  return run(object, [version, '--run', program, ...values], packets).kernel!;
}

/** All at once: what aya makes of the object in user space, and of each program, which is run over the packets. */
export function ayaRunAll(
  object: Uint8Array | string,
  version: AyaVersion,
  packets: readonly Packet[],
): { readonly user: AyaObject | AyaRefusal; readonly kernel: AyaLoaded | AyaRefusal } {
  const { user, kernel } = run(object, [version, '--run', '*'], packets);
  return { user, kernel: kernel! };
}

function run(
  object: Uint8Array | string,
  [version, ...mode]: readonly [AyaVersion, ...string[]],
  packets: readonly Packet[],
): Report {
  if (typeof object !== 'string') {
    return withFile(object, (path) => run(path, [version, ...mode], packets));
  }
  const words = [tool('aya-load'), version, object, ...mode];
  const [command, ...rest] = mode.length === 0 ? words : [...apart, ...words];
  const child = spawnSync(command!, rest, {
    input: packetLines(packets),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (child.signal !== null) {
    const died: AyaRefusal = { ok: false, stage: 'signal', error: child.signal, panic: true };
    return { user: died, kernel: died };
  }
  if (child.status !== 0) throw new Error(`aya-load: ${child.stderr}`);
  return JSON.parse(child.stdout) as Report;
}

function withFile<Result>(bytes: Uint8Array, use: (path: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-aya-'));
  try {
    const path = join(directory, 'object.o');
    writeFileSync(path, bytes);
    return use(path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
