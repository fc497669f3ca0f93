/** Links the objects of a set for a loader, and says what became of each. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type CorpusObject } from '../parity/corpus.ts';
import { readObject } from '../parity/object-file.ts';
import { type LibbpfObject, libbpfObjects } from '../support/libbpf-code.ts';
import { type Packet, randomPackets } from '../support/packets.ts';
import type { Fault } from './fault.ts';
import { type Counts, judge, noCounts, resolvedPrograms } from './judge.ts';
import { type Answer, errorsOf, linkFor } from './links.ts';
import type { TargetLoader } from './loader.ts';
import { neverTheSame, type Reason, reasonFor } from './reasons.ts';
import { examineRefusal, type Refusal } from './refusals.ts';

export interface Outcome {
  readonly name: string;
  /** Where libbpf does not come so far with the original, nothing is expected of another loader. */
  readonly resolved: boolean;
  readonly refusal?: Refusal;
  readonly reasons: ReadonlySet<Reason>;
  readonly unexplained: readonly Fault[];
  readonly counts: Counts;
}

/** An object, and what libbpf makes of it. */
export interface Known {
  readonly object: CorpusObject;
  readonly original: LibbpfObject;
}

export const packets: readonly Packet[] = randomPackets(11, 12);

export async function knownObjects(objects: readonly CorpusObject[]): Promise<Known[]> {
  const originals = await libbpfObjects(
    objects.map(({ path }) => path),
    packets,
  );
  return objects.map((object, i) => ({ object, original: originals[i]! }));
}

export async function portObjects(
  known: readonly Known[],
  loader: TargetLoader,
): Promise<Outcome[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-portability-'));
  try {
    const outcomes: Outcome[] = [];
    for (const one of known) outcomes.push(port(one, loader, join(directory, 'linked.o')));
    return await withoutChance(known, outcomes);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function port({ object, original }: Known, loader: TargetLoader, path: string): Outcome {
  const { name } = object;
  const nothing = { reasons: new Set<Reason>(), unexplained: [], counts: noCounts };
  if (resolvedPrograms(original).length === 0) return { name, resolved: false, ...nothing };
  const answer = linkFor(loader.profile, object);
  if (answer.bytes === undefined) {
    const errors = errorsOf(answer);
    const refusal = examineRefusal(object, errors, original, path, loader, packets);
    return { name, resolved: true, refusal, ...nothing };
  }
  writeFileSync(path, answer.bytes);
  const { faults, counts } = judge(original, path, loader, packets);
  return {
    name,
    resolved: true,
    ...explain(faults, loader.profile, object, original, answer),
    counts,
  };
}

/** The faults for which there is no reason, and the reasons for the others. */
export function explain(
  faults: readonly Fault[],
  profile: string,
  object: CorpusObject,
  original: LibbpfObject,
  { diagnostics }: Answer,
): Pick<Outcome, 'reasons' | 'unexplained'> {
  const { name } = object;
  const file = readObject(bytesOf(object));
  const warnings = diagnostics.map(({ code }) => code);
  const reasons = new Set<Reason>();
  const unexplained = faults.filter((fault) => {
    const reason = reasonFor(fault, { name, profile, file, original, warnings });
    if (reason !== undefined) reasons.add(reason);
    return reason === undefined;
  });
  return { reasons, unexplained };
}

/** Runs the originals of programs with other results again, and forgives those that give others themselves. */
export async function withoutChance(
  known: readonly Known[],
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  const suspects = outcomes.filter(({ unexplained }) =>
    unexplained.some(({ aspect }) => aspect === 'run'),
  );
  const paths = new Map(known.map(({ object }) => [object.name, object.path]));
  const again = suspects.map(({ name }) => paths.get(name)!);
  const repeated: LibbpfObject[][] = [];
  for (let i = 0; i < 3 && again.length > 0; i++)
    repeated.push(await libbpfObjects(again, packets));
  const originals = new Map(known.map(({ object, original }) => [object.name, original]));
  return outcomes.map((outcome) => {
    const index = suspects.indexOf(outcome);
    if (index < 0) return outcome;
    const runs = [originals.get(outcome.name)!, ...repeated.map((objects) => objects[index]!)];
    const unexplained = outcome.unexplained.filter(
      ({ aspect, where }) => aspect !== 'run' || isSteady(where, runs),
    );
    if (unexplained.length === outcome.unexplained.length) return outcome;
    return { ...outcome, unexplained, reasons: new Set([...outcome.reasons, neverTheSame]) };
  });
}

function isSteady(program: string, objects: readonly LibbpfObject[]): boolean {
  const results = objects.map(({ programs = [] }) =>
    JSON.stringify(programs.find(({ name }) => name === program)?.runs),
  );
  return new Set(results).size === 1;
}
