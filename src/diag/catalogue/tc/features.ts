/** TC-021 to TC-023, TC-025: tail calls, BTF, and what the loader has no word for. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { kernelSays, tcSays } from './says.ts';

type Places = readonly Location[];

/** TC-021 */
export const noTailCallMap = (section: string, id: number, at: Places): Diagnostic =>
  warning(
    'TC-021',
    `tail-call section '${section}': no map has the id ${id}, so tc skips the program`,
    { at, notes: [`set .id = ${id} in the program array`] },
  );

/** TC-021 */
export const tailCallOutOfBounds = (
  section: string,
  id: number,
  key: number,
  map: string,
  max: number,
  at: Places,
): Diagnostic =>
  error(
    'TC-021',
    `tail-call section '${section}': map '${map}' has ${max} entries, so ${key} is out of bounds`,
    {
      at,
      notes: [tcSays(`Tail call key ${key} for map ${id} out of bounds?`), 'raise max_elem'],
    },
  );

/** TC-021 */
export const tailCallNotProgArray = (section: string, map: string, at: Places): Diagnostic =>
  warning(
    'TC-021',
    `tail-call section '${section}': map '${map}' is not a program array, so tc skips the program`,
    { at, notes: ['set .type = BPF_MAP_TYPE_PROG_ARRAY'] },
  );

/** TC-021 */
export const slotTakenTwice = (section: string, other: string, at: Places): Diagnostic =>
  warning(
    'TC-021',
    `sections '${other}' and '${section}' are for one slot; tc leaves the second there`,
    {
      at,
      notes: ['give each a slot of its own'],
    },
  );

/** TC-022 */
export const annotationRefused = (map: string, why: string, at: Places): Diagnostic =>
  error(
    'TC-022',
    `the types that ____btf_map_${map} gives to map '${map}' make the kernel refuse it`,
    {
      at,
      notes: [tcSays(`Map object '${map}' rejected: Invalid argument (22)!`), why],
    },
  );

/** TC-022 */
export const annotationIgnored = (map: string, why: string, at: Places): Diagnostic =>
  warning('TC-022', `____btf_map_${map} has no effect: map '${map}' gets no types`, {
    at,
    notes: [why, 'for maps with types use libbpf (--profile tc-libbpf)'],
  });

/** TC-023 */
export const featureOfSectionName = (section: string, what: string, at: Places): Diagnostic =>
  warning('TC-023', `section '${section}': tc sets no program flags, so ${what} has no effect`, {
    at,
  });

/** TC-023 */
export const helperNeedsTypes = (helper: string, at: Places): Diagnostic =>
  error('TC-023', `bpf_${helper} is for maps with BTF, and tc makes maps without`, {
    at,
    notes: [
      kernelSays(`has to have BTF in order to use bpf_`),
      'use atomic operations, or a tc built with libbpf (--profile tc-libbpf)',
    ],
  });

/** TC-025 */
export const programArrayEmptied = (map: string, at: Places): Diagnostic =>
  warning('TC-025', `program array '${map}' is not pinned: the kernel empties it when tc ends`, {
    at,
    notes: [
      'every tail call through it then goes on behind the call, and nothing says so',
      'set .pinning = PIN_GLOBAL_NS (2), or keep the maps open with `tc exec bpf`',
    ],
  });
