/** Objects that are linked for other loaders than they were written for. */
import { readdirSync } from 'node:fs';
import { type CorpusObject, corpora, objectsOf } from '../parity/corpus.ts';
import { fixture } from '../support/environment.ts';

/** Those of `fixtures/` that are for this machine's byte order. */
export function fixtureObjects(): CorpusObject[] {
  return readdirSync(fixture(''), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.o') && !path.endsWith('.be.o'))
    .sort()
    .map((path) => ({ name: `fixtures/${path}`, path: fixture(path) }));
}

/** By name. The kernel's selftests are counted apart: many of them try what no loader is used for. */
export const objectSets: Readonly<Record<string, () => CorpusObject[]>> = {
  ...Object.fromEntries(
    Object.keys(corpora)
      .filter((name) => name !== 'selftests')
      .map((name) => [name, () => objectsOf(name as keyof typeof corpora)]),
  ),
  fixtures: fixtureObjects,
  selftests: () => objectsOf('selftests'),
};
