/** LIBBPF-004, LIBBPF-008 and LIBBPF-014: functions that programs call. */
import { type Diagnostic, error, type Location, quote } from '../../diagnostic.ts';
import { ownSection, says } from './says.ts';

type Places = readonly Location[];

/** LIBBPF-004 */
export const callOutsideText = (
  name: string,
  section: string,
  caller: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-004',
    `call of '${name}' in section '${section}'; libbpf has subprograms in .text only`,
    {
      at,
      notes: [
        says(`prog '${caller}': bad call relo against '${name}' in section '${section}'`),
        section.startsWith('.text.')
          ? ownSection
          : `remove SEC("${section}") from the function, or let the script put the section into .text`,
      ],
    },
  );

/** LIBBPF-004 */
export const callWithinSection = (section: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-004',
    `a call within section '${section}' has no relocation; libbpf takes its distance for a place in .text`,
    {
      at,
      notes: [
        says("prog 'NAME': no .text section found yet sub-program call exists"),
        'it may also call the wrong function and say nothing; put the function that is called into .text',
      ],
    },
  );

/** LIBBPF-004 */
export const callOfNoFunction = (to: number, caller: string, at: Places): Diagnostic =>
  error('LIBBPF-004', `'${caller}' calls .text+0x${to.toString(16)}, where no function is`, {
    at,
    notes: [
      says(`prog '${caller}': no .text section found yet sub-program call exists`),
      'a function needs a symbol of type FUNC that covers it: in assembly `.type NAME, @function` and `.size`',
    ],
  });

/** LIBBPF-004 */
export const callInsideFunction = (
  name: string,
  offset: number,
  kind: 'call' | 'address',
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-004',
    `${kind === 'call' ? 'call of' : 'address of'} the inside of '${name}', ${offset} bytes after its start`,
    { at, notes: ['libbpf would silently take the start of the function'] },
  );

/** LIBBPF-004 */
export const callInsideInstruction = (
  symbol: string,
  offset: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-004', `call of '${symbol}', byte ${offset} of .text, where no instruction begins`, {
    at,
    notes: [says(`prog '${inside}': bad call relo against '${symbol}' at offset ${offset}`)],
  });

/** LIBBPF-008 */
export const functionAddress = (
  symbol: string,
  section: string,
  inside: string,
  why: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-008', `'${inside}' takes the address of the function '${symbol}': ${why}`, {
    at,
    notes: [says(`prog '${inside}': bad map relo against '${symbol}' in section '${section}'`)],
  });

/** LIBBPF-008 */
export const functionAddressOffset = (symbol: string, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-008',
    `'${inside}' takes the address of the middle of an instruction of '${symbol}'`,
    {
      at,
      notes: [says(`prog '${inside}': bad subprog addr relo against '${symbol}' at offset N`)],
    },
  );

/** LIBBPF-008 */
export const addressWithoutInfo = (name: string, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-008',
    `'${inside}' takes the address of the function '${name}', and there is no function info for it`,
    { at, notes: [quote('the kernel')('missing btf func_info'), 'compile with -g (GCC: -gbtf)'] },
  );

/** LIBBPF-014 */
export const infoMissing = (
  kind: 'function' | 'line',
  subprogram: string,
  program: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-014',
    `'${subprogram}' has no ${kind} info, and the program '${program}', which reaches it, has`,
    {
      at,
      notes: [
        says(`prog '${subprogram}': missing .BTF.ext ${kind} info.`),
        'compile both with -g; for a subprogram in assembly, compile the programs without -g, or write it in C',
      ],
    },
  );
