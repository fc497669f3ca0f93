import { spawnSync } from 'node:child_process';
import { apart } from './apart.ts';
import { tool } from './environment.ts';
import type { LibbpfVersion } from './libbpf-open.ts';
import { type Packet, packetLines } from './packets.ts';

/** What one packet's run gave; `error` where the kernel refused to run it. */
export interface PacketResult {
  readonly error?: string;
  readonly retval: number;
  /** The packet afterwards, in hex. */
  readonly data: string;
  readonly mark: number;
  readonly priority: number;
  readonly cb: readonly number[];
}

/** A map after the runs. The legacy tc loader gives maps no names: find those by type and sizes. */
export interface MapDump {
  readonly id: number;
  /** `enum bpf_map_type`. */
  readonly type: number;
  readonly name: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** At most 1024, in hex, as the kernel lists them. */
  readonly entries: readonly { readonly key: string; readonly value: string }[];
}

export interface Run {
  readonly ok: true;
  /** The program's id, while it was loaded. */
  readonly id: number;
  /** What libbpf had to say. */
  readonly log: string;
  readonly results: readonly PacketResult[];
  /** The program's maps, in the order of the kernel's list. */
  readonly maps: readonly MapDump[];
}

export interface Refusal {
  readonly ok: false;
  readonly error: string;
  readonly log: string;
}

/** Takes apart what bpf-run printed. */
export function parseRun(output: string): Run | Refusal {
  return JSON.parse(output) as Run | Refusal;
}

export interface LibbpfOptions {
  /** Default: `debian`. */
  readonly version?: LibbpfVersion;
  readonly packets?: readonly Packet[];
  /** Overrides the type that libbpf guesses from the section name. */
  readonly type?: 'sched_cls' | 'sched_act' | 'xdp';
  /** Slots of program arrays to fill by hand. */
  readonly tails?: readonly {
    readonly map: string;
    readonly key: number;
    readonly program: string;
  }[];
}

/** Loads `object` through libbpf and runs its function `program` over the packets. */
export function libbpfLoad(
  object: string,
  program: string,
  options: LibbpfOptions = {},
): Run | Refusal {
  const words = ['libbpf', object, program];
  if (options.type !== undefined) words.push('--type', options.type);
  for (const tail of options.tails ?? []) {
    words.push('--tail', `${tail.map}:${tail.key}:${tail.program}`);
  }
  const runner = options.version === 'newest' ? 'bpf-run-newest' : 'bpf-run';
  const [command, ...rest] = [...apart, tool(runner), ...words];
  const child = spawnSync(command!, rest, {
    input: packetLines(options.packets ?? []),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) throw new Error(`bpf-run: ${child.signal ?? child.stderr}`);
  return parseRun(child.stdout);
}

/** The value of a map's element, in hex. */
export function elementOf(map: MapDump, key: string): string | undefined {
  return map.entries.find((entry) => entry.key === key)?.value;
}
