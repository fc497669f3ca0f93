import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

/** Where tools/install-loaders.sh puts the loaders. */
export const cache: string = process.env.BPFLD_CACHE ?? join(homedir(), '.cache/bpfld');

/** A tool built by tools/install-loaders.sh. */
export function tool(name: string): string {
  return join(cache, name);
}

const root: string = fileURLToPath(new URL('../../../', import.meta.url));

/** An absolute path in the repository. */
export function inRepository(path: string): string {
  return join(root, path);
}

/** An object or source of `fixtures/`. */
export function fixture(path: string): string {
  return inRepository(`fixtures/${path}`);
}

export type Ability = { readonly ok: true } | { readonly ok: false; readonly why: string };

let known: Ability | undefined;

/** Whether this process can use the real loaders. */
export function canLoad(): Ability {
  known ??= probe();
  return known;
}

function probe(): Ability {
  if (process.platform !== 'linux') return { ok: false, why: 'BPF needs Linux' };
  if (process.getuid?.() !== 0) return { ok: false, why: 'loading BPF programs needs root' };
  for (const name of ['tc', 'ip', 'bpf-run', 'libbpf-open-debian', 'libbpf-open-newest']) {
    if (existsSync(tool(name))) continue;
    return { ok: false, why: `no ${tool(name)}; run tools/install-loaders.sh` };
  }
  const namespace = spawnSync(
    'unshare',
    ['--net', '--mount', '--propagation', 'private', 'mount', '-t', 'bpf', 'bpf', '/sys/fs/bpf'],
    { encoding: 'utf8' },
  );
  if (namespace.status !== 0) {
    return { ok: false, why: `no namespace with a BPF file system: ${namespace.stderr.trim()}` };
  }
  const load = spawnSync(tool('bpf-run'), ['probe'], { encoding: 'utf8' });
  if (load.status !== 0) return { ok: false, why: `bpf-run: ${load.stderr.trim()}` };
  const answer = JSON.parse(load.stdout) as { ok: boolean; error?: string };
  return answer.ok ? { ok: true } : { ok: false, why: answer.error ?? 'bpf-run probe failed' };
}

function isRequired(): boolean {
  return process.env.CI === 'true' || process.env.BPFLD_REQUIRE_LOADERS === '1';
}

/** Also whether what tools/install-loaders.sh makes beside the loaders is there. */
function canLoadWith(tools: readonly string[]): Ability {
  const missing = tools.find((name) => !existsSync(tool(name)));
  if (missing === undefined) return canLoad();
  return { ok: false, why: `no ${tool(missing)}; run tools/install-loaders.sh` };
}

/**
 * A suite that needs the real loaders, and `tools` of theirs. Without them it is skipped, with a line that says
 * why; where they are required (`CI=true` or `BPFLD_REQUIRE_LOADERS=1`) it fails instead.
 */
export function describeLoaders(
  name: string,
  body: () => void,
  tools: readonly string[] = [],
): void {
  const ability = canLoadWith(tools);
  if (ability.ok) describe(name, body);
  else if (!isRequired()) {
    console.warn(`skipped: ${name}: ${ability.why}`);
    describe.skip(name, body);
  } else {
    describe(name, () => {
      test('the real loaders are here', () => {
        throw new Error(ability.why);
      });
    });
  }
}
