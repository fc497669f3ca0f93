/** Objects that nobody here wrote, from tools/install-loaders.sh. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../support/environment.ts';

export interface CorpusObject {
  /** Unique in the corpus: `selftests/linked_maps1.o`. */
  readonly name: string;
  readonly path: string;
}

export type Corpus =
  | 'selftests'
  | 'xdp-tools'
  | 'xdp'
  | 'libbpf-tools'
  | 'libbpf-tools-stable'
  | 'libbpf-tools-unstable'
  | 'pwru';

/** With the least number of objects that has to be there. */
export const corpora: Readonly<Record<Corpus, number>> = {
  selftests: 300,
  'xdp-tools': 20,
  xdp: 10,
  'libbpf-tools': 40,
  'libbpf-tools-stable': 40,
  'libbpf-tools-unstable': 40,
  pwru: 1,
};

export const corpusNames: readonly Corpus[] = Object.keys(corpora) as Corpus[];

export function objectsOf(corpus: Corpus): CorpusObject[] {
  const directory = join(cache, 'corpus', corpus);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.o'))
    .sort()
    .map((file) => ({ name: `${corpus}/${file}`, path: join(directory, file) }));
}

export function bytesOf({ path }: CorpusObject): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
