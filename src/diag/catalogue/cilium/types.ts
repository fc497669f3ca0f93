/** CILIUM-011 to CILIUM-014: BTF, the records about code, and variables, as cilium/ebpf reads them. */
import { type Diagnostic, error, type Location, quote, warning } from '../../diagnostic.ts';

type Places = readonly Location[];

const says = quote('cilium/ebpf');
const kernelSays = quote('the kernel');

const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** CILIUM-011; `refused` is what of the function's type no global function may have, in words. */
export const hiddenFunction = (name: string, refused: string | undefined, at: Places): Diagnostic =>
  (refused === undefined ? warning : error)(
    'CILIUM-011',
    `the hidden function '${name}' is verified by itself${refused === undefined ? '' : `, and it ${refused}`}`,
    {
      at,
      notes: [
        refused && kernelSays(`Caller passes invalid args into func#N ('${name}')`),
        'libbpf makes hidden functions static for the verifier, cilium/ebpf does not: the kernel then knows nothing of the arguments that callers give',
        'make it static, or link the object with `--profile cilium`',
      ],
    },
  );

/** CILIUM-012; `before` is undefined at the start of the section. */
export const gapBeforeFunction = (
  section: string,
  before: string | undefined,
  name: string,
  gap: number,
  records: Readonly<Record<'func' | 'line' | 'core', number>>,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-012',
    gap > 0
      ? `${count(gap, 'byte')} ${before === undefined ? 'at the start' : `behind '${before}'`} of section '${section}' belong to no function`.replace(
          `'${before}' of section`,
          `'${before}' in section`,
        )
      : `'${before}' and '${name}' in section '${section}' overlap`,
    {
      at,
      notes: [
        `cilium/ebpf counts the instructions of functions only, and gives what .BTF.ext has from '${name}' on to others: ${count(records.func, 'function')}, ${count(records.line, 'line')}, ${count(records.core, 'CO-RE relocation')}`,
        'link what the object was made of with `--profile cilium`, which leaves no gaps; in assembly give all code a symbol; or use cilium/ebpf before 0.21',
      ],
    },
  );

/** CILIUM-012 */
export const lostRecords = (
  section: string,
  table: string,
  lost: number,
  why: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-012', `of ${table} of section '${section}' cilium/ebpf loses ${lost}: ${why}`, {
    at,
    notes: [
      'it takes the records one by one and waits for the instruction of the next, which never comes; nothing says so',
      'link the object, or compile it again',
    ],
  });

/** CILIUM-012 */
export const severalGroups = (section: string, table: string, at: Places): Diagnostic =>
  error('CILIUM-012', `${table} of section '${section}' comes in several parts`, {
    at,
    notes: [
      'cilium/ebpf keeps the last part only, and nothing says so',
      'link the object, which makes one of them',
    ],
  });

/** CILIUM-012; `program` is the one that is refused for it. */
export const missingRecord = (
  name: string,
  program: string,
  table: 'func' | 'line',
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-012',
    `in the program '${program}', '${name}' has no ${table === 'func' ? 'function' : 'line'} info, and others have`,
    {
      at,
      notes: [
        kernelSays(
          table === 'func'
            ? "number of funcs in func_info doesn't match number of subprogs"
            : 'missing bpf_line_info for func#N',
        ),
        'compile all with -g, or link the object, which gives what is missing',
      ],
    },
  );

/** CILIUM-006 */
export const addressWithoutInfo = (name: string, inside: string, at: Places): Diagnostic =>
  error(
    'CILIUM-006',
    `'${inside}' takes the address of the function '${name}', and there is no function info for it`,
    { at, notes: [kernelSays('missing btf func_info'), 'compile with -g (GCC: -gbtf)'] },
  );

/** CILIUM-006 */
export const globalCallback = (name: string, inside: string, at: Places): Diagnostic =>
  error(
    'CILIUM-006',
    `'${inside}' takes the address of the function '${name}', which is not static by its type`,
    {
      at,
      notes: [
        kernelSays('callback function not static'),
        'make the function static; where it is hidden, linking with `--profile cilium` makes its type so',
      ],
    },
  );

/** CILIUM-013; `quoted` is undefined where the loader's words depend on more than bpfld reads. */
export const badTypes = (
  section: '.BTF' | '.BTF.ext',
  fault: string,
  quoted: string | undefined,
  at: Places,
): Diagnostic =>
  error('CILIUM-013', `${section}: ${fault}`, {
    at,
    notes: [
      says(`load BTF: ${quoted ?? '...'}`),
      'all faults of BTF are fatal here, needed or not; link the object, or strip it with `llvm-strip -g --remove-section=.BTF --remove-section=.BTF.ext`',
    ],
  });

/** CILIUM-013; `fault` follows the type as the message names it. */
export const refusedByKernel = (type: string, fault: string, quoted: string): Diagnostic =>
  error('CILIUM-013', `the type '${type}' ${fault}, and what is loaded needs it`, {
    notes: [
      says(`load btf: invalid argument: ... ${quoted}`),
      'libbpf goes on without types that the kernel refuses, cilium/ebpf does not; link the object, which mends them',
    ],
  });

/** CILIUM-013 */
export const variableMoved = (
  name: string,
  section: string,
  what: 'offset' | 'size',
  types: number,
  symbol: number,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-013',
    `the ${what} of '${name}' in '${section}' is ${types} by its BTF, ${symbol} by its symbol`,
    {
      at,
      notes: [
        says(
          what === 'offset'
            ? `data section ${section}: variable ${name} datasec offset (${types}) doesn't match ELF symbol offset (${symbol})`
            : `data section ${section}: variable ${name} size in datasec (${types}) doesn't match ELF symbol size (${symbol})`,
        ),
        'link the object, or compile it again',
      ],
    },
  );

/** CILIUM-013; before 0.19. `variable` is undefined where the section itself is missing. */
export const missingPlace = (section: string, variable: string | undefined): Diagnostic =>
  error(
    'CILIUM-013',
    variable === undefined
      ? `the BTF lists variables of section '${section}', which is not there`
      : `the BTF lists '${variable}' in '${section}', where no such symbol is`,
    {
      notes: [
        says(
          variable === undefined
            ? `data section ${section}: missing size`
            : `data section ${section}: missing offset for symbol ${variable}`,
        ),
        'link the object that defines the variable, or use cilium/ebpf 0.19 or newer',
      ],
    },
  );

/** CILIUM-013 */
export const emptyData = (section: string, at: Places): Diagnostic =>
  error('CILIUM-013', `section '${section}' is referred to, and has no size`, {
    at,
    notes: [
      says(`map ${section}: map create: invalid argument`),
      'a variable of no size needs one that has some beside it',
    ],
  });

/** CILIUM-014 */
export const duplicateVariable = (
  name: string,
  one: string,
  other: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-014', `there are two variables '${name}', in '${one}' and '${other}'`, {
    at,
    notes: [
      says(`duplicate variable ${name}`),
      'applications find variables by their names: rename one, or make it static',
    ],
  });

/** CILIUM-014 */
export const unsettable = (
  name: string,
  section: string,
  how: 'static' | 'hidden',
  at: Places,
): Diagnostic =>
  warning(
    'CILIUM-014',
    `'${name}' in '${section}' is const volatile and ${how}, so no application can set it`,
    {
      at,
      notes: [
        'cilium/ebpf lists variables that are global or weak, and not hidden (CollectionSpec.Variables)',
        how === 'static'
          ? 'remove `static`, or set the value when linking: `--set NAME=VALUE`'
          : 'remove the visibility, or set the value when linking: `--set NAME=VALUE`',
      ],
    },
  );
