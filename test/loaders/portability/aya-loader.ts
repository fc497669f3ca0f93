import { mapTypeName } from '../../../src/model/map-types.ts';
import { type AyaLoadedProgram, type AyaObject, ayaRunAll } from '../support/aya.ts';
import { type Descriptors, readCode } from './code.ts';
import { plainName, type Reading, type RunResult, type TargetLoader } from './loader.ts';

/** The newest, which the profile means. */
const version = '0.6';

export const ayaLoader: TargetLoader = {
  profile: 'aya',
  examine: (path, { programs, packets }) => {
    const { user, kernel } = ayaRunAll(path, version, packets);
    if (!user.ok) return { reading: `${user.stage}: ${user.error}`, programs: new Map() };
    const reading = readingOf(user);
    if (!kernel.ok) {
      return { reading, message: kernel.error, refusal: kernel.error, programs: new Map() };
    }
    const verdicts = new Map(kernel.programs.map((one) => [one.name, one]));
    return {
      reading,
      programs: new Map(programs.map(({ name }) => [name, verdictOf(verdicts.get(name))])),
    };
  },
};

function verdictOf(program: AyaLoadedProgram | undefined): string | RunResult[] {
  if (program === undefined) return 'no such program';
  if (!program.ok) return [program.error, program.log].join('\n');
  return (program.results ?? []).map(({ error, retval, data }) =>
    error === undefined ? { failed: false, retval, data } : { failed: true, retval: 0, data: '' },
  );
}

function readingOf({ maps, programs }: AyaObject): Reading {
  const descriptors: Descriptors = new Map(
    maps.map(({ name, fd }) => [fd, name.startsWith('.') ? { data: name } : { map: name }]),
  );
  return {
    programs: new Map(
      programs.map(({ name, kind, instructions }) => [
        name,
        { type: typeOf(kind), code: readCode(instructions, descriptors) },
      ]),
    ),
    maps: new Map(
      maps.map(({ name, type, keySize, valueSize, maxEntries, flags }) => [
        name,
        { type: mapTypeName(type) ?? `${type}`, keySize, valueSize, maxEntries, flags },
      ]),
    ),
    contents: new Map(
      maps
        .filter(({ name }) => name.startsWith('.'))
        .map(({ name, data }) => [name, new Uint8Array(Buffer.from(data, 'hex'))]),
    ),
  };
}

/** Where aya's word for a type is not the kernel's. */
const types: Readonly<Record<string, string>> = {
  uprobe: 'kprobe',
  kretprobe: 'kprobe',
  uretprobe: 'kprobe',
  schedclassifier: 'sched_cls',
  btftracepoint: 'tracing',
  fentry: 'tracing',
  fexit: 'tracing',
  iter: 'tracing',
  lsmcgroup: 'lsm',
  extension: 'ext',
  skskbstream: 'sk_skb',
  skskbstreamparser: 'sk_skb',
  skskbstreamverdict: 'sk_skb',
};

/** `Xdp { frags: false, attach_type: Interface }` is `xdp`. */
function typeOf(kind: string): string {
  const word = plainName(/^\w+/.exec(kind)?.[0] ?? '');
  return types[word] ?? word;
}
