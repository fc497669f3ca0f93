/** Holds what a loader makes of a linked object to what libbpf makes of the original. */
import type { LibbpfObject, LibbpfProgram } from '../support/libbpf-code.ts';
import type { Packet } from '../support/packets.ts';
import { compareCode } from './compare-code.ts';
import type { Fault } from './fault.ts';
import {
  type Examination,
  plainName,
  type Reading,
  type RunResult,
  type TargetLoader,
} from './loader.ts';
import { codeOf, contentsOf, declaredMaps, hasTypeNumbers } from './original.ts';
import { References } from './references.ts';

/** How many programs came through each step of the comparison. */
export interface Counts {
  /** Of the original, with all references resolved. */
  readonly programs: number;
  /** The loader makes the same code of them. */
  readonly same: number;
  /** Those that the kernel takes from libbpf, and those of them that it takes from the loader. */
  readonly loadable: number;
  readonly loaded: number;
  /** Run over packets, and with equal results. */
  readonly runnable: number;
  readonly ran: number;
}

export const noCounts: Counts = {
  programs: 0,
  same: 0,
  loadable: 0,
  loaded: 0,
  runnable: 0,
  ran: 0,
};

export interface Judgement {
  /** None where the loader does with the object what libbpf does with the original. */
  readonly faults: readonly Fault[];
  readonly counts: Counts;
}

/** The programs that the loaders can be compared over. */
export function resolvedPrograms({ programs = [] }: LibbpfObject): LibbpfProgram[] {
  return programs.filter(({ relocated }) => relocated);
}

/** `path` is the linked object, or whatever else the loader is to read. */
export function judge(
  original: LibbpfObject,
  path: string,
  loader: TargetLoader,
  packets: readonly Packet[],
): Judgement {
  const programs = resolvedPrograms(original);
  const loadable = needsNoSizes(original) ? programs.filter(({ loaded }) => loaded) : [];
  const asked = loadable.map(({ name, runs }) => ({ name, runs: runs !== undefined }));
  const examination = loader.examine(path, { programs: asked, packets });
  const { reading } = examination;
  if (typeof reading === 'string') {
    const faults: Fault[] = [{ aspect: 'object', where: '', text: reading }];
    return { faults, counts: { ...noCounts, programs: programs.length } };
  }
  const references = new References(hasTypeNumbers(original));
  const { good: same, faults: codeFaults } = sort(programs, (program) =>
    compareProgram(program, reading, references),
  );
  const { good: loaded, faults: loadFaults } = sort(loadable, ({ name }) => {
    const verdict = examination.programs.get(name) ?? examination.refusal ?? 'not there';
    return typeof verdict === 'string' ? { aspect: 'load', where: name, text: verdict } : undefined;
  });
  const runnable = loaded.filter(({ runs }) => runs !== undefined);
  const { good: ran, faults: runFaults } = sort(runnable, (program) =>
    compareRuns(program, examination),
  );
  return {
    faults: [
      ...mapFaults(original, reading, examination),
      ...codeFaults,
      ...dataFaults(original, reading, references),
      ...loadFaults,
      ...runFaults,
    ],
    counts: {
      programs: programs.length,
      same: same.length,
      loadable: loadable.length,
      loaded: loaded.length,
      runnable: runnable.length,
      ran: ran.length,
    },
  };
}

/** Those without a fault, and the faults of the others. */
function sort(
  programs: readonly LibbpfProgram[],
  faultOf: (program: LibbpfProgram) => Fault | undefined,
): { good: LibbpfProgram[]; faults: Fault[] } {
  const good: LibbpfProgram[] = [];
  const faults: Fault[] = [];
  for (const program of programs) {
    const fault = faultOf(program);
    if (fault === undefined) good.push(program);
    else faults.push(fault);
  }
  return { good, faults };
}

function compareProgram(
  program: LibbpfProgram,
  { programs }: Reading,
  references: References,
): Fault | undefined {
  const { name: where, type } = program;
  const found = programs.get(where);
  if (found === undefined) return { aspect: 'program', where, text: 'not there' };
  // libbpf leaves it to the application to say what a program of a section unknown to it is.
  if (type !== 'unspec' && plainName(found.type) !== plainName(type)) {
    return { aspect: 'program', where, text: `of type ${found.type}, not ${type}` };
  }
  const text = compareCode(codeOf(program), found.code, references);
  return text === undefined ? undefined : { aspect: 'code', where, text };
}

function mapFaults(original: LibbpfObject, { maps }: Reading, { refusal }: Examination): Fault[] {
  const faults = declaredMaps(original).flatMap(({ name, type, data: _, ...shape }): Fault[] => {
    const found = maps.get(name);
    if (found === undefined) return [{ aspect: 'map', where: name, text: 'not there' }];
    const wanted = { ...shape, type: plainName(type) };
    const others = { ...found, type: plainName(found.type) };
    return Object.entries(wanted)
      .map(([field, value]) => [field, value, others[field as keyof typeof wanted]] as const)
      .filter(([field, value, other]) => value !== other && !isChosenLater(type, field))
      .map(([field, value, other]) => ({
        aspect: 'map',
        where: name,
        text: `${field} is ${other}, not ${value}`,
      }));
  });
  if (refusal === undefined || !needsNoSizes(original)) return faults;
  return [...faults, { aspect: 'map', where: '', text: refusal }];
}

/** What some loaders correct when they read an object, and some when they make the map. */
function isChosenLater(type: string, field: string): boolean {
  if (type === 'perf_event_array') return field !== 'type' && field !== 'flags';
  return type.endsWith('ringbuf') && field === 'maxEntries';
}

function dataFaults(original: LibbpfObject, reading: Reading, references: References): Fault[] {
  const isMerged = (section: string): boolean => /^\.rodata\.(str|cst)/.test(section);
  return references
    .faults(contentsOf(original), reading.contents, isMerged)
    .map(({ section, text }) => ({ aspect: 'data', where: section, text }));
}

/** Maps of no size get one from the application, which the loaders' runners are not. */
function needsNoSizes(original: LibbpfObject): boolean {
  const sizeless = /_storage$|^(bloom_filter|struct_ops|perf_event_array|.*ringbuf|arena)$/;
  return declaredMaps(original).every(
    ({ type, maxEntries }) => maxEntries > 0 || sizeless.test(type),
  );
}

function compareRuns(program: LibbpfProgram, { programs }: Examination): Fault | undefined {
  const results = programs.get(program.name) as readonly RunResult[];
  const wanted = (program.runs ?? []).map(({ error, retval, data }) =>
    JSON.stringify(error === 0 ? { retval, data } : 'refused'),
  );
  const found = results.map(({ failed, retval, data }) =>
    JSON.stringify(failed ? 'refused' : { retval, data }),
  );
  const different = wanted.findIndex((one, i) => one !== found[i]);
  if (different < 0) return undefined;
  const text = `packet ${different}: ${wanted[different]}, linked ${found[different]}`;
  return { aspect: 'run', where: program.name, text };
}
