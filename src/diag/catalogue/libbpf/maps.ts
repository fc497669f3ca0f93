/** LIBBPF-010: maps. */
import { type Diagnostic, error, type Location } from '../../diagnostic.ts';
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
