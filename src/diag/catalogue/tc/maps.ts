/** TC-005, TC-007 to TC-009: map definitions. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { tcSays } from './says.ts';

type Places = readonly Location[];

const oneStruct = 'use struct bpf_elf_map: nine 32-bit fields, from type to inner_idx';
const onlyMaps =
  'nothing but map definitions can stand in the section: no symbols, data or gaps of the script';

/** TC-005 */
export const mapOfBadSize = (map: string, size: number, at: Places): Diagnostic =>
  error('TC-005', `map '${map}' has ${size} bytes; tc takes multiples of 4 from 16 to 36`, {
    at,
    notes: [oneStruct],
  });

/** TC-005 */
export const mapWithoutSymbol = (offset: number, at: Places): Diagnostic =>
  error('TC-005', `bytes of 'maps' at ${offset} belong to no map: no symbol covers them`, {
    at,
    notes: ['tc counts the symbols of the section; give each map one variable'],
  });

/** TC-005 */
export const unevenMaps = (size: number, symbols: number, at: Places): Diagnostic =>
  error(
    'TC-005',
    `'maps' has ${size} bytes and ${symbols} global symbols, which tc cannot divide into maps`,
    {
      at,
      notes: [
        tcSays('Number BPF map symbols are not multiple of struct bpf_elf_map!'),
        `one structure for all maps, and each map one variable; ${onlyMaps}`,
      ],
    },
  );

/** TC-005; `noticed`: what tc says, if anything. */
export const misplacedMaps = (
  stride: number,
  noticed: 'different' | 'no name' | 'nothing',
  at: Places,
): Diagnostic =>
  error('TC-005', `tc cuts 'maps' into definitions of ${stride} bytes, and not each has a symbol`, {
    at,
    notes: [
      noticed === 'nothing'
        ? 'it says nothing, and takes bytes for maps that are none'
        : tcSays(
            noticed === 'different'
              ? 'Different struct bpf_elf_map in use!'
              : 'Error loading maps into kernel!',
          ),
      'a second symbol for a map (an alias), or structures of several lengths',
      onlyMaps,
    ],
  });

/** TC-005 */
export const noMapSymbols = (locals: readonly string[], at: Places): Diagnostic =>
  error(
    'TC-005',
    locals.length === 0
      ? "'maps' has bytes and no symbol"
      : `no symbol of 'maps' is global: ${locals.map((name) => `'${name}'`).join(', ')}`,
    {
      at,
      notes: [
        tcSays('0 maps not supported in current map section!'),
        'remove `static`, or link the object: bpfld makes the symbols of maps global',
      ],
    },
  );

/** TC-005 */
export const tooManyMaps = (count: number, bytes: boolean, at: Places): Diagnostic =>
  error('TC-005', `${count} maps; tc takes at most 64`, {
    at,
    notes: [
      tcSays(
        bytes
          ? 'Too many BPF maps in ELF section!'
          : `${count} maps not supported in current map section!`,
      ),
    ],
  });

/** TC-005 */
export const mapsOfBadSize = (size: number, at: Places): Diagnostic =>
  error('TC-005', `maps of ${size} bytes; tc takes 16 to 36`, {
    at,
    notes: [
      tcSays(
        size < 16
          ? 'struct bpf_elf_map too small, not supported!'
          : 'struct bpf_elf_map not supported, coming from future version?',
      ),
      oneStruct,
    ],
  });

/** TC-007 */
export const mapRefused = (
  map: string,
  kind: string,
  fault: { readonly field: string; readonly value: number; readonly wants: string },
  at: Places,
): Diagnostic =>
  error(
    'TC-007',
    `${kind} '${map}' has ${legacyField(fault.field)} ${fault.value}; the kernel wants ${fault.wants}`,
    {
      at,
      notes: [
        tcSays(`Map object '${map}' rejected: `),
        'tc creates every map of the object, used or not, and stops at the first that fails',
      ],
    },
  );

/** What struct bpf_elf_map calls a field of the kernel's. */
function legacyField(name: string): string {
  const names: Readonly<Record<string, string>> = {
    key_size: 'size_key',
    value_size: 'size_value',
    max_entries: 'max_elem',
    map_flags: 'flags',
  };
  return names[name] ?? name;
}

/** TC-007 */
export const mapNeedsTypes = (map: string, kind: string, at: Places): Diagnostic =>
  error('TC-007', `${kind} '${map}': the kernel wants BTF with maps of this type`, {
    at,
    notes: [
      tcSays(`Map object '${map}' rejected: `),
      'tc gives none; with libbpf (--profile tc-libbpf) such maps can be had',
    ],
  });

/** TC-008 */
export const unknownPinning = (map: string, pinning: number, at: Places): Diagnostic =>
  warning(
    'TC-008',
    `map '${map}' asks for pinning ${pinning}; without an entry in bpf_pinning tc does not pin it`,
    {
      at,
      notes: [
        "0 is no pinning, 1 the object's namespace, 2 tc/globals; others are named in /etc/iproute2/bpf_pinning",
      ],
    },
  );

/** TC-008 */
export const pinnedByObject = (map: string, at: Places): Diagnostic =>
  warning(
    'TC-008',
    `map '${map}' is pinned under the hash of its object, which not every kernel makes`,
    {
      at,
      notes: [
        tcSays('Missing kernel AF_ALG support for PIN_OBJECT_NS!'),
        'where CONFIG_CRYPTO_USER_API_HASH is off tc gives up; PIN_GLOBAL_NS (2) works everywhere',
      ],
    },
  );

/** TC-009 */
export const noInnerMap = (map: string, innerId: number, at: Places): Diagnostic =>
  error(
    'TC-009',
    innerId === 0
      ? `map-in-map '${map}' names no inner map`
      : `map-in-map '${map}' names inner_id ${innerId}, which no map has as its id`,
    {
      at,
      notes: [
        tcSays(
          innerId === 0
            ? `Map '${map}' cannot be created since no inner map ID defined!`
            : `Map '${map}' cannot be loaded. Inner map with ID ${innerId} not found!`,
        ),
        'set inner_id to the id of the inner map',
      ],
    },
  );

/** TC-009; `quoted` is what tc says. */
export const badInnerMap = (
  map: string,
  fault: string,
  quoted: string,
  remedy: string,
  at: Places,
): Diagnostic =>
  error('TC-009', `map-in-map '${map}': ${fault}`, { at, notes: [tcSays(quoted), remedy] });

/** TC-009 */
export const innerMapReplaced = (map: string, slot: number, by: string, at: Places): Diagnostic =>
  warning('TC-009', `inner map '${map}' is for slot ${slot}, into which tc then puts '${by}'`, {
    at,
    notes: ['give each a slot of its own; inner_idx -1 stands for none'],
  });
