/** Rules of aya's loader about sections of data. */
import { type Diagnostic, error, warning } from '../../diagnostic.ts';
import { ayaSays, kernelSays, linkRemedy, type Places } from './quotes.ts';

const invalid = 'Invalid argument (os error 22)';

/** AYA-025 */
export const emptyData = (section: string): Diagnostic =>
  error('AYA-025', `section '${section}' is empty, and the kernel makes no map of no bytes`, {
    notes: [
      ayaSays(`failed to create map \`${section}\`: ${invalid}`),
      `${linkRemedy}, which leaves empty sections out`,
    ],
  });

/** AYA-026 */
export const dataSectionName = (section: string): Diagnostic =>
  error('AYA-026', `the kernel takes no map of the name '${section}'`, {
    notes: [
      ayaSays(`failed to create map \`${section}\`: ${invalid}`),
      `${linkRemedy}, which puts all data of a kind together`,
    ],
  });

/** AYA-026 */
export const mapName = (map: string, at: Places): Diagnostic =>
  error('AYA-026', `the kernel takes no map of the name '${map}'`, {
    at,
    notes: [
      ayaSays(`failed to create map \`${map}\`: ${invalid}`),
      'letters, digits, `_` and `.` only among the first 15; in Rust, #[unsafe(no_mangle)]',
    ],
  });

/** AYA-026 */
export const tooManyMaps = (program: string, count: number, at: Places): Diagnostic =>
  error('AYA-026', `'${program}' refers to ${count} maps and sections of data, 64 at most`, {
    at,
    notes: [
      kernelSays('The total number of maps per program has reached the limit of 64'),
      `${linkRemedy}, which puts all data of a kind together`,
    ],
  });

/** AYA-027; `name` is the variable that the address stands in, at a byte of it. `isUsed`: code refers to it. */
export const addressInData = (
  place: { readonly section: string; readonly offset: number; readonly name: string | undefined },
  target: string,
  reach: { readonly count: number; readonly isMap: boolean; readonly isUsed: boolean },
  at: Places,
): Diagnostic => {
  const { section, offset, name } = place;
  const { count, isMap, isUsed } = reach;
  const holder = name === undefined ? `'${section}'` : `'${name}' in '${section}'`;
  const more = count > 1 ? `, and ${count - 1} more in the section` : '';
  const message = `${holder} holds at byte ${offset} the address of '${target}'${more}`;
  return (isUsed ? error : warning)('AYA-027', message, {
    at,
    notes: [
      isUsed
        ? 'aya relocates code only: the address stays 0, and nothing is said'
        : 'aya relocates code only: the address stays 0; no code refers to the section',
      isMap
        ? 'fill the slots of the map in the application'
        : 'hold numbers that the code tells apart, or offsets into one table, instead of addresses',
    ],
  });
};

/** AYA-040 */
export const sameGlobalNames = (name: string, count: number, at: Places): Diagnostic =>
  warning('AYA-040', `${count} symbols '${name}', any of which override_global() may find`, {
    at,
    notes: [
      ayaSays(`symbol ${name} has size \`N\`, but provided data is of size \`M\``),
      'give what the application sets a name of its own',
    ],
  });

/** AYA-040 */
export const globalWithoutSize = (name: string, at: Places): Diagnostic =>
  warning('AYA-040', `the variable '${name}' has no size, so override_global() cannot set it`, {
    at,
    notes: [
      ayaSays(`symbol ${name} has size \`0\`, but provided data is of size \`N\``),
      'in assembly write .size NAME, BYTES',
    ],
  });

/** AYA-045; `field` is what the kernel keeps in the variable. */
export const fieldOfTheKernel = (
  variable: string,
  section: string,
  field: string,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'AYA-045',
    `'${inside}' refers to '${variable}' in '${section}', which has a ${field}, and aya gives maps of data no types`,
    {
      at,
      notes: [
        ...(field === 'bpf_spin_lock'
          ? [kernelSays(`map '${section}' has to have BTF in order to use bpf_spin_lock`)]
          : []),
        'put the variable into the value of a map in .maps',
      ],
    },
  );
