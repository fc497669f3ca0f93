import { type LegacyTcOptions, type LegacyTcResult, legacyTc } from './legacy-tc.ts';

/** Debian's, built with libbpf 1.1. */
const tc = '/usr/sbin/tc';

/** Loads `object` with a tc that uses libbpf, and runs the program while it is attached. */
export function libbpfTc(
  object: string,
  options: Omit<LegacyTcOptions, 'tc' | 'type'> = {},
): LegacyTcResult {
  return legacyTc(object, { ...options, tc });
}
