/** Rules of redbpf's loader, read in 2.3.0. */
import { type Diagnostic, error, type Location, quote, warning } from '../diagnostic.ts';

const redbpfSays = quote('redbpf');

type Places = readonly Location[];

const linkRemedy = 'link the object with bpfld --profile redbpf';

/** REDBPF-001 */
export const programWithoutName = (kind: string, at: Places): Diagnostic =>
  error('REDBPF-001', `section '${kind}' has no name behind a slash, so redbpf passes over it`, {
    at,
    notes: [
      'there is no error: the program is not among those that are loaded',
      `call the section '${kind}/NAME'`,
    ],
  });

/** REDBPF-002; `near` is the kind that is most likely meant. */
export const unknownProgramSection = (
  section: string,
  near: string | undefined,
  kinds: readonly string[],
  at: Places,
): Diagnostic => {
  const mean = near === undefined ? '' : ` (did you mean '${near}/NAME'?)`;
  return error(
    'REDBPF-002',
    `redbpf knows no programs of section '${section}'${mean}, and passes over it`,
    {
      at,
      notes: [
        'there is no error: the program is not among those that are loaded',
        `sections of programs are called KIND/NAME, where KIND is ${kinds.join(', ')}`,
      ],
    },
  );
};

/** REDBPF-003 */
export const nameForKernel = (
  what: 'program' | 'map',
  name: string,
  section: string,
  at: Places,
): Diagnostic =>
  error('REDBPF-003', `the kernel takes no ${what} of the name '${name}'`, {
    at,
    notes: [
      what === 'map'
        ? redbpfSays(
            `error on bpf_create_map_xattr. failed to load map \`${name}\`: Invalid argument (os error 22)`,
          )
        : redbpfSays(
            `error loading BPF program \`${name}' with bpf_load_program_xattr. ret=-1 os error=Invalid argument (os error 22): `,
          ),
      'in the first 15 characters there may be letters, digits, _ and .',
      `rename the section '${section}': what stands behind its first slash is the name`,
    ],
  });

/** REDBPF-004 */
export const subprograms = (section: string, size: number, at: Places): Diagnostic =>
  warning('REDBPF-004', `${section} holds ${size} bytes of functions, which redbpf does not load`, {
    at,
    notes: [linkRemedy],
  });

/** REDBPF-005; `map` is what stands in `maps` at the callee's address. */
export const call = (callee: string, map: string | undefined, at: Places): Diagnostic =>
  error('REDBPF-005', `call of '${callee}': redbpf resolves references to maps only`, {
    at,
    notes: [
      map === undefined
        ? redbpfSays('can not relocate map')
        : `the call silently becomes one of the instruction that has the number of map '${map}''s descriptor`,
      `${linkRemedy}, which inlines functions`,
    ],
  });

/** REDBPF-006 */
export const referenceElsewhere = (
  symbol: string,
  section: string | undefined,
  map: string | undefined,
  at: Places,
): Diagnostic =>
  error(
    'REDBPF-006',
    section === undefined
      ? `'${symbol}' is not defined`
      : `reference to '${symbol}' in '${section}', of which redbpf makes no map`,
    {
      at,
      notes: [
        map === undefined
          ? redbpfSays('can not relocate map')
          : `redbpf goes by the symbol's value alone and silently takes the map '${map}'`,
        'data is in .data*, .rodata* or .bss, a map in maps/NAME',
      ],
    },
  );

/** REDBPF-007 */
export const bssWithoutBytes = (section: string, symbol: string, at: Places): Diagnostic =>
  error('REDBPF-007', `'${symbol}' is in '${section}', which has no bytes in the file`, {
    at,
    notes: [
      redbpfSays('can not relocate map'),
      'redbpf makes maps of sections with bytes (PROGBITS) only',
      `${linkRemedy}, which writes the zeros out`,
    ],
  });

/** REDBPF-008 */
export const severalMapSymbols = (
  section: string,
  symbols: readonly string[],
  at: Places,
): Diagnostic =>
  error('REDBPF-008', `section '${section}' has ${symbols.length} symbols and may have one`, {
    at,
    notes: [
      redbpfSays(
        `${symbols.length} maps are defined in section \`${section}\`. Only \`maps\` section is allowed to accommodate multiple maps`,
      ),
      `they are ${symbols.join(', ')}`,
      `one definition a section; ${linkRemedy}, which refers to maps by their own symbols`,
    ],
  });

/** REDBPF-009 */
export const shortMap = (name: string, size: number, at: Places): Diagnostic =>
  error('REDBPF-009', `the definition of map '${name}' has ${size} bytes; redbpf reads 20`, {
    at,
    notes: [
      'it reads on into whatever follows in the file',
      'write type, key size, value size, entries and flags, 32 bits each',
    ],
  });

/** REDBPF-010 */
export const sectionSymbolOfMaps = (section: string, at: Places): Diagnostic =>
  error(
    'REDBPF-010',
    `section '${section}' has a symbol of its own, which redbpf takes for a map`,
    {
      at,
      notes: ['each map needs its own symbol, and code has to name it', linkRemedy],
    },
  );

/** REDBPF-010 */
export const insideMaps = (symbol: string, map: string | undefined, at: Places): Diagnostic =>
  error('REDBPF-010', `reference to '${symbol}' and a distance: redbpf ignores the distance`, {
    at,
    notes: [
      map === undefined ? undefined : `it silently takes the map '${map}'`,
      `code has to name each map by its own symbol; ${linkRemedy}`,
    ],
  });

/** REDBPF-011 */
export const relaTable = (table: string, program: string): Diagnostic =>
  error('REDBPF-011', `'${table}' is of type RELA, which redbpf does not read`, {
    notes: [
      `the references of '${program}' silently stay as they are in the file`,
      `${linkRemedy}, which writes REL`,
    ],
  });

/** REDBPF-012 */
export const emptyData = (section: string): Diagnostic =>
  error(
    'REDBPF-012',
    `data section '${section}' is empty, and the kernel refuses a map of no bytes`,
    {
      notes: [
        redbpfSays(
          `error on bpf_create_map_xattr. failed to load map \`${section}\`: Invalid argument (os error 22)`,
        ),
        `${linkRemedy}, which leaves it out`,
      ],
    },
  );

/** REDBPF-013 */
export const openLicense = (section: string, at: Places): Diagnostic =>
  error('REDBPF-013', `the text in section '${section}' does not end with a NUL`, {
    at,
    notes: [redbpfSays('No null byte in input'), 'redbpf panics; write "GPL\\0"'],
  });

/** REDBPF-013 */
export const noLicense = (): Diagnostic =>
  warning('REDBPF-013', 'no license section: the kernel refuses GPL-only helpers to the programs', {
    notes: ['redbpf-probes has program!(0xFFFFFFFE, "GPL") for it'],
  });

/** REDBPF-014 */
export const shortVersion = (section: string, size: number, at: Places): Diagnostic =>
  error('REDBPF-014', `section '${section}' has ${size} bytes and needs 4`, {
    at,
    notes: [
      redbpfSays('assertion failed: mem::size_of::<T>() <= input.len()'),
      'redbpf panics; the version is a 32-bit number',
    ],
  });

/** REDBPF-015 */
export const otherByteOrder = (object: 'big' | 'little', host: 'big' | 'little'): Diagnostic =>
  error(
    'REDBPF-015',
    `the object is ${object}-endian, and the machine that loads it ${host}-endian`,
    { notes: [`compile with --target ${host === 'little' ? 'bpfel' : 'bpfeb'}-unknown-none`] },
  );

/** REDBPF-016 */
export const severalPrograms = (
  section: string,
  programs: readonly string[],
  at: Places,
): Diagnostic =>
  error(
    'REDBPF-016',
    `section '${section}' holds ${programs.length} programs: ${programs.join(', ')}`,
    {
      at,
      notes: [
        'redbpf takes the whole section for one program, which begins with the first of them',
        'give each program a section of its own',
      ],
    },
  );
