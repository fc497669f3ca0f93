/** What libbpf and the verifier make of objects: test/loaders/support/bpf-verdict.c. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { tool } from '../support/environment.ts';

export interface Verdict {
  readonly object: string;
  /** Numbers of errors, 0 for success. */
  readonly open: number;
  readonly load?: number;
  readonly log: string;
  readonly maps?: readonly MapDefinition[];
  /** Each with its own verdict; loaded one at a time where the whole object does not load. */
  readonly programs?: readonly ProgramVerdict[];
}

export interface MapDefinition {
  readonly name: string;
  readonly type: number;
  readonly key: number;
  readonly value: number;
  readonly entries: number;
  readonly flags: number;
  readonly extra: number;
  /** In hex. */
  readonly contents: string;
}

export interface ProgramVerdict {
  readonly name: string;
  readonly section: string;
  readonly type: number;
  readonly attach: number;
  readonly autoload: boolean;
  readonly load: number;
  readonly log: string;
}

export interface VerdictOptions {
  /** Programs are loaded together only: one by one a thousand of them take minutes. */
  readonly whole?: boolean;
}

/** The verdicts of objects, in their order. */
export async function verdictsOf(
  paths: readonly string[],
  options: VerdictOptions = {},
): Promise<Verdict[]> {
  const count = Math.max(1, availableParallelism());
  const shares = Array.from({ length: count }, (_, i) => paths.filter((_, j) => j % count === i));
  const answers = await Promise.all(shares.map((share) => runShare(share, options)));
  return paths.map((_, j) => answers[j % count]![Math.floor(j / count)]!);
}

async function runShare(paths: readonly string[], { whole }: VerdictOptions): Promise<Verdict[]> {
  const words = ['--net', '--mount', '--propagation', 'private', tool('bpf-verdict')];
  if (whole) words.push('--whole');
  const child = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(paths.map((path) => `${path}\n`).join(''));
  child.stdout.setEncoding('utf8');
  const verdicts: Verdict[] = [];
  let rest = '';
  for await (const chunk of child.stdout) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) verdicts.push(comparable(JSON.parse(line)));
  }
  if (verdicts.length !== paths.length)
    throw new Error(`bpf-verdict gave up after ${paths[verdicts.length]}`);
  return verdicts;
}

/** BPF_MAP_TYPE_STRUCT_OPS: libbpf writes its own pointers into the contents. */
const structOps = 26;

/**
 * Without what is never the same twice, and without what follows from the order of sections, types and symbols:
 * their numbers, and which of several unresolved externs is named. Contents of maps become sums.
 */
function comparable(verdict: Verdict): Verdict {
  const clean = (log: string): string =>
    log
      .replaceAll(`${dirname(verdict.object)}/`, '')
      .replace(/^verification time .*\n/gm, '')
      .replace(/^(\[\d+\] |\t).*(\n|$)/gm, '') // types, which the kernel prints up to the one that it refuses
      .replace(/section\(\d+\)/g, 'section')
      .replace(/extern '\S+' \[\d+\] section/g, 'extern')
      .replace(/0x[0-9a-f]{8,}/g, '0x...');
  return {
    ...verdict,
    log: clean(verdict.log),
    maps: (verdict.maps ?? []).map((map) => ({
      ...map,
      contents: map.type === structOps ? '' : createHash('sha1').update(map.contents).digest('hex'),
    })),
    programs: (verdict.programs ?? []).map((one) => ({ ...one, log: clean(one.log) })),
  };
}
