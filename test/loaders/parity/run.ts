/** Links sets with both linkers, loads what comes out, and says what became of each. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AllowedDifference, reasonFor } from './allowed-differences.ts';
import { compareOutputs } from './compare.ts';
import { compareLoads } from './compare-loads.ts';
import { bytesOf } from './corpus.ts';
import { type Difference, differenceText } from './difference.ts';
import type { LinkSet } from './link-sets.ts';
import { type LinkAnswer, linkWithBpfld, linkWithReference } from './linkers.ts';
import { readObject } from './object-file.ts';
import { pairOf, readOutput } from './output.ts';
import type { Outcome } from './report.ts';
import { type Verdict, type VerdictOptions, verdictsOf } from './verdicts.ts';

interface Linked {
  readonly set: LinkSet;
  readonly ours: LinkAnswer;
  readonly theirs: LinkAnswer;
  /** Where the outputs are, under the same name in two directories: libbpf names maps after the file. */
  readonly paths: readonly [ours: string, theirs: string];
  readonly differences: readonly Difference[];
}

export interface RunOptions extends VerdictOptions {
  /** The reference's output is linked once more. */
  readonly again?: boolean;
}

export async function runSets(
  sets: readonly LinkSet[],
  options: RunOptions = {},
): Promise<Outcome[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bpfld-parity-'));
  try {
    for (const side of ['ours', 'theirs']) mkdirSync(join(directory, side));
    const links = sets.map((set, i) =>
      linkTwice(
        set,
        [join(directory, 'ours', `${i}.o`), join(directory, 'theirs', `${i}.o`)],
        options,
      ),
    );
    const paths = links.flatMap(({ ours, theirs, paths }) => [
      ...(ours.bytes === undefined ? [] : [paths[0]]),
      ...(theirs.bytes === undefined ? [] : [paths[1]]),
    ]);
    const verdicts = await verdictsOf(paths, options);
    const byPath = new Map(verdicts.map((verdict) => [verdict.object, verdict]));
    return links.map((linked) =>
      judge(linked, byPath.get(linked.paths[0]), byPath.get(linked.paths[1])),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function linkTwice(set: LinkSet, paths: readonly [string, string], { again }: RunOptions): Linked {
  const theirs = linkWithReference(set.objects, paths[1], again);
  const ours = linkWithBpfld(set.objects);
  if (ours.bytes !== undefined) writeFileSync(paths[0], ours.bytes);
  const both = ours.bytes !== undefined && theirs.bytes !== undefined;
  const differences = both ? compareBytes(set, ours.bytes, theirs.bytes) : [];
  // What is compared is no longer needed, and hundreds of outputs would stay in memory.
  return { set, ours: forget(ours), theirs: forget(theirs), paths, differences };
}

const linkedBytes = new Uint8Array();

function forget(answer: LinkAnswer): LinkAnswer {
  return answer.bytes === undefined ? answer : { bytes: linkedBytes };
}

function compareBytes({ objects }: LinkSet, ours: Uint8Array, theirs: Uint8Array): Difference[] {
  const inputs = objects.map((object) => readObject(bytesOf(object)));
  return compareOutputs(inputs, pairOf(readOutput(ours), readOutput(theirs)));
}

function judge(
  { set, ours, theirs, differences }: Linked,
  ourVerdict: Verdict | undefined,
  theirVerdict: Verdict | undefined,
): Outcome {
  const all = [
    ...differences,
    ...compareAnswers(set, ours, theirs, theirVerdict),
    ...(ourVerdict && theirVerdict ? compareLoads(ourVerdict, theirVerdict) : []),
  ];
  const reasons = new Set<AllowedDifference>();
  const unexplained = all.filter((difference) => {
    const reason = reasonFor(difference, all);
    if (reason !== undefined) reasons.add(reason);
    return reason === undefined;
  });
  const programs = (ourVerdict ?? theirVerdict)?.programs ?? [];
  return {
    name: set.name,
    linked: linkedBy(ours, theirs),
    reasons,
    unexplained,
    loads: ourVerdict && theirVerdict && loadsOf(unexplained),
    programs: [programs.filter(({ load }) => load === 0).length, programs.length],
  };
}

function loadsOf(unexplained: readonly Difference[]): 'equal' | 'different' {
  return unexplained.some(({ aspect }) => aspect === 'load') ? 'different' : 'equal';
}

function linkedBy(ours: LinkAnswer, theirs: LinkAnswer): Outcome['linked'] {
  if (ours.bytes !== undefined) return theirs.bytes !== undefined ? 'by both' : 'by bpfld only';
  return theirs.bytes !== undefined ? 'by bpftool only' : 'by none';
}

/** One linker refuses what the other links. */
function compareAnswers(
  { name }: LinkSet,
  ours: LinkAnswer,
  theirs: LinkAnswer,
  verdict: Verdict | undefined,
): Difference[] {
  if ((ours.bytes === undefined) === (theirs.bytes === undefined)) return [];
  const opens = verdict?.open === 0 ? 'links' : 'links, does not open';
  return [
    {
      aspect: 'verdict',
      where: name,
      ours: ours.bytes === undefined ? ours.why : 'links',
      theirs: theirs.bytes === undefined ? theirs.why : opens,
    },
  ];
}

/** What a test expects to be nothing. */
export function unexplainedLines(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ name, unexplained }) =>
    unexplained.map((difference) => `${name}: ${differenceText(difference)}`),
  );
}
