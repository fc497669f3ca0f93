/**
 * Loaders that are libraries inside of applications: of those the machine knows nothing, but the project in the
 * working directory does. Lock files tell the version, manifests only that the library is used.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Host } from '../host.ts';
import { type FoundLoader, profileOf } from './doctor-loaders.ts';

/** One line a library, found or not. */
export function projectLoaders(host: Pick<Host, 'readFile'>): readonly FoundLoader[] {
  const found = [...cargo(host), ...go(host)];
  const missing = ['aya', 'cilium/ebpf'].filter(
    (name) => !found.some(({ loader }) => loader === name),
  );
  return [
    ...found,
    ...missing.map((loader) => ({
      loader,
      found: undefined,
      profile: loader.replace('/ebpf', ''),
    })),
  ];
}

/** Crates that load objects. The version of libbpf-sys is that of the libbpf in it, aya's rules are in aya-obj. */
const crates = [
  { crate: 'aya-obj', manifest: 'aya', loader: 'aya', profile: 'aya' },
  { crate: 'libbpf-sys', manifest: 'libbpf-rs', loader: 'libbpf-rs', profile: 'libbpf' },
  { crate: 'redbpf', manifest: 'redbpf', loader: 'redbpf', profile: 'redbpf' },
] as const;

function cargo(host: Pick<Host, 'readFile'>): readonly FoundLoader[] {
  const lock = readText('Cargo.lock', host);
  const manifest = readText('Cargo.toml', host) ?? '';
  return crates.flatMap(({ crate, manifest: name, loader, profile }): FoundLoader[] => {
    const locked = new RegExp(`^name = "${crate}"\\r?\\nversion = "([^"]*)"`, 'm').exec(lock ?? '');
    if (locked !== null) {
      const found = `${crate} ${locked[1]} in Cargo.lock`;
      return [{ loader, found, ...profileOf(profile, locked[1]) }];
    }
    const named = new RegExp(`^(\\s*${name}\\s*[.=]|\\[.*dependencies\\.${name}\\])`, 'm');
    return named.test(manifest) ? [{ loader, found: `${name} in Cargo.toml`, profile }] : [];
  });
}

/** The versions of libbpfgo end with that of the libbpf in it: `v0.8.0-libbpf-1.5`. */
function go(host: Pick<Host, 'readFile'>): readonly FoundLoader[] {
  const text = readText('go.mod', host) ?? '';
  const version = (module: string): string | undefined =>
    new RegExp(`^\\s*(?:require\\s+)?${module}\\s+v(\\S+)`, 'm').exec(text)?.[1];
  const cilium = version('github\\.com/cilium/ebpf');
  const libbpfgo = version('github\\.com/aquasecurity/libbpfgo');
  const found: FoundLoader[] = [];
  if (cilium !== undefined) {
    const told = `${cilium} in go.mod`;
    found.push({ loader: 'cilium/ebpf', found: told, ...profileOf('cilium', cilium) });
  }
  if (libbpfgo !== undefined) {
    const libbpf = /-libbpf-(\d+\.\d+)/.exec(libbpfgo)?.[1];
    const told = `${libbpfgo} in go.mod`;
    found.push({ loader: 'libbpfgo', found: told, ...profileOf('libbpf', libbpf) });
  }
  return found;
}

function readText(path: string, host: Pick<Host, 'readFile'>): string | undefined {
  const read = host.readFile(path);
  return 'bytes' in read ? decodeUtf8(read.bytes) : undefined;
}
