/** A loader that is held to what libbpf makes of the same programs. */
import type { Packet } from '../support/packets.ts';
import type { Code } from './code.ts';
import type { Contents } from './references.ts';

export interface TargetLoader {
  /** bpfld's, for this loader. */
  readonly profile: 'aya' | 'cilium';
  readonly examine: (path: string, asked: Asked) => Examination;
}

export interface Asked {
  /** What libbpf and the kernel take. */
  readonly programs: readonly { readonly name: string; readonly runs: boolean }[];
  /** To run those over that take packets. */
  readonly packets: readonly Packet[];
}

export interface Examination {
  /** What the loader makes of the object in user space, or why it refuses it. */
  readonly reading: Reading | string;
  /** What it says where it does not get all of the object into the kernel. */
  readonly message?: string | undefined;
  /** The same where it does not even get the maps there. */
  readonly refusal?: string | undefined;
  /** What becomes of each program that was asked for: why it is refused, or its runs. */
  readonly programs: ReadonlyMap<string, string | readonly RunResult[]>;
}

export interface Reading {
  readonly programs: ReadonlyMap<string, ReadProgram>;
  readonly maps: ReadonlyMap<string, MapShape>;
  readonly contents: Contents;
}

export interface ReadProgram {
  /** As libbpf calls it: `sched_cls`. */
  readonly type: string;
  readonly code: Code;
}

export interface MapShape {
  /** As libbpf calls it: `array_of_maps`. */
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

export interface RunResult {
  /** The kernel refused to run it. */
  readonly failed: boolean;
  readonly retval: number;
  /** The packet afterwards, in hex. */
  readonly data: string;
}

/** `SchedCLS` and `sched_cls` are the same word. */
export function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
