import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** Faults of the inputs' types. `file` is the path as the user gave it. */

/** BTF-001 */
export const badBtf = (file: string, fault: string): Diagnostic =>
  error('BTF-001', `${file}: ill-formed .BTF: ${fault}`, {
    at: [{ kind: 'object', file, section: '.BTF' }],
    notes: ['build the object again, or remove its types: llvm-objcopy -R .BTF -R .BTF.ext'],
  });

/** BTF-002 */
export const badBtfExt = (file: string, fault: string): Diagnostic =>
  error('BTF-002', `${file}: ill-formed .BTF.ext: ${fault}`, {
    at: [{ kind: 'object', file, section: '.BTF.ext' }],
    notes: ['build the object again, or remove the section: llvm-objcopy -R .BTF.ext'],
  });

const oneHeader = 'put the declaration into a header that both files include';

/** BTF-003; `difference` follows a colon; each place shows its declaration in C. */
export const declarationsDiffer = (
  name: string,
  difference: string,
  at: readonly Location[],
): Diagnostic =>
  error('BTF-003', `'${name}' is declared in two ways: ${difference}`, { at, notes: [oneHeader] });

/** BTF-004 */
export const mapsDiffer = (name: string, difference: string, at: readonly Location[]): Diagnostic =>
  error('BTF-004', `the map '${name}' is defined in two ways: ${difference}`, {
    at,
    notes: ['give every file the same definition, e.g. by a header with `extern` for all but one'],
  });

/** BTF-005 */
export const externSectionsDiffer = (
  name: string,
  sections: readonly [string, string],
  at: readonly Location[],
): Diagnostic =>
  error('BTF-005', `'${name}' is in ${sections[0]} in one file and in ${sections[1]} in another`, {
    at,
    notes: ['it is either a symbol of the kernel (__ksym) or a setting of it (__kconfig)'],
  });

/** BTF-006 */
export const coreNotApplied = (
  loader: string,
  count: number,
  at: readonly Location[],
): Diagnostic =>
  warning(
    'BTF-006',
    `${count} CO-RE relocation${count === 1 ? '' : 's'}, which the ${loader} loader does not apply`,
    {
      at,
      notes: [
        'offsets and sizes of kernel types stay those of the headers that the object was compiled with',
        'load it with libbpf (--profile libbpf), or compile it for the kernel that it will run on',
      ],
    },
  );
