/** The two linkers. */
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { renderDiagnostic } from '../../../src/index.ts';
import { link } from '../../../src/link.ts';
import { inRepository, tool } from '../support/environment.ts';
import { bytesOf, type CorpusObject } from './corpus.ts';

export type LinkAnswer =
  | { readonly bytes: Uint8Array }
  | { readonly bytes: undefined; readonly why: string };

/** What describeLoaders has to find. */
export const parityTools: readonly string[] = ['reference/bpftool', 'bpf-verdict'];

/** The bpftool of the kernel's own tree. */
export const bpftool: string = tool('reference/bpftool');

/**
 * `bpftool gen object`; the output is also at `path`. `again`: the output is linked once more, as the kernel's
 * own tests do, which mends the offsets of variables.
 */
export function linkWithReference(
  objects: readonly CorpusObject[],
  path: string,
  again = false,
): LinkAnswer {
  rmSync(path, { force: true });
  const words = ['gen', 'object', path, ...objects.map((object) => object.path)];
  const child = spawnSync(bpftool, words, { encoding: 'utf8' });
  if (child.status !== 0) {
    return { bytes: undefined, why: child.stderr || `signal ${child.signal}` };
  }
  if (!again) return { bytes: new Uint8Array(readFileSync(path)) };
  renameSync(path, `${path}.first`);
  return linkWithReference([{ name: 'first', path: `${path}.first` }], path);
}

const script = {
  name: 'libbpf.ld',
  text: readFileSync(inRepository('linker-scripts/libbpf.ld'), 'utf8'),
};

export function linkWithBpfld(objects: readonly CorpusObject[]): LinkAnswer {
  const inputs = objects.map((object) => ({ path: object.path, bytes: bytesOf(object) }));
  const { output, diagnostics } = link({ inputs, script });
  if (output !== undefined) return { bytes: output };
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return {
    bytes: undefined,
    why: errors.map((error) => renderDiagnostic(error, false)).join('\n'),
  };
}
