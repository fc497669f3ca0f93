/**
 * Refuses to write over what the user still needs: `--dependency-file=p.o -o ./p.o` would leave a make rule
 * where the object was, and `-o values.json` an object where the values were. Files are compared, not the
 * spellings of their names. An object may be an input and the output: so one is linked in place.
 */
import { conflict } from '../diag/catalogue/command-line.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import type { Host } from '../host.ts';
import type { CommandLine } from './arguments.ts';

export interface FilesRead {
  readonly objects: readonly string[];
  readonly scripts: readonly string[];
  readonly valuesFiles: readonly string[];
  readonly responseFiles: readonly string[];
}

export function checkOverwrites(
  { output, dependencyFile }: Pick<CommandLine, 'output' | 'dependencyFile'>,
  read: FilesRead,
  host: Pick<Host, 'identify'>,
): readonly Diagnostic[] {
  type Role = readonly [what: string, files: readonly string[]];
  const texts: readonly Role[] = [
    ['a linker script', read.scripts],
    ['a values file', read.valuesFiles],
    ['a response file', read.responseFiles],
  ];
  const problems: Diagnostic[] = [];
  const check = (what: string, file: string, others: readonly Role[]): void => {
    const identity = host.identify(file);
    const other = others.find(([, files]) => files.some((one) => host.identify(one) === identity));
    if (other === undefined) return;
    problems.push(conflict(`${what} '${file}' is also ${other[0]}`, 'give it another name'));
  };
  check('the output', output, texts);
  if (dependencyFile !== undefined) {
    const others: readonly Role[] = [
      ['the output', [output]],
      ['an input', read.objects],
    ];
    check('the dependency file', dependencyFile, [...others, ...texts]);
  }
  return problems;
}
