/** CILIUM-009, CILIUM-010 and CILIUM-019: map definitions that cilium/ebpf or the kernel refuse. */
import { type Diagnostic, error, type Location, quote, warning } from '../../diagnostic.ts';

type Places = readonly Location[];

const says = quote('cilium/ebpf');

/** CILIUM-009 */
export const mapsWithoutBtf = (at: Places): Diagnostic =>
  error('CILIUM-009', "section '.maps' needs BTF, and the object has none", {
    at,
    notes: [says('load BTF maps: missing BTF'), 'compile with -g (GCC: -gbtf)'],
  });

/** CILIUM-009; `seen` of the variables are seen by the loader; before 0.21 it names the `lost` one. */
export const mapCount = (
  symbols: number,
  variables: number,
  seen: number,
  lost: string | undefined,
  extra: readonly string[],
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-009',
    `'.maps' has ${symbols} symbols, and its BTF ${variables} variables${extra.length === 0 ? '' : `: only one has ${extra.map((name) => `'${name}'`).join(', ')}`}`,
    {
      at,
      notes: [
        says(
          lost === undefined
            ? `section .maps: contains ${symbols} symbols but ${seen} btf.Vars`
            : `cannot find section '.maps' in BTF: data section .maps: missing offset for symbol ${lost}`,
        ),
        'the same maps must be in both; an `extern` map needs the object that defines it: link the two',
      ],
    },
  );

/** CILIUM-009; before 0.21 */
export const bytesBetweenMaps = (bytes: number, at: Places): Diagnostic =>
  error('CILIUM-009', `${bytes} bytes of '.maps' belong to no map`, {
    at,
    notes: [
      says(`section .maps: ${bytes} unexpected remaining bytes in ELF section, invalid BTF?`),
      'a weak map that lost has left them; define the map in one file, or use cilium/ebpf 0.21 or newer',
    ],
  });

/** CILIUM-009 */
export const mapWithoutSymbol = (name: string, at: Places): Diagnostic =>
  error('CILIUM-009', `the map '${name}' has no symbol in '.maps'`, {
    at,
    notes: [
      says(`section .maps: missing symbol for map ${name}`),
      'two maps at one place, or a map whose symbol was stripped: compile the object again',
    ],
  });

/** CILIUM-009 */
export const initialisedMap = (name: string, at: Places): Diagnostic =>
  error('CILIUM-009', `the definition of the map '${name}' holds values`, {
    at,
    notes: [
      says(
        `load BTF maps: section .maps: map ${name}: initializing BTF map definitions: not supported`,
      ),
      'slots of a map name other maps and programs by their own symbols: make these not static, or link the object with `--profile cilium`',
    ],
  });

/** CILIUM-009; `mendable` by the application. */
export const badMap = (
  name: string,
  fault: string,
  quoted: string,
  remedy: string,
  mendable: boolean,
  at: Places,
): Diagnostic =>
  (mendable ? warning : error)('CILIUM-009', `the map '${name}' ${fault}`, {
    at,
    notes: [says(quoted), remedy],
  });

/** CILIUM-010 */
export const noLegacyMap = (section: string, at: Places): Diagnostic =>
  error('CILIUM-010', `section '${section}' is for maps by its name, and none is in it`, {
    at,
    notes: [
      says(`load maps: section ${section}: no symbols`),
      "if it holds something else, give it a name that does not begin with 'maps'",
    ],
  });

/** CILIUM-010; `missing` in the loader's words. */
export const shortMap = (
  name: string,
  section: string,
  size: number,
  missing: string,
  at: Places,
): Diagnostic =>
  error('CILIUM-010', `the map '${name}' in '${section}' has ${size} bytes, fewer than 20`, {
    at,
    notes: [
      says(`load maps: map ${name}: missing ${missing}`),
      'a definition is type, size of the key, size of the value, number of entries, flags; or define the map in `.maps`',
    ],
  });

/** CILIUM-010 */
export const longMap = (name: string, section: string, size: number, at: Places): Diagnostic =>
  error(
    'CILIUM-010',
    `the map '${name}' in '${section}' has ${size} bytes, and more than the first 20 are not zero`,
    {
      at,
      notes: [
        says(`map ${name}: extra contains unhandled non-zero bytes, drain before creating map`),
        "tc's id, pinning and inner maps are unknown to it: define the map in `.maps`",
      ],
    },
  );

/** CILIUM-010 */
export const legacyMapOfMaps = (name: string, section: string, at: Places): Diagnostic =>
  warning(
    'CILIUM-010',
    `the map '${name}' in '${section}' is for maps, and cannot say of which kind`,
    {
      at,
      notes: [
        says(`map ${name}: ...OfMaps requires InnerMap`),
        'define the map in `.maps`, or let the application set MapSpec.InnerMap',
      ],
    },
  );

/** CILIUM-010; before 0.21. `missing` is where the loader looks for one. */
export const unevenMaps = (section: string, missing: number | undefined, at: Places): Diagnostic =>
  error('CILIUM-010', `the maps in '${section}' are not of one size`, {
    at,
    notes: [
      says(
        missing === undefined
          ? `section ${section}: map descriptors are not of equal size`
          : `section ${section}: missing symbol for map at offset ${missing}`,
      ),
      'define all with one struct, or use cilium/ebpf 0.21 or newer',
    ],
  });

/** CILIUM-010 */
export const duplicateMap = (name: string, section: string, at: Places): Diagnostic =>
  error('CILIUM-010', `there is more than one map '${name}'`, {
    at,
    notes: [
      says(`duplicate symbol ${name} in section ${section}`),
      'static maps count too: rename one of them',
    ],
  });

interface RefusedMap {
  /** The whole message. */
  readonly words: string;
  readonly isInner: boolean;
  readonly missing?: string;
}

/** CILIUM-019; what is `missing` the application may set. */
export const mapNotCreated = (
  map: string,
  { words, isInner, missing }: RefusedMap,
  at: Places,
): Diagnostic =>
  (missing === undefined ? error : warning)('CILIUM-019', words, {
    at,
    notes: [
      says(`map ${map}: ${isInner ? 'inner map: ' : ''}...`),
      missing === undefined
        ? 'change the definition of the map'
        : 'write it into the definition, or let the application set it in the MapSpec',
    ],
  });
