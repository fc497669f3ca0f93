import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache, inRepository, tool } from './environment.ts';
import type { LibbpfVersion } from './libbpf-open.ts';

export interface DumpedFields {
  /** `enum bpf_map_type`. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** A map as the kernel has it. */
export interface DumpedMap extends DumpedFields {
  /** Its name in `tc/globals`. */
  readonly pin: string | null;
  readonly slots: readonly {
    readonly index: number;
    readonly map?: DumpedFields;
    /** The tag, a hash of the instructions. */
    readonly program?: string;
  }[];
}

/** `why`: what the loader says of an object that it refuses. */
export type Dumped =
  | { readonly maps: readonly DumpedMap[]; readonly why?: undefined }
  | { readonly maps?: undefined; readonly why: string };

/** What map-dump printed. */
function parse(output: string): Dumped {
  const answer = JSON.parse(output) as
    | { ok: true; maps: DumpedMap[] }
    | { ok: false; error: string; log: string };
  return answer.ok ? { maps: answer.maps } : { why: `${answer.error}\n${answer.log}` };
}

const ownNamespaces = ['--net', '--mount', '--propagation', 'private'];

/** The maps of `program`, in the order of its references, after libbpf has loaded the object. */
export function mapsUnderLibbpf(object: string, program: string, version: LibbpfVersion): Dumped {
  const script = 'mount -t bpf bpf /sys/fs/bpf && exec "$@"';
  const words = ['bash', '-c', script, 'bash', tool(`map-dump-${version}`), 'libbpf'];
  const child = spawnSync('unshare', [...ownNamespaces, ...words, object, program], {
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`map-dump: ${child.signal ?? child.stderr}`);
  return parse(child.stdout);
}

/** The same after tc's own loader has loaded the section `classifier`. */
export function mapsUnderLegacyTc(object: string, section = 'classifier'): Dumped {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-maps-'));
  try {
    const script = inRepository('test/loaders/support/legacy-tc.sh');
    const words = ['bash', script, cache, directory, object, section, 'classifier'];
    const child = spawnSync('unshare', [...ownNamespaces, ...words], {
      encoding: 'utf8',
      env: { ...process.env, READER: 'map-dump-debian' },
    });
    if (child.status !== 0) throw new Error(`legacy-tc.sh: ${child.signal ?? child.stderr}`);
    const refused = readFileSync(join(directory, 'status'), 'utf8').trim() !== '0';
    if (refused) return { why: readFileSync(join(directory, 'stderr'), 'utf8') };
    return parse(child.stdout);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
