/** Which loaders a machine has, by asking the programs for their versions, and which profile is theirs. */
import type { Host } from '../host.ts';
import { chooseProfile } from '../profiles/index.ts';

export interface FoundLoader {
  /** As its users call it: `tc`, `libbpf.so`. */
  readonly loader: string;
  /** What was found out, in words; undefined where it is not there. */
  readonly found: string | undefined;
  /** What `--profile` takes for it; undefined where there is none, or nothing was found that needs one. */
  readonly profile: string | undefined;
  readonly note?: string;
}

/** Programs and libraries of the machine. */
export function machineLoaders(host: Host): readonly FoundLoader[] {
  return [iproute2('tc', host), iproute2('ip', host), bpftool(host), libbpf(host)];
}

/**
 * The profile of a loader's version. One that is older than all that the profile knows gets the profile with a note;
 * one that cannot be told, the profile.
 */
export function profileOf(
  name: string,
  version: string | undefined,
): Pick<FoundLoader, 'profile' | 'note'> {
  const short = /^v?(\d+\.\d+)/.exec(version ?? '')?.[1];
  if (short === undefined) return { profile: name };
  const profile = `${name}@${short}`;
  if (chooseProfile(profile) !== undefined) return { profile };
  return { profile: name, note: `${short} is older than what bpfld knows` };
}

/** Users that are not root often lack these in PATH. */
const directories = ['', '/usr/sbin/', '/sbin/'];

/** What the program prints, or why there is nothing. */
function ask(
  program: string,
  words: readonly string[],
  host: Host,
): { readonly text: string } | { readonly missing: boolean; readonly problem: string } {
  let problem: { missing: boolean; problem: string } | undefined;
  for (const directory of directories) {
    const ran = host.run(directory + program, words);
    if ('problem' in ran) {
      if (!ran.missing) problem ??= ran;
    } else if (ran.status === 0) return { text: `${ran.stdout}\n${ran.stderr}` };
    else problem ??= { missing: false, problem: `it fails with exit code ${ran.status}` };
  }
  return problem ?? { missing: true, problem: 'it is not there' };
}

/** A program that is there but does not tell its version. */
function silent(
  loader: string,
  { missing, problem }: { missing: boolean; problem: string },
): FoundLoader {
  return {
    loader,
    found: missing ? undefined : `does not tell its version: ${problem}`,
    profile: undefined,
  };
}

/** `tc utility, iproute2-6.1.0, libbpf 1.1.2`; built without libbpf it ends before the last comma. */
function iproute2(loader: 'tc' | 'ip', host: Host): FoundLoader {
  const answer = ask(loader, ['-V'], host);
  if (!('text' in answer)) return silent(loader, answer);
  const version = /iproute2-([\w.]+)/.exec(answer.text)?.[1];
  if (version === undefined)
    return silent(loader, { missing: false, problem: 'it is not of iproute2' });
  const libbpf = /libbpf v?(\d[\w.]*)/.exec(answer.text)?.[1];
  if (libbpf === undefined) {
    const found = `iproute2 ${version}, without libbpf`;
    return { loader, found, ...profileOf('tc', version) };
  }
  return {
    loader,
    found: `iproute2 ${version}, libbpf ${libbpf}`,
    ...profileOf('tc-libbpf', libbpf),
  };
}

/** `bpftool v7.1.0`, and in the next line `using libbpf v1.1`, which older ones do not tell. */
function bpftool(host: Host): FoundLoader {
  const loader = 'bpftool';
  const answer = ask(loader, ['version'], host);
  if (!('text' in answer)) return silent(loader, answer);
  const version = /bpftool v?(\d[\w.]*)/.exec(answer.text)?.[1];
  const libbpf = /libbpf v?(\d[\w.]*)/.exec(answer.text)?.[1];
  if (version === undefined)
    return silent(loader, { missing: false, problem: 'it prints something else' });
  const found = libbpf === undefined ? version : `${version}, libbpf ${libbpf}`;
  return { loader, found, ...profileOf('libbpf', libbpf) };
}

const libraryDirectories = ['/usr/lib64', '/usr/lib', '/lib64', '/lib', '/usr/local/lib'];

/** The file's own name has the version: libbpf.so.1.1.2. */
function libbpf(host: Host): FoundLoader {
  const loader = 'libbpf.so';
  const answer = ask('ldconfig', ['-p'], host);
  const listed = 'text' in answer ? [...answer.text.matchAll(/=> (\S*\/libbpf\.so\.\d+)$/gm)] : [];
  const guessed = libraryDirectories.flatMap((directory) =>
    ['1', '0'].map((version) => `${directory}/libbpf.so.${version}`),
  );
  for (const path of [...listed.map(([, listedPath]) => listedPath!), ...guessed]) {
    const file = host.identify(path);
    const version = /\.so\.(\d+\.\d+[\d.]*)$/.exec(file)?.[1];
    if (version === undefined) continue;
    return { loader, found: `${version} (${file})`, ...profileOf('libbpf', version) };
  }
  return { loader, found: undefined, profile: undefined };
}
