/** What the newest libbpf makes of programs: test/loaders/support/libbpf-code.c. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from './environment.ts';
import { type Packet, packetLines } from './packets.ts';

export interface LibbpfObject {
  readonly object: string;
  /** The runner's end where it came to a bad one: 124 where the verifier took too long. Nothing else is there then. */
  readonly died?: number;
  readonly opened: boolean;
  /** All of it at once. */
  readonly loaded: boolean;
  readonly log: string;
  readonly maps?: readonly LibbpfMap[];
  readonly programs?: readonly LibbpfProgram[];
}

/** As libbpf read it from the object. */
export interface LibbpfMap {
  readonly name: string;
  /** `array`, as libbpf calls it. */
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** Of sections of data, in hex. */
  readonly data: string;
}

export interface LibbpfProgram {
  readonly name: string;
  readonly section: string;
  /** `sched_cls` */
  readonly type: string;
  /** libbpf resolved all references and made the maps. */
  readonly relocated: boolean;
  readonly loaded: boolean;
  /** With its subprograms, in hex; of what is relocated. */
  readonly code?: string;
  /** What stands for a map in the code. */
  readonly descriptors?: Readonly<Record<string, number>>;
  /** One a packet, where the program loads and is of a type that takes packets. */
  readonly runs?: readonly LibbpfRun[];
}

export interface LibbpfRun {
  /** errno where the kernel refused to run it. */
  readonly error: number;
  readonly retval: number;
  /** The packet afterwards, in hex. */
  readonly data: string;
}

/** Of objects, in their order; each program of what loads is run over the packets. */
export async function libbpfObjects(
  paths: readonly string[],
  packets: readonly Packet[],
): Promise<LibbpfObject[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-code-'));
  try {
    const file = join(directory, 'packets');
    writeFileSync(file, packetLines(packets));
    const count = Math.max(1, availableParallelism());
    const shares = Array.from({ length: count }, (_, i) => paths.filter((_, j) => j % count === i));
    const answers = await Promise.all(shares.map((share) => runShare(share, file)));
    return paths.map((_, j) => answers[j % count]![Math.floor(j / count)]!);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runShare(paths: readonly string[], packets: string): Promise<LibbpfObject[]> {
  const words = ['--net', '--mount', '--propagation', 'private', tool('libbpf-code'), packets];
  const child = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(paths.map((path) => `${path}\n`).join(''));
  child.stdout.setEncoding('utf8');
  const objects: LibbpfObject[] = [];
  let rest = '';
  for await (const chunk of child.stdout) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) objects.push(JSON.parse(line));
  }
  if (objects.length !== paths.length)
    throw new Error(`libbpf-code gave up after ${paths[objects.length]}`);
  return objects;
}
