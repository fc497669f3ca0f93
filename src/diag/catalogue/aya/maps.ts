/** Rules of aya's loader about definitions of maps. */
import { type Diagnostic, error, warning } from '../../diagnostic.ts';
import { ayaSays, type Places } from './quotes.ts';

/** The number that aya names is that of a type which the one in question refers to. */
const unexpected: ReturnType<typeof ayaSays> = ayaSays('BTF error: unexpected BTF type id `N`');

/** AYA-020 and AYA-022 */
export const mapsWithoutSymbols = (section: string): Diagnostic =>
  error(section.startsWith('.') ? 'AYA-022' : 'AYA-020', `section '${section}' has no symbols`, {
    notes: [
      ayaSays(`no symbols found in the ${section} section`),
      'each map has a symbol of its own; a section without maps is best removed',
    ],
  });

/** AYA-020 */
export const shortMap = (name: string, section: string, size: number, at: Places): Diagnostic =>
  error(
    'AYA-020',
    name === ''
      ? `section '${section}' has a symbol without a name, which aya takes for a map`
      : `'${name}' in section '${section}' has ${size} bytes, and a map definition 20 or more`,
    {
      at,
      notes: [
        ayaSays(`error parsing map \`${name}\``),
        name === ''
          ? 'let maps be global, so that code refers to them by their own symbols'
          : 'write type, key size, value size, max entries and flags, 32 bits each',
      ],
    },
  );

/** AYA-020 */
export const legacyPinning = (name: string, pinning: number, at: Places): Diagnostic =>
  error('AYA-020', `the map '${name}' asks for pinning ${pinning}, which is undefined in aya`, {
    at,
    notes: [
      'in Rust a value that an enum does not have: anything may happen',
      'pinning is 0 or 1 (by name); tc has 2 for its global namespace, aya not',
    ],
  });

/** AYA-022 */
export const mapsWithoutTypes = (section: string): Diagnostic =>
  error('AYA-022', `'${section}' needs BTF, and the object has none`, {
    notes: [ayaSays('no BTF parsed for object'), 'compile with -g (GCC: -gbtf)'],
  });

/** AYA-022 */
export const mapsNotDescribed = (section: string): Diagnostic =>
  error(
    'AYA-022',
    `the BTF does not describe the section '${section}', so aya finds no map there`,
    {
      notes: ['compile the file that defines the maps with -g'],
    },
  );

/** AYA-022 */
export const mapWithoutSymbol = (name: string, section: string): Diagnostic =>
  error(
    'AYA-022',
    `the BTF has a map '${name}' in '${section}', and no symbol there is of that name`,
    {
      notes: [
        ayaSays(`symbol with name ${name} not found in the symbols table`),
        'build the object again, and keep its symbols',
      ],
    },
  );

/** AYA-022; `what` follows the map's name. */
export const badMapType = (name: string, what: string, at: Places): Diagnostic =>
  error('AYA-022', `the map '${name}' ${what}`, {
    at,
    notes: [
      unexpected,
      'numbers are __uint(FIELD, N), types __type(FIELD, TYPE); aya does not know __ulong',
    ],
  });

/** AYA-022 */
export const mapPinning = (name: string, pinning: number, at: Places): Diagnostic =>
  warning('AYA-022', `the map '${name}' asks for pinning ${pinning}, so aya does not pin it`, {
    at,
    notes: ['pinning is LIBBPF_PIN_BY_NAME (1) or none'],
  });

/** AYA-023 */
export const noInnerMap = (name: string, at: Places): Diagnostic =>
  error('AYA-023', `'${name}' holds maps, and its definition does not say of what kind`, {
    at,
    notes: [
      ayaSays(`map \`${name}\` is a map-of-maps but has no inner map definition`),
      'write: __array(values, struct INNER);',
    ],
  });

/** AYA-023 */
export const valuesWithLength = (name: string, at: Places): Diagnostic =>
  error('AYA-023', `the 'values' of the map '${name}' have a given length`, {
    at,
    notes: [
      ayaSays(`BTF error: BTF map \`${name}\`: \`values\` spec is not a zero-sized array`),
      'write: __array(values, struct INNER);',
    ],
  });

/** AYA-023; `what` follows `the 'values' of ...`. */
export const badInnerMap = (name: string, what: string, at: Places): Diagnostic =>
  error('AYA-023', `the 'values' of the map '${name}': ${what}`, {
    at,
    notes: [
      unexpected,
      'aya knows inner maps only: leave out the values of an array of programs, and fill it in the application',
    ],
  });

/** AYA-023 */
export const pinnedInnerMap = (name: string, at: Places): Diagnostic =>
  error('AYA-023', `the inner map of '${name}' asks for pinning`, {
    at,
    notes: [
      ayaSays(`BTF error: BTF map \`${name}\`: inner map definition cannot be pinned`),
      'remove pinning from the inner map',
    ],
  });

/** AYA-023 */
export const nestedInnerMap = (name: string, at: Places): Diagnostic =>
  error('AYA-023', `the inner map of '${name}' holds maps itself`, {
    at,
    notes: [
      ayaSays(`BTF error: BTF map \`${name}\`: multi-level map-in-map is not supported`),
      'the kernel has one level only',
    ],
  });

/** AYA-024 */
export const unknownMapType = (name: string, type: number, at: Places): Diagnostic =>
  error('AYA-024', `the map '${name}' is of type ${type}, which aya does not know`, {
    at,
    notes: [ayaSays(`invalid map type ${type}`), 'newer types need a newer aya'],
  });

/** AYA-024 */
export const unsupportedMapType = (name: string, type: string, at: Places): Diagnostic =>
  error('AYA-024', `the map '${name}' is of type ${type}, which aya makes on request only`, {
    at,
    notes: [
      ayaSays(
        `type of ${name} (BPF_MAP_TYPE_${type.toUpperCase()}) is unsupported; see \`EbpfLoader::allow_unsupported_maps\``,
      ),
      'call allow_unsupported_maps() in the application',
    ],
  });

/** AYA-044 */
export const arrayOfArrays = (
  name: string,
  field: string,
  size: number,
  taken: number,
  at: Places,
): Diagnostic =>
  error(
    'AYA-044',
    `the ${field} of the map '${name}' is an array of arrays of ${size} bytes, which aya 0.3 takes for ${taken}`,
    {
      at,
      notes: ['nothing is said', 'put the array into a struct, or write an array of one dimension'],
    },
  );

interface RefusedMap {
  /** The whole message. */
  readonly words: string;
  readonly isInner: boolean;
  readonly missing?: string;
}

/** AYA-047; a `missing` length the application may set, and the rest is for the last link to have (`isLast`). */
export const mapNotCreated = (
  map: string,
  { words, isInner, missing }: RefusedMap,
  isLast: boolean,
  at: Places,
): Diagnostic =>
  (missing === 'max_entries' || (missing !== undefined && !isLast) ? warning : error)(
    'AYA-047',
    words,
    {
      at,
      notes: [
        failedToCreate(map, isInner),
        missing === 'max_entries'
          ? 'write it into the definition, or let the application set it (EbpfLoader::map_max_entries)'
          : 'change the definition of the map',
      ],
    },
  );

/** AYA-048; `fault` follows the map's name. */
export const typesOfMap = (
  map: string,
  isInner: boolean,
  fault: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error('AYA-048', `the map ${isInner ? 'inside of ' : ''}'${map}' ${fault}`, {
    at,
    notes: [
      failedToCreate(map, isInner),
      'libbpf and cilium/ebpf try again without types, and aya does not',
      remedy,
    ],
  });

function failedToCreate(map: string, isInner: boolean): ReturnType<typeof ayaSays> {
  return ayaSays(`failed to create map \`${map}${isInner ? '.inner' : ''}\``);
}
