/** The loaders that bpfld knows, by the name that PROFILE and --profile give them. */
import { generic } from './generic.ts';
import { libbpf } from './libbpf.ts';
import type { Profile } from './profile.ts';
import { tc } from './tc.ts';

export { generic } from './generic.ts';
export { libbpf } from './libbpf.ts';

export const profiles: Readonly<Record<string, Profile>> = { generic, libbpf, tc };

/** What LOWER may name, and with which methods. */
export const lowerings: Readonly<Record<string, readonly string[] | 'patterns'>> = {
  calls: ['copy'],
  rodata: ['fold', 'stack'],
  fetch: 'patterns',
};
