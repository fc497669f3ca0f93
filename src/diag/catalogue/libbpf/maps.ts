/** LIBBPF-010, LIBBPF-019 and LIBBPF-020: maps. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { says } from './says.ts';

type Places = readonly Location[];

/** LIBBPF-010; `quoted` is what libbpf says, if anything. */
export const badMap = (
  map: string,
  fault: string,
  quoted: string | undefined,
  remedy: string | undefined,
  at: Places,
): Diagnostic =>
  error('LIBBPF-010', `map '${map}' ${fault}`, {
    at,
    notes: [quoted === undefined ? undefined : says(`map '${map}': ${quoted}`), remedy],
  });

/** LIBBPF-010 */
export const noMapsSection = (): Diagnostic =>
  error('LIBBPF-010', "the BTF does not describe the section '.maps'", {
    notes: [says("DATASEC '.maps' not found."), 'compile the file that defines the maps with -g'],
  });

/** LIBBPF-010 */
export const notAMap = (symbol: string, offset: number, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-010',
    `'${inside}' refers to '${symbol}', .maps+0x${offset.toString(16)}, where no map begins`,
    {
      at,
      notes: [
        says(`prog '${inside}': map relo failed to find map for section '.maps', off ${offset}`),
        'a program can name a map, not a field of its definition',
      ],
    },
  );

/** LIBBPF-010 */
export const mapWithOffset = (
  symbol: string,
  offset: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error('LIBBPF-010', `'${inside}' refers to ${offset} bytes behind '${symbol}' in .maps`, {
    at,
    notes: [
      'libbpf would silently take the map that begins at the symbol',
      'refer to the map by its own symbol: it must not be static',
    ],
  });

/** LIBBPF-010 */
export const badMapSlot = (
  map: string,
  target: string,
  fault: string,
  quoted: string | undefined,
  at: Places,
): Diagnostic =>
  error('LIBBPF-010', `map '${map}' is initialised with '${target}', ${fault}`, {
    at,
    notes: [
      quoted === undefined
        ? 'libbpf only returns an error number'
        : says(`.maps relo #N: ${quoted}`),
    ],
  });

/** LIBBPF-019 */
export const innerMapBehind = (map: string, inner: string, at: Places): Diagnostic =>
  error('LIBBPF-019', `map '${map}' is initialised with '${inner}', which stands behind it`, {
    at,
    notes: [
      says(`map '${map}': failed to initialize slot [N] to map '${inner}'`),
      'libbpf creates maps in the order of .maps, and fills slots at once',
      `define '${inner}' before '${map}'; between files a link with --profile libbpf sees to it`,
    ],
  });

interface RefusedMap {
  /** The whole message. */
  readonly words: string;
  readonly isInner: boolean;
  readonly missing?: keyof typeof setters;
}

const setters = {
  max_entries: 'bpf_map__set_max_entries',
  key_size: 'bpf_map__set_key_size',
  value_size: 'bpf_map__set_value_size',
  values: 'bpf_map__set_inner_map_fd',
};

/** LIBBPF-020; what is `missing` the application may set. */
export const mapNotCreated = (
  map: string,
  { words, isInner, missing }: RefusedMap,
  at: Places,
): Diagnostic =>
  (missing === undefined ? error : warning)('LIBBPF-020', words, {
    at,
    notes: [
      says(`map '${map}': failed to create${isInner ? ' inner map' : ''}: `),
      missing === undefined
        ? 'change the definition of the map'
        : `write it into the definition, or let the application set it before it loads the object: ${setters[missing]}()`,
    ],
  });
