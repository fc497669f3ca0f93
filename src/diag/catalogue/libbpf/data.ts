/** LIBBPF-005 to LIBBPF-007: references of code, and addresses in data. */
import { type Diagnostic, error, type Location, quote, warning } from '../../diagnostic.ts';
import { undefinedRemedy } from '../symbols.ts';
import { says } from './says.ts';

type Places = readonly Location[];

/** LIBBPF-005 */
export const relocatedInstruction = (
  symbol: string,
  opcode: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-005',
    `relocation against '${symbol}' at opcode 0x${opcode.toString(16).padStart(2, '0')}, which is neither a call nor a ld_imm64`,
    { at, notes: [says(`prog '${inside}': invalid relo against '${symbol}' for insns[N].code`)] },
  );

/** LIBBPF-005 */
export const misplacedRelocation = (section: string, offset: number): Diagnostic =>
  error(
    'LIBBPF-005',
    `relocation of '${section}' at 0x${offset.toString(16)}, where no instruction is`,
    { notes: [says(`sec '.rel${section}': invalid offset 0x${offset.toString(16)} for relo #N`)] },
  );

/** LIBBPF-005 */
export const relocatedHelperCall = (symbol: string, inside: string, at: Places): Diagnostic =>
  error('LIBBPF-005', `relocation against '${symbol}' at a call that is not one of a subprogram`, {
    at,
    notes: [
      says(`prog '${inside}': incorrect bpf_call opcode`),
      'a call of a function has 1 as its source register',
    ],
  });

/** LIBBPF-005 */
export const relaIgnored = (section: string): Diagnostic =>
  error(
    'LIBBPF-005',
    `the relocations of '${section}' are RELA, which libbpf skips and says nothing`,
    { notes: ['link the object: bpfld writes REL'] },
  );

/** LIBBPF-005; `targets` are what the addresses are of, one at least. */
export const dataNotRelocated = (
  section: string,
  variable: string | undefined,
  targets: readonly string[],
  at: Places,
): Diagnostic => {
  const holder = variable === undefined ? `'${section}'` : `'${variable}' in '${section}'`;
  const what =
    targets.length === 1
      ? `the address of '${targets[0]}'`
      : `${targets.length} addresses (of ${firstOf(targets)})`;
  return warning('LIBBPF-005', `${holder} holds ${what}, which libbpf does not fill in`, {
    at,
    notes: [
      says(`elf: skipping relo section(N) .rel${section} for section(M) ${section}`),
      'programs would read the offset instead; choose by a switch, or let the application fill the table in',
    ],
  });
};

/** Each name once, and no more than a few. */
function firstOf(names: readonly string[]): string {
  const different = [...new Set(names)];
  const shown = different.slice(0, 4).map((name) => `'${name}'`);
  const left = different.length - shown.length;
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
}

/** LIBBPF-006 */
export const notData = (
  symbol: string,
  section: string,
  inside: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error(
    'LIBBPF-006',
    `'${inside}' refers to '${symbol}' in section '${section}', no data to libbpf`,
    {
      at,
      notes: [
        says(`prog '${inside}': bad map relo against '${symbol}' in section '${section}'`),
        remedy,
      ],
    },
  );

/** LIBBPF-006, before 1.0 */
export const emptyBss = (section: string): Diagnostic =>
  error('LIBBPF-006', `section '${section}' is empty, and libbpf before 1.0 refuses that`, {
    notes: [
      says("failed to alloc map 'NAME' content buffer: -22"),
      'link the object, which leaves empty sections out',
    ],
  });

/** LIBBPF-006 */
export const emptyData = (
  symbol: string,
  section: string,
  inside: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-006', `'${inside}' refers to '${symbol}' in section '${section}', which is empty`, {
    at,
    notes: [says(`prog '${inside}': data relo failed to find map for section '${section}'`)],
  });

/** LIBBPF-006 */
export const writeToReadOnly = (
  variable: string,
  section: string,
  inside: string,
  at: Places,
): Diagnostic =>
  warning(
    'LIBBPF-006',
    `'${inside}' writes to '${variable}' in '${section}', a map that programs can only read`,
    {
      at,
      notes: [
        quote('the kernel')('write into map forbidden'),
        'put the variable into .data or .bss; in a script: .bss : { *(.bss .bss.* COMMON) }',
      ],
    },
  );

/** LIBBPF-007 */
export const specialSymbol = (
  symbol: string,
  kind: 'common' | 'absolute',
  at: Places,
): Diagnostic =>
  error('LIBBPF-007', `reference to the ${kind} symbol '${symbol}'`, {
    at,
    notes: [
      says('sec SECTION: corrupted symbol #N pointing to invalid section'),
      kind === 'common'
        ? 'link the object, which places it in .bss, or compile with -fno-common'
        : 'link the object: bpfld puts the value into the instruction',
    ],
  });

/** LIBBPF-007 */
export const typedUndefined = (
  symbol: string,
  inside: string,
  call: boolean,
  at: Places,
): Diagnostic =>
  warning(
    'LIBBPF-007',
    `undefined symbol '${symbol}' has a type, so libbpf does not take it for an extern`,
    {
      at,
      notes: [
        call
          ? says(`prog '${inside}': bad call relo against '${symbol}' in section ''`)
          : says(`prog '${inside}': invalid relo against '${symbol}' in special section 0x0`),
        undefinedRemedy(symbol),
      ],
    },
  );
