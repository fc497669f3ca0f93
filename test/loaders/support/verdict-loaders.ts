/** What each real loader makes of an object of fixtures/verdicts. */
import { type AyaObject, type AyaRefusal, type AyaVersion, ayaObject, ayaRun } from './aya.ts';
import { type CiliumVersion, ciliumLoad, refusal } from './cilium.ts';
import { fixture } from './environment.ts';
import { legacyTc } from './legacy-tc.ts';
import { type LibbpfVersion, libbpfOpen } from './libbpf-open.ts';
import { plainPacket } from './packets.ts';
import { libbpfLoad } from './run.ts';
import type { VerdictCase } from './verdict-case.ts';

export type Verdict =
  | { readonly kind: 'right' }
  /** Loaded, and what it computes is something else, which stands there, or it lacks what it asks for. */
  | { readonly kind: 'wrong'; readonly got: string }
  /** By the loader or the kernel, with what they say. */
  | { readonly kind: 'refused'; readonly says: string }
  /** The loader takes the object and leaves the program out, as it is asked to. */
  | { readonly kind: 'left out' };

export interface RealLoader {
  /** As `check --profile` takes it. */
  readonly profile: string;
  /** The head of the table's column. */
  readonly title: string;
  /** What it makes of the case's object, or of what that was linked to. */
  readonly judge: (one: VerdictCase, path?: string) => Verdict;
}

const packets = [1, 2].map((byte) => plainPacket({ 20: byte }));

function pathOf(object: string): string {
  return fixture(`verdicts/${object}.o`);
}

function computed({ returns }: VerdictCase, got: readonly number[]): Verdict {
  const right = returns?.every((value, i) => value === got[i]) ?? false;
  return right ? { kind: 'right' } : { kind: 'wrong', got: got.join(', ') };
}

function refused(says: string): Verdict {
  return { kind: 'refused', says };
}

function retvals(
  results: readonly { readonly error?: string; readonly retval: number }[],
): number[] {
  return results.map(({ error, retval }) => {
    if (error !== undefined) throw new Error(error);
    return retval;
  });
}

function tc(program?: string): RealLoader['judge'] {
  return (one, path = pathOf(one.object)) => {
    const section = one.section ?? 'classifier';
    const result = legacyTc(path, {
      packets,
      // libbpf drops what stands before the name.
      section: program === undefined ? section : section.replace('?', ''),
      ...(program === undefined ? {} : { tc: program }),
      ...(one.earlier === undefined ? {} : { earlier: pathOf(one.earlier) }),
    });
    if (result.loaded) return computed(one, retvals(result.run.results));
    return refused(result.status > 128 ? `signal ${result.status - 128}` : result.stderr);
  };
}

function libbpf(version: LibbpfVersion): RealLoader['judge'] {
  return (one, path = pathOf(one.object)) => {
    const run = libbpfLoad(path, 'program', { version, packets });
    if (run.ok) return computed(one, retvals(run.results));
    const opened = libbpfOpen(path, version);
    const leftOut = opened.programs?.some(({ name, autoload }) => name === 'program' && !autoload);
    return opened.loaded && leftOut ? { kind: 'left out' } : refused(run.log);
  };
}

function cilium(version: CiliumVersion): RealLoader['judge'] {
  return (one, path = pathOf(one.object)) => {
    const runs = packets.map(({ data }) => ({ program: 'program', data }));
    const report = ciliumLoad(path, { version, runs });
    const why = refusal(report);
    return why === undefined ? computed(one, retvals(report.runs!)) : refused(why);
  };
}

function pins(object: AyaObject | AyaRefusal, map: string): boolean {
  return object.ok && object.maps.some(({ name, pinning }) => name === map && pinning !== 'None');
}

function aya(version: AyaVersion): RealLoader['judge'] {
  return (one, path = pathOf(one.object)) => {
    const loaded = ayaRun(path, version, 'program', packets);
    if (!loaded.ok) return refused(loaded.error);
    const failed = loaded.programs.find(({ ok }) => !ok);
    if (failed !== undefined) return refused([failed.error, failed.log].join('\n'));
    if (one.pinned !== undefined && !pins(ayaObject(path, version), one.pinned)) {
      return { kind: 'wrong', got: 'not pinned' };
    }
    const program = loaded.programs.find(({ name }) => name === 'program');
    return computed(one, retvals(program?.results ?? []));
  };
}

/** Debian's tc, which is built with libbpf. */
const libbpfTc = '/usr/sbin/tc';

export const realLoaders: readonly RealLoader[] = [
  { profile: 'tc', title: 'tc', judge: tc() },
  { profile: 'tc-libbpf@1.1', title: 'tc with libbpf 1.1', judge: tc(libbpfTc) },
  { profile: 'libbpf@1.1', title: 'libbpf 1.1', judge: libbpf('debian') },
  { profile: 'libbpf@1.7', title: 'libbpf 1.7', judge: libbpf('newest') },
  { profile: 'cilium@0.13', title: 'cilium/ebpf 0.13', judge: cilium('0.13') },
  { profile: 'cilium@0.20', title: 'cilium/ebpf 0.20', judge: cilium('0.20') },
  { profile: 'cilium@0.22', title: 'cilium/ebpf 0.22', judge: cilium('newest') },
  { profile: 'aya@0.3', title: 'aya-obj 0.3', judge: aya('0.3') },
  { profile: 'aya@0.6', title: 'aya-obj 0.6', judge: aya('0.6') },
];
