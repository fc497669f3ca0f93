/** Two verdicts: the same maps, the same programs, each with the same outcome and the same message. */
import { compareRows, compareTables, type Difference } from './difference.ts';
import type { Verdict } from './verdicts.ts';

export function compareLoads(ours: Verdict, theirs: Verdict): Difference[] {
  return [
    ...compareTables('load', outcome(ours), outcome(theirs)),
    ...compareTables('load', maps(ours), maps(theirs)),
    ...compareTables('load', programs(ours), programs(theirs)),
    ...compareRows('load', 'log', ours.log.split('\n'), theirs.log.split('\n')),
  ];
}

function outcome({ open, load }: Verdict): Map<string, string> {
  return new Map([
    ['open', `${open}`],
    ['load', `${load}`],
  ]);
}

function maps({ maps }: Verdict): Map<string, string> {
  return new Map((maps ?? []).map(({ name, ...rest }) => [`map ${name}`, JSON.stringify(rest)]));
}

function programs({ programs }: Verdict): Map<string, string> {
  return new Map(
    (programs ?? []).map(({ name, section, ...rest }) => [
      `program ${section} ${name}`,
      JSON.stringify(rest),
    ]),
  );
}
