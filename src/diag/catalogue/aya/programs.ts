/** Rules of aya's loader about programs. */
import { type Diagnostic, error, warning } from '../../diagnostic.ts';
import { ayaSays, kernelSays, linkRemedy, type Places } from './quotes.ts';

/** AYA-005; `known` is the name that aya has for what is meant. */
export const unknownProgramSection = (
  section: string,
  known: string | undefined,
  at: Places,
): Diagnostic => {
  const mean = known === undefined ? '' : ` (did you mean '${known}'?)`;
  return error('AYA-005', `aya knows no programs of section '${section}'${mean}`, {
    at,
    notes: [
      ayaSays(`invalid program section \`${section}\``),
      known === 'classifier' || known === 'xdp'
        ? `${linkRemedy}, which calls it '${known}'`
        : 'aya refuses the whole object for one such section: leave its programs out, or rename it; bpfld explain AYA-005 lists the names',
    ],
  });
};

/** AYA-006; `role` is what aya takes the section for. */
export const codeTakenForData = (section: string, role: string, at: Places): Diagnostic =>
  error('AYA-006', `aya takes '${section}' for ${role} by its name, not for programs`, {
    at,
    notes: [
      role === 'legacy maps'
        ? ayaSays('error parsing map `NAME`')
        : 'its programs are left out without a word',
      'rename the section',
    ],
  });

/** AYA-007 */
export const noSymbols = (section: string, at: Places): Diagnostic =>
  error('AYA-007', `section '${section}' has code and no symbols`, {
    at,
    notes: [ayaSays(`no symbols found in the ${section} section`), assemblyRemedy],
  });

const assemblyRemedy = 'in assembly write .type NAME, @function and .size';

/** AYA-007 */
export const noFunctions = (section: string, at: Places): Diagnostic =>
  error('AYA-007', `section '${section}' has code and no function, so aya finds no program there`, {
    at,
    notes: [assemblyRemedy],
  });

/** AYA-007 */
export const unnamedProgram = (section: string, at: Places): Diagnostic =>
  error('AYA-007', `a function in section '${section}' has no name, so aya does not see it`, {
    at,
    notes: ['name the function'],
  });

/** AYA-007 */
export const programSize = (
  program: string,
  section: string,
  size: number,
  at: Places,
): Diagnostic =>
  error(
    'AYA-007',
    `'${program}' in section '${section}' has ${size} bytes, no whole instructions`,
    {
      at,
      notes: [ayaSays('invalid program code'), assemblyRemedy],
    },
  );

/** AYA-007 */
export const emptyProgram = (program: string, section: string, at: Places): Diagnostic =>
  error('AYA-007', `'${program}' in section '${section}' has no size, so it is an empty program`, {
    at,
    notes: [
      ayaSays('the BPF_PROG_LOAD syscall returned Argument list too long (os error 7)'),
      assemblyRemedy,
    ],
  });

/** AYA-007 */
export const programName = (program: string, at: Places): Diagnostic =>
  error('AYA-007', `the kernel takes no program of the name '${program}'`, {
    at,
    notes: [
      ayaSays('the BPF_PROG_LOAD syscall returned Invalid argument (os error 22)'),
      'letters, digits, `_` and `.` only among the first 15; in Rust, #[unsafe(no_mangle)]',
    ],
  });

/** AYA-008 */
export const sameProgramNames = (
  program: string,
  sections: readonly string[],
  at: Places,
): Diagnostic =>
  error(
    'AYA-008',
    `several programs '${program}' (in ${sections.map((name) => `'${name}'`).join(', ')}), of which aya keeps the last`,
    { at, notes: ['the others cannot be loaded, and nothing is said', 'give each its own name'] },
  );

/** AYA-009; `calls`: it has calls, which are relocated twice. */
export const aliasedProgram = (
  program: string,
  kept: string,
  section: string,
  calls: boolean,
  at: Places,
): Diagnostic =>
  (calls ? error : warning)(
    'AYA-009',
    `'${program}' and '${kept}' are one function of section '${section}'`,
    {
      at,
      notes: [
        calls
          ? 'aya puts the body together once for each name, and the second time takes relocated calls for others'
          : 'without calls of functions both load, as two programs',
        'write a function for each program',
      ],
    },
  );

/** AYA-046 */
export const exceptionCallback = (program: string, callback: string, at: Places): Diagnostic =>
  error(
    'AYA-046',
    `'${program}' has the exception callback '${callback}', which aya does not load with it`,
    {
      at,
      notes: [
        kernelSays('exception callback type id not found in func_info'),
        'do without `__exception_cb`, or load the object with libbpf',
      ],
    },
  );
