/**
 * Ahead of a command: it runs with a BPF file system of its own, so that what a loader pins vanishes with it, and where
 * the machine has none mounted there is one.
 */
export const apart: readonly string[] = [
  ...['unshare', '--mount', '--propagation', 'private'],
  ...['sh', '-c', 'mount -t bpf bpf /sys/fs/bpf && exec "$@"', 'sh'],
];
