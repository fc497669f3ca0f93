/**
 * Programs of tc and of XDP, linked for tc: for its own loader, and for that of libbpf. tc says nothing of the code that
 * it makes, so what counts is whether it loads the program and what that does with packets.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '../../../src/diag/diagnostic.ts';
import { bytesOf } from '../parity/corpus.ts';
import { type ObjectFile, readObject, symbolType } from '../parity/object-file.ts';
import { type LegacyTcResult, legacyTc } from '../support/legacy-tc.ts';
import type { LibbpfProgram, LibbpfRun } from '../support/libbpf-code.ts';
import { libbpfTc } from '../support/libbpf-tc.ts';
import type { Fault } from './fault.ts';
import { noCounts } from './judge.ts';
import { errorsOf, linkFor, linkWithoutRules } from './links.ts';
import type { Reason } from './reasons.ts';
import type { Refusal } from './refusals.ts';
import { explain, type Known, type Outcome, packets } from './run.ts';

export interface TcLoader {
  readonly profile: 'tc' | 'tc-libbpf@1.1';
  /** Those of its programs. */
  readonly types: readonly string[];
  readonly load: (path: string, section: string, type: string) => LegacyTcResult;
}

export const tcLoaders: readonly TcLoader[] = [
  {
    profile: 'tc',
    types: ['sched_cls', 'xdp'],
    load: (path, section, type) =>
      legacyTc(path, { section, packets, type: type === 'xdp' ? 'xdp' : 'classifier' }),
  },
  {
    profile: 'tc-libbpf@1.1',
    types: ['sched_cls'],
    load: (path, section) => libbpfTc(path, { section, packets }),
  },
];

export function portToTc(known: readonly Known[], loader: TcLoader): Outcome[] {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-portability-'));
  try {
    return known.map((one) => port(one, loader, join(directory, 'linked.o')));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Those that libbpf loads and that the loader is for. */
function programsFor({ types }: TcLoader, { original }: Known): LibbpfProgram[] {
  return (original.programs ?? []).filter(
    ({ type, runs }) => types.includes(type) && runs?.some(({ error }) => error === 0),
  );
}

function port(known: Known, loader: TcLoader, path: string): Outcome {
  const { object, original } = known;
  const programs = programsFor(loader, known);
  const nothing = { name: object.name, reasons: new Set<Reason>(), unexplained: [] };
  if (programs.length === 0) return { ...nothing, resolved: false, counts: noCounts };
  const answer = linkFor(loader.profile, object);
  if (answer.bytes === undefined) {
    const errors = errorsOf(answer);
    const codes = [...new Set(errors.map(({ code }) => code))];
    const shown = provenBy(known, errors, programs, loader, path);
    return { ...nothing, resolved: true, refusal: { codes, shown }, counts: noCounts };
  }
  writeFileSync(path, answer.bytes);
  const { faults, tried } = compare(readObject(answer.bytes), programs, loader, path);
  return {
    name: object.name,
    resolved: true,
    ...explain(faults, loader.profile, object, original, answer),
    counts: {
      ...noCounts,
      programs: programs.length,
      loadable: tried,
      loaded: tried - faults.filter(({ aspect }) => aspect === 'load').length,
      runnable: tried,
      ran: tried - faults.length,
    },
  };
}

/** tc takes the first program of a section, so only those are tried. */
function compare(
  file: ObjectFile,
  programs: readonly LibbpfProgram[],
  loader: TcLoader,
  path: string,
): { faults: Fault[]; tried: number } {
  const faults: Fault[] = [];
  let tried = 0;
  for (const program of programs) {
    const symbol = file.symbols.find(
      ({ name, type }) => name === program.name && type === symbolType.function,
    );
    const where = program.name;
    if (symbol === undefined) faults.push({ aspect: 'program', where, text: 'not there' });
    if (symbol === undefined || symbol.value !== 0) continue;
    tried++;
    const section = file.sections[symbol.section]!.name;
    const result = loader.load(path, section, program.type);
    if (!result.loaded) faults.push({ aspect: 'load', where, text: result.stderr });
    else faults.push(...compareRuns(program, result.run.results));
  }
  return { faults, tried };
}

function compareRuns(
  { name: where, runs = [] }: LibbpfProgram,
  results: readonly { readonly error?: string; readonly retval: number; readonly data: string }[],
): Fault[] {
  const wanted = runs.map(({ error, retval, data }: LibbpfRun) =>
    JSON.stringify(error === 0 ? { retval, data } : 'refused'),
  );
  const found = results.map(({ error, retval, data }) =>
    JSON.stringify(error === undefined ? { retval, data } : 'refused'),
  );
  const different = wanted.findIndex((one, i) => one !== found[i]);
  if (different < 0) return [];
  const text = `packet ${different}: ${wanted[different]}, linked ${found[different]}`;
  return [{ aspect: 'run', where, text }];
}

/** What goes wrong without bpfld's rules, or without bpfld. */
function provenBy(
  { object, original }: Known,
  errors: readonly Diagnostic[],
  programs: readonly LibbpfProgram[],
  loader: TcLoader,
  path: string,
): Refusal['shown'] {
  const bytes = linkWithoutRules(loader.profile, object).bytes ?? bytesOf(object);
  writeFileSync(path, bytes);
  const { faults, tried } = compare(readObject(bytes), programs, loader, path);
  if (faults.some(({ aspect }) => aspect === 'load')) return 'the loader refuses';
  if (faults.length > 0) return 'goes wrong';
  if (errors.some(({ code }) => code === 'LOWER-007')) return 'asks what is meant';
  if (errors.every(({ code }) => code.startsWith('LIBBPF-'))) return 'wrong with libbpf as well';
  if (tried < programs.length) return 'not the first of its section';
  if (errors.every(({ code }) => code === 'TC-010')) return 'calls its neighbour';
  if (linkFor('generic', object).bytes === undefined) return 'no link at all';
  return original.loaded ? undefined : 'not whole with libbpf';
}
