import { didYouMean } from '../../base/nearest.ts';
import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** SYM-001 */
export const duplicateSymbol = (
  name: string,
  kind: 'function' | 'map' | 'variable',
  first: readonly Location[],
  second: readonly Location[],
): Diagnostic =>
  error('SYM-001', `duplicate symbol: ${name}`, {
    at: [...first, ...second],
    notes: [remedyForDuplicate[kind]],
  });

const remedyForDuplicate = {
  function: 'make one of them static, or __attribute__((weak)) to give way to the other',
  map: 'declare the map `extern` in all files but one, or make it __attribute__((weak)) in all',
  variable:
    'declare it `extern` in all files but one; or make it static, if each file is to have its own',
} as const;

/** SYM-002 */
export const undefinedSymbol = (
  name: string,
  kind: 'function' | 'data' | 'symbol',
  places: readonly Location[],
  defined: Iterable<string>,
): Diagnostic =>
  error('SYM-002', `undefined ${kind}: ${name}${didYouMean(name, defined)}`, {
    at: places,
    notes: [undefinedRemedy(name)],
  });

/** What usually stands behind an undefined name in a BPF program. */
export function undefinedRemedy(name: string): string {
  if (name.startsWith('llvm.')) {
    return 'this is an intrinsic of the compiler: the object was made by mixing two LLVM versions; compile it with one';
  }
  if (/^(memcpy|memset|memmove|memcmp|__mem.*|strlen|strcmp)$/.test(name)) {
    return `there is no C library in a BPF program: use __builtin_${name} with a constant size, or link an object that defines ${name}`;
  }
  if (/^(__bpf_trap|abort)$|rust_begin_unwind|panic/.test(name)) {
    return `it is called where the program would panic: remove the panic, or have the program end there (--trap-symbols '${name}')`;
  }
  return 'link the object that defines it; the C library and the kernel are not there to link with';
}

/** SYM-003 */
export const discardedReference = (
  name: string,
  section: string,
  places: readonly Location[],
  why: string,
): Diagnostic =>
  error('SYM-003', `'${name}' is in ${section}, which is not in the output: ${why}`, {
    at: places,
  });

/** SYM-004 */
export const referenceOutsideSection = (
  section: string,
  offset: number,
  size: number,
  places: readonly Location[],
): Diagnostic =>
  error('SYM-004', `reference to byte ${offset} of ${section}, which has ${size} bytes`, {
    at: places,
    notes: ['its constants are merged with equal ones, so what stands beside them is not known'],
  });

/** SYM-005 */
export const commonAlignment = (name: string, file: string, alignment: number): Diagnostic =>
  error('SYM-005', `common symbol '${name}' has the alignment ${alignment}`, {
    at: [{ kind: 'object', file, what: `symbol '${name}'` }],
    notes: ['an alignment is a power of two'],
  });

/** SYM-006 */
export const definedTwiceByScript = (name: string, at: Location, file: string): Diagnostic =>
  warning(
    'SYM-006',
    `the script assigns to '${name}', which ${file} defines; the script's value is used`,
    { at: [at] },
  );

/** SYM-007 */
export const namedButUndefined = (
  command: 'ENTRY' | 'EXTERN',
  name: string,
  at: Location,
  defined: Iterable<string>,
): Diagnostic =>
  warning(
    'SYM-007',
    `${command}(${name}): no input defines '${name}'${didYouMean(name, defined)}`,
    {
      at: [at],
    },
  );

/** SYM-008 */
export const unknownSetting = (name: string, loader: string, at: readonly Location[]): Diagnostic =>
  error('SYM-008', `'${name}' is a setting of the kernel, and the ${loader} loader knows none`, {
    at,
    notes: [
      `link an object that defines '${name}' with the value to use, or load the program with libbpf`,
    ],
  });
