/** tc's own ELF loader, if this machine has it and lets us use it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `load` puts an object's `classifier` section on the loopback device of a network namespace of its own,
 * which is gone when it returns. Where that is not possible, `why` says what is missing.
 */
export function openLoader() {
  if (process.platform !== 'linux') return { why: 'BPF needs Linux' };
  if (process.getuid() !== 0) return { why: 'loading BPF programs needs root' };
  const tc = findTc();
  if (tc === undefined) {
    return {
      why: 'no tc without libbpf here; tools/install-loaders.sh builds one, BPFLD_TC names one',
    };
  }
  const mounted = inNamespace(['true']);
  if (mounted.status !== 0) return { why: 'no namespace with a BPF file system can be made here' };
  return { load: (bytes) => load(tc, bytes) };
}

function findTc() {
  const cache = process.env.BPFLD_CACHE ?? join(homedir(), '.cache/bpfld');
  const named = process.env.BPFLD_TC;
  const candidates = named === undefined ? [join(cache, 'tc'), 'tc'] : [named];
  return candidates.find((tc) => {
    if (tc.includes('/') && !existsSync(tc)) return false;
    const { status, stdout } = spawnSync(tc, ['-V'], { encoding: 'utf8' });
    return status === 0 && !stdout.includes('libbpf');
  });
}

/** Runs a command where what it makes and pins is its own. */
function inNamespace(command) {
  const setUp = 'mount -t bpf bpf /sys/fs/bpf && exec "$@"';
  return spawnSync(
    'unshare',
    ['--net', '--mount', '--propagation', 'private', 'sh', '-c', setUp, 'sh', ...command],
    { encoding: 'utf8' },
  );
}

function load(tc, bytes) {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-demo-'));
  try {
    const object = join(directory, 'prog.o');
    writeFileSync(object, bytes);
    const steps = '"$1" qdisc add dev lo clsact && "$1" filter add dev lo ingress bpf da obj "$2"';
    const { status, stderr } = inNamespace(['sh', '-c', steps, 'sh', tc, object]);
    return { loaded: status === 0, message: stderr.trim().split('\n') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
