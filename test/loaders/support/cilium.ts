import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDirectory } from './bpfld.ts';
import { tool } from './environment.ts';

/** The binaries of tools/install/cilium.sh, by version; `newest` is what a build of today would use. */
const binaries = {
  newest: 'cilium-load',
  '0.20': 'cilium-load-0.20',
  '0.13': 'cilium-load-0.13',
} as const;

export type CiliumVersion = keyof typeof binaries;

/** For `describeLoaders`. */
export const ciliumTools: readonly string[] = Object.values(binaries);

export interface CiliumVerdict {
  readonly ok: boolean;
  /** The loader's own words; empty where all is well. */
  readonly message: string;
  /** What the verifier said of a program that it refused. */
  readonly log?: string;
}

export interface CiliumInstruction {
  /** As the loader prints it. */
  readonly text: string;
  /** The function that begins here. */
  readonly symbol?: string;
  /** The map, section of data or function that it refers to. */
  readonly reference?: string;
  readonly opcode: number;
  /** The source register, of which `BPF_PSEUDO_...` are some. */
  readonly source: number;
  /** The immediate in decimal; of a reference to data, the byte offset is in the upper half. */
  readonly constant: string;
  /** All of it in hex, 8 or 16 bytes, without what is resolved when it is loaded; empty where it has no form. */
  readonly raw: string;
  /** What .BTF.ext has for the instruction, as the loader bound it. */
  readonly function?: string;
  readonly line?: string;
  readonly core?: string;
}

export interface CiliumProgram {
  /** `SchedCLS`, `XDP` */
  readonly type: string;
  readonly attach: string;
  readonly attachTo: string;
  readonly flags: number;
  readonly section: string;
  readonly license: string;
  /** The program's own, then those of all that it calls. */
  readonly instructions: readonly CiliumInstruction[];
}

export interface CiliumMap {
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly pinning: number;
  /** `KEY: VALUE`, with bytes in hex. */
  readonly contents: readonly string[];
}

export interface CiliumRun {
  readonly program: string;
  readonly error?: string;
  readonly retval: number;
  /** The packet or the context afterwards, in hex. */
  readonly data: string;
}

export interface CiliumReport {
  /** `v0.22.0` */
  readonly version: string;
  /** Reading the object, all in user space. What follows is there only where that went well. */
  readonly spec: CiliumVerdict;
  readonly programs: Readonly<Record<string, CiliumProgram>>;
  readonly maps: Readonly<Record<string, CiliumMap>>;
  /** Empty before 0.22. */
  readonly variables: Readonly<
    Record<string, { section: string; offset: number; value: string; typed: boolean }>
  >;
  /** Making maps and programs in the kernel. */
  readonly load?: CiliumVerdict;
  readonly runs?: readonly CiliumRun[];
  /** Arrays and sections of data after the runs, their values in hex. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

export interface CiliumOptions {
  readonly version?: CiliumVersion;
  /** Into the kernel; implied by runs. */
  readonly load?: boolean;
  /** Leaves the other programs out. */
  readonly only?: string;
  /** Over which packet each program is run once; for programs of type `syscall` the bytes are the context. */
  readonly runs?: readonly { program: string; data: Uint8Array; syscall?: boolean }[];
}

function words({ load = false, only, runs = [] }: CiliumOptions): string[] {
  return [
    ...(load ? ['--load'] : []),
    ...(only === undefined ? [] : ['--only', only]),
    ...runs.flatMap(({ program, data, syscall = false }) => [
      syscall ? '--syscall' : '--run',
      program,
      Buffer.from(data).toString('hex'),
    ]),
  ];
}

/** What cilium/ebpf makes of the object file. */
export function ciliumLoad(path: string, options: CiliumOptions = {}): CiliumReport {
  const binary = tool(binaries[options.version ?? 'newest']);
  const child = spawnSync(binary, [path, ...words(options)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) throw new Error(`cilium-load: ${child.signal ?? child.stderr}`);
  return JSON.parse(child.stdout) as CiliumReport;
}

/** The same of an object that is no file. */
export function ciliumLoadBytes(bytes: Uint8Array, options: CiliumOptions = {}): CiliumReport {
  return withDirectory((directory) => {
    const path = join(directory, 'object.o');
    writeFileSync(path, bytes);
    return ciliumLoad(path, options);
  });
}

/** Where cilium/ebpf or the kernel refused; undefined where neither did. */
export function refusal({ spec, load }: CiliumReport): string | undefined {
  if (!spec.ok) return spec.message;
  if (load !== undefined && !load.ok) return [load.message, load.log].join('\n');
  return undefined;
}
