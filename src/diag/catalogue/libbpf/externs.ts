/** LIBBPF-011 and LIBBPF-012: names that libbpf looks for. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { undefinedRemedy } from '../symbols.ts';
import { says } from './says.ts';

type Places = readonly Location[];

/** What libbpf says of both, and what the application then gets. */
function noFile(silent: boolean): (string | ReturnType<typeof says>)[] {
  return silent
    ? ['libbpf only returns "No such file or directory"; build the object again']
    : [says('Error finalizing .BTF: -2.'), 'build the object again'];
}

/** LIBBPF-011; `silent`: libbpf 1.1 and newer do not say so. */
export const variableWithoutSymbol = (
  variable: string,
  section: string,
  silent: boolean,
): Diagnostic =>
  error(
    'LIBBPF-011',
    `the BTF has a variable '${variable}' in '${section}', and no global symbol is of that name`,
    { notes: noFile(silent) },
  );

/** LIBBPF-011 */
export const sectionWithoutBytes = (section: string, silent: boolean): Diagnostic =>
  error(
    'LIBBPF-011',
    `the BTF has a section '${section}' of no size, and the object has none of that name`,
    { notes: noFile(silent) },
  );

/** LIBBPF-012; `near` is what was likely meant. */
export const unresolvedExtern = (
  name: string,
  quoted: string,
  near: string | undefined,
  kind: 'helper' | 'map' | 'other',
  isLast: boolean,
  at: Places,
): Diagnostic =>
  (isLast ? error : warning)(
    'LIBBPF-012',
    `undefined ${kind === 'map' ? 'map' : 'symbol'}: ${name}${near === undefined ? '' : ` (did you mean '${near}'?)`}`,
    { at, notes: [says(quoted), ...remediesForExtern[kind](name)] },
  );

const remediesForExtern: Readonly<
  Record<Parameters<typeof unresolvedExtern>[3], (name: string) => string[]>
> = {
  helper: (name) => [`${name} is a helper of the kernel: include <bpf/bpf_helpers.h>`],
  map: () => ['one file must define the map, without `extern`: link its object too'],
  other: (name) => [
    undefinedRemedy(name),
    'a function or variable of the kernel is declared with __ksym, a setting of it with __kconfig, and compiled with -g',
  ],
};

/** LIBBPF-012 */
export const badExtern = (
  name: string,
  fault: string,
  quoted: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-012', `extern '${name}' ${fault}`, { at, notes: [says(quoted), remedy] });
