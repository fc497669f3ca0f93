import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** A name as a script writes it. */
function quoted(name: string): string {
  return /^[\w.$/-]+$/.test(name) ? name : `"${name}"`;
}

/** LAYOUT-001 */
export const orphanSection = (
  section: string,
  file: string,
  severity: 'error' | 'warning',
): Diagnostic =>
  (severity === 'error' ? error : warning)(
    'LAYOUT-001',
    `no rule of the script names section ${section}`,
    {
      at: [{ kind: 'object', file, section }],
      notes: [`add a rule such as: ${quoted(section)} : { *(${quoted(section)}) }`],
    },
  );

/** LAYOUT-002 */
export const locationMovesBack = (
  section: string,
  from: number,
  to: bigint,
  at: Location,
): Diagnostic =>
  error('LAYOUT-002', `cannot move the location counter of ${section} from ${from} to ${to}`, {
    at: [at],
    notes: ['it only moves forward, and by less than 4 GiB'],
  });

/** LAYOUT-003 */
export const badAlignment = (value: bigint, at: Location): Diagnostic =>
  error('LAYOUT-003', `${value} is not an alignment`, {
    at: [at],
    notes: ['an alignment is a power of two, at most 2^32'],
  });

/** LAYOUT-004 */
export const valueInNobits = (section: string, files: readonly string[]): Diagnostic =>
  error('LAYOUT-004', `${section} has no bytes in the file, but a value is set in it`, {
    at: files.map((file) => ({ kind: 'object', file, section })),
    notes: ['initialise the variable in the source (to anything but 0), so that it moves to .data'],
  });

/** LAYOUT-005 */
export const relativeLeavesSection = (
  symbol: string,
  from: string,
  to: string,
  places: readonly Location[],
): Diagnostic =>
  error(
    'LAYOUT-005',
    `a relative reference to '${symbol}' leads from ${from} to ${to}, whose distance only the loader knows`,
    { at: places, notes: ['place both in one output section'] },
  );

/** LAYOUT-006 */
export const fieldOverflow = (
  symbol: string,
  value: number,
  bits: number,
  places: readonly Location[],
): Diagnostic =>
  error(
    'LAYOUT-006',
    `the reference to '${symbol}' is ${value}, which does not fit in ${bits} bits`,
    {
      at: places,
    },
  );

/** LAYOUT-007 */
export const callWithoutTarget = (symbol: string, places: readonly Location[]): Diagnostic =>
  error('LAYOUT-007', `call of '${symbol}', which is a number and not a function`, { at: places });

/** LAYOUT-009 */
export const sectionDropped = (section: string, file: string, what: string): Diagnostic => ({
  code: 'LAYOUT-009',
  severity: 'note',
  message: `${section} is left out: ${what}`,
  at: [{ kind: 'object', file, section }],
  notes: [],
});

/** LAYOUT-010: `file` where one input's section is too large alone. */
export const tooLarge = (section: string, size: number, file?: string): Diagnostic =>
  error('LAYOUT-010', `section ${section} has ${size} bytes; a section is limited to 1 GiB`, {
    at: [file === undefined ? undefined : { kind: 'object', file, section }],
    notes: ['look for a large array, a large alignment or a location counter that jumps'],
  });

/** LAYOUT-011 */
export const unsettledLayout = (name: string): Diagnostic =>
  error('LAYOUT-011', `the layout does not settle: '${name}' changes each time it is computed`, {
    notes: [
      "an expression of the script depends on what it changes, such as a section's own SIZEOF",
    ],
  });

/** LAYOUT-012 */
export const permitsNothing = (pattern: string, near: string, at: Location): Diagnostic =>
  warning('LAYOUT-012', `PERMIT_RELOCATIONS(${pattern}): there is no such output section${near}`, {
    at: [at],
  });

/** LAYOUT-013 */
export const symbolOfMissingSection = (name: string, section: string, at: Location): Diagnostic =>
  error('LAYOUT-013', `the script defines '${name}' in ${section}, which is not in the output`, {
    at: [at],
    notes: ['its contents were lowered into the code; nothing is left to count from'],
  });

/** LAYOUT-014 */
export const partsDiffer = (section: string, what: string, at: Location): Diagnostic =>
  error('LAYOUT-014', `the parts of ${section} differ in ${what}`, {
    at: [at],
    notes: ['give them names of their own, or say it of each'],
  });

/** LAYOUT-015 */
export const callInsideInstruction = (
  symbol: string,
  offset: number,
  places: readonly Location[],
): Diagnostic =>
  error(
    'LAYOUT-015',
    `call of '${symbol}' at byte ${offset}, which is not the start of an instruction`,
    { at: places, notes: ['instructions have 8 bytes, and calls count in them'] },
  );
