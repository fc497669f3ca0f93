/** The loaders that bpfld knows, by the name that PROFILE and --profile give them. */
import { unknownProfile, unknownVersion } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Loader, Version } from '../model/rule.ts';
import { aya } from './aya.ts';
import { cilium } from './cilium.ts';
import { generic } from './generic.ts';
import { libbpf } from './libbpf.ts';
import type { Profile } from './profile.ts';
import { redbpf } from './redbpf.ts';
import { tc } from './tc.ts';
import { tcLibbpf } from './tc-libbpf.ts';

export { generic } from './generic.ts';
export { libbpf } from './libbpf.ts';

export const profiles: Readonly<Record<string, Profile>> = {
  aya,
  cilium,
  generic,
  libbpf,
  redbpf,
  tc,
  'tc-libbpf': tcLibbpf,
};

/** Those of a loader, in the order of a portability table. */
export const loaders: readonly string[] = ['tc', 'tc-libbpf', 'libbpf', 'aya', 'cilium', 'redbpf'];

/** A profile, and of its loader the version that is meant. */
export interface ChosenProfile {
  readonly profile: Profile;
  readonly loader: Loader;
}

/** Other words for a profile. */
const aliases: ReadonlyMap<string, string> = new Map([['tc@libbpf', 'tc-libbpf']]);

/** `aya`, `libbpf@0.8`, `tc@libbpf`. Undefined where there is no such profile, or it knows no such version. */
export function chooseProfile(text: string): ChosenProfile | undefined {
  const [name = '', version, ...more] = (aliases.get(text) ?? text).split('@');
  if (!Object.hasOwn(profiles, name) || more.length > 0) return undefined;
  const profile = profiles[name]!;
  if (version === undefined) return newestOf(profile);
  const meant = readVersion(version);
  if (meant === undefined || compare(meant, profile.versions.oldest) < 0) return undefined;
  return { profile, loader: { name, version: meant } };
}

/** Why `chooseProfile` knows no such profile. */
export function profileFault(text: string): Diagnostic {
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  if (at < 0 || !Object.hasOwn(profiles, name)) return unknownProfile(name, Object.keys(profiles));
  const { oldest, newest } = profiles[name]!.versions;
  return unknownVersion(name, text.slice(at + 1), oldest.join('.'), newest.join('.'));
}

export function newestOf(profile: Profile): ChosenProfile {
  return { profile, loader: { name: profile.name, version: profile.versions.newest } };
}

/** `0.8` and `1.7.2`; what comes behind the minor version makes no difference to the rules. */
function readVersion(text: string): Version | undefined {
  const match = /^v?(\d{1,4})\.(\d{1,4})(\.[\w.-]*)?$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** What LOWER may name, and with which methods. */
export const lowerings: Readonly<Record<string, readonly string[] | 'patterns'>> = {
  calls: ['copy', 'inline'],
  rodata: ['fold', 'stack'],
  fetch: 'patterns',
  trap: 'patterns',
};
