/** What the running kernel and the user's rights allow; undefined is what cannot be found out. */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Host } from '../host.ts';

export interface KernelFacts {
  /** `6.1.0-18-amd64` */
  readonly release: string | undefined;
  /** It tells its types, which CO-RE, fentry programs and kernel functions need. */
  readonly btf: boolean;
  readonly jit: 'on' | 'off' | undefined;
  /** Whether users without rights may load programs. */
  readonly unprivileged: boolean | undefined;
  /** Where a BPF file system is mounted, for pins. */
  readonly bpffs: readonly string[];
  readonly root: boolean | undefined;
  readonly capBpf: boolean | undefined;
}

const CAP_SYS_ADMIN = 21n;
const CAP_BPF = 39n;

export function kernelFacts(host: Host): KernelFacts {
  const number = (path: string): number | undefined => {
    const text = readText(path, host)?.trim();
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const jit = number('/proc/sys/net/core/bpf_jit_enable');
  const disabled = number('/proc/sys/kernel/unprivileged_bpf_disabled');
  const status = readText('/proc/self/status', host) ?? '';
  const uid = /^Uid:\s*\d+\s+(\d+)/m.exec(status)?.[1];
  const rights = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1];
  const has = (capability: bigint): boolean => ((BigInt(`0x${rights}`) >> capability) & 1n) === 1n;
  const types = host.readParts('/sys/kernel/btf/vmlinux', () => []);
  return {
    release: readText('/proc/sys/kernel/osrelease', host)?.trim(),
    btf: 'bytes' in types,
    jit: jit === undefined ? undefined : jit > 0 ? 'on' : 'off',
    unprivileged: disabled === undefined ? undefined : disabled === 0,
    bpffs: bpfMounts(readText('/proc/mounts', host) ?? ''),
    root: uid === undefined ? undefined : uid === '0',
    capBpf: rights === undefined ? undefined : has(CAP_BPF) || has(CAP_SYS_ADMIN),
  };
}

/** `bpf /sys/fs/bpf bpf rw,nosuid 0 0`; white space in names is written in octal. */
function bpfMounts(mounts: string): readonly string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'bpf')
    .map(([, directory]) =>
      directory!.replace(/\\([0-7]{3})/g, (_, octal) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    );
}

function readText(path: string, host: Host): string | undefined {
  const read = host.readFile(path);
  return 'bytes' in read ? decodeUtf8(read.bytes) : undefined;
}
