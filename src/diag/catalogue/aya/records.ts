/** Rules of aya's loader about the records of `.BTF.ext`. */
import { type Diagnostic, error } from '../../diagnostic.ts';
import { ayaSays, kernelSays, linkRemedy, type Places } from './quotes.ts';

const title = { func: 'functions', line: 'lines', core: 'CO-RE' } as const;

/** AYA-036; `isOld`: aya 0.3, which panics at short ones. */
export const recordSize = (
  table: keyof typeof title,
  size: number,
  known: number,
  isOld: boolean,
): Diagnostic =>
  error('AYA-036', `the records of ${title[table]} in .BTF.ext have ${size} bytes, not ${known}`, {
    notes: [
      size > known
        ? 'aya tells the kernel this size and hands over shorter records'
        : ayaSays(
            isOld
              ? 'range end index N out of range for slice of length M'
              : 'BTF error: invalid BTF info, offset: N len: M section_len: L',
          ),
      linkRemedy,
    ],
  });

/** AYA-036; `isOld`: aya 0.3, which leaves it to the kernel. */
export const severalBlocks = (
  table: 'func' | 'line',
  section: string,
  isOld: boolean,
): Diagnostic =>
  error(
    'AYA-036',
    `several blocks of records of ${title[table]} for section '${section}', of which aya keeps the last`,
    {
      notes: [
        table === 'line'
          ? kernelSays('missing bpf_line_info for N')
          : isOld
            ? kernelSays('nonzero insn_off N for the first func info record')
            : ayaSays(
                'error relocating `NAME`: BTF function info for `NAME` does not match the program',
              ),
        `${linkRemedy}, which writes one`,
      ],
    },
  );

/** AYA-037; `isOld`: aya 0.3, which leaves it to the kernel. */
export const recordsMissing = (
  table: 'func' | 'line',
  fn: string,
  program: string,
  isOld: boolean,
  at: Places,
): Diagnostic =>
  error(
    'AYA-037',
    `'${fn}' has no ${table === 'func' ? 'function' : 'line'} info, and others of the program '${program}' have`,
    {
      at,
      notes: [
        table === 'line'
          ? kernelSays('missing bpf_line_info for N')
          : isOld
            ? kernelSays("number of funcs in func_info doesn't match number of subprogs")
            : ayaSays(
                `error relocating \`${program}\`: BTF function info for \`${fn}\` does not match the program`,
              ),
        'compile all with -g, or none; or link the object, which completes them',
      ],
    },
  );

/** AYA-037 */
export const lateLine = (fn: string, program: string, at: Places): Diagnostic =>
  error(
    'AYA-037',
    `the first line info of '${fn}', which is part of '${program}', is not at its start`,
    {
      at,
      notes: [kernelSays('missing bpf_line_info for N'), linkRemedy],
    },
  );

/** AYA-037 */
export const addressWithoutInfo = (fn: string, at: Places): Diagnostic =>
  error('AYA-037', `'${fn}', whose address is taken, has no function info that the kernel takes`, {
    at,
    notes: [kernelSays('missing btf func_info'), 'compile with -g, and link the object'],
  });

/** AYA-038 */
export const coreKind = (kind: number, section: string, at: Places): Diagnostic =>
  error('AYA-038', `CO-RE relocation of kind ${kind} in section '${section}'`, {
    at,
    notes: [
      ayaSays(`BTF error: invalid BTF relocation kind \`${kind}\``),
      kind === 12
        ? 'aya has no bpf_core_type_matches(): use bpf_core_type_exists() or bpf_core_field_exists()'
        : 'aya knows kinds 0 to 11',
    ],
  });

/** AYA-038 */
export const coreSection = (section: string): Diagnostic =>
  error('AYA-038', `CO-RE relocations of section '${section}', which the object does not have`, {
    notes: [ayaSays(`error relocating \`${section}\`: section not found`), linkRemedy],
  });

/** AYA-038 */
export const coreFunction = (section: string, offset: number, at: Places): Diagnostic =>
  error('AYA-038', `the CO-RE relocation at byte ${offset} of '${section}' is in no function`, {
    at,
    notes: [ayaSays(`error relocating \`${section}\`: function not found`), linkRemedy],
  });

/** AYA-038; `isOld`: aya 0.3, which also refuses what is in bounds. */
export const coreBounds = (access: string, type: string, isOld: boolean, at: Places): Diagnostic =>
  error('AYA-038', `the access '${access}' of '${type}' leaves an array, as aya sees it`, {
    at,
    notes: [
      ayaSays(`invalid access string \`${access}\` N`),
      isOld
        ? 'aya 0.3 takes arrays of no length for empty ones: use a newer aya, or give the array a length'
        : 'give the array a length in the type that the program has of it',
    ],
  });
