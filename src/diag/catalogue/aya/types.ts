/** Rules of aya's loader about types (BTF). */
import { type Diagnostic, error, warning } from '../../diagnostic.ts';
import { ayaSays, linkRemedy } from './quotes.ts';

const goesOn = 'aya warns in its log, and goes on without types';

/** AYA-032; `unreadable`: aya refuses the object; otherwise the kernel refuses the types. */
export const badTypes = (fault: string, unreadable: boolean): Diagnostic =>
  (unreadable ? error : warning)('AYA-032', `ill-formed BTF: ${fault}`, {
    notes: [
      unreadable ? ayaSays('BTF error: REASON') : goesOn,
      'compile again, or remove it: llvm-objcopy --remove-section=.BTF',
    ],
  });

/** AYA-032 */
export const typesHeader = (what: string): Diagnostic =>
  warning('AYA-032', `aya writes other BTF than it has read: ${what}`, {
    notes: [
      ayaSays('the BPF_BTF_LOAD syscall returned Invalid argument (os error 22)'),
      goesOn,
      linkRemedy,
    ],
  });

/** AYA-033 */
export const sectionWithoutSize = (section: string): Diagnostic =>
  error(
    'AYA-033',
    `the BTF has a section '${section}' of no size, and the object has none of that name`,
    {
      notes: [
        ayaSays(`Unable to determine the size of section \`${section}\``),
        /^\.k(syms|config)$/.test(section)
          ? `aya 0.3 has no externs, and no version of it .kconfig: do without those of '${section}'`
          : linkRemedy,
      ],
    },
  );

/** AYA-033 */
export const variableWithoutSymbol = (variable: string, section: string): Diagnostic =>
  error(
    'AYA-033',
    `the BTF has a variable '${variable}' in '${section}', and no symbol is of that name`,
    {
      notes: [
        ayaSays(`Offset not found for symbol \`${variable}\``),
        'build the object again, and keep its symbols',
      ],
    },
  );

/** AYA-034 */
export const variableOrder = (what: string): Diagnostic =>
  warning('AYA-034', `the kernel refuses the BTF: ${what}`, {
    notes: [
      ayaSays('the BPF_BTF_LOAD syscall returned Invalid argument (os error 22)'),
      goesOn,
      `aya gives static variables no places; ${linkRemedy}, which does`,
    ],
  });

/** AYA-035 */
export const typeNames = (what: string): Diagnostic =>
  warning('AYA-035', `the kernel refuses the BTF: ${what}`, {
    notes: [
      ayaSays('the BPF_BTF_LOAD syscall returned Invalid argument (os error 22)'),
      goesOn,
      `${linkRemedy}, which gives types of Rust and C++ names that C could have`,
    ],
  });

/** AYA-043 */
export const externTypes = (what: string): Diagnostic =>
  warning('AYA-043', `the kernel refuses the BTF: ${what}`, {
    notes: [
      ayaSays('the BPF_BTF_LOAD syscall returned Invalid argument (os error 22)'),
      goesOn,
      'link the object that defines it',
    ],
  });

/** AYA-043; `what` is wrong with the types that `needing` needs. */
export const typesAreNeeded = (needing: string, what: string): Diagnostic =>
  error('AYA-043', `${needing} needs BTF, which the kernel refuses: ${what}`, {
    notes: [
      ayaSays('BTF error: the BPF_BTF_LOAD syscall returned Invalid argument (os error 22)'),
      linkRemedy,
    ],
  });
