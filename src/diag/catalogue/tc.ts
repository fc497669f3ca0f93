/**
 * Rules of tc's built-in ("legacy") loader. What it says itself is quoted, because that is what users
 * search for.
 */
import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

type Places = readonly Location[];

/** `: a, b`, or nothing. */
function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${names.map((name) => `'${name}'`).join(', ')}`;
}

/** TC-003 */
export const btfMaps = (section: string, maps: readonly string[], at: Places): Diagnostic =>
  error('TC-003', `tc reads map definitions from 'maps', not from '${section}'${listed(maps)}`, {
    at,
    notes: [
      'tc would not see these maps; define them as struct bpf_elf_map in SEC("maps")',
      'a tc built with libbpf reads .maps and needs no lowering: load the object as it is',
    ],
  });

/** TC-003 */
export const emptySection = (section: string): Diagnostic =>
  error('TC-003', `program section '${section}' is empty; tc does not see empty sections`);

/** TC-004 */
export const licenseTooLong = (size: number, at: Places): Diagnostic =>
  error('TC-004', `the license has ${size} bytes; tc takes at most 128`, {
    at,
    notes: ['tc says: "Error parsing section N! Perhaps check with readelf -a?"'],
  });

/** TC-004 */
export const noLicense = (): Diagnostic =>
  warning('TC-004', 'no license section: the kernel refuses GPL-only helpers to the programs', {
    notes: ['add: char _license[] SEC("license") = "GPL";'],
  });

/** TC-005 */
export const mapOfBadSize = (map: string, size: number, at: Places): Diagnostic =>
  error('TC-005', `map '${map}' has ${size} bytes; tc takes multiples of 4 from 16 to 36`, {
    at,
    notes: ['use struct bpf_elf_map: nine 32-bit fields, from type to inner_idx'],
  });

/** TC-005 */
export const mapWithoutSymbol = (offset: number, at: Places): Diagnostic =>
  error('TC-005', `bytes of 'maps' at ${offset} belong to no map: no symbol covers them`, {
    at,
    notes: ['tc counts the symbols of the section; give each map one variable'],
  });

/** TC-005 */
export const unevenMaps = (size: number, symbols: number): Diagnostic =>
  error(
    'TC-005',
    `'maps' has ${size} bytes and ${symbols} global symbols, which tc cannot divide into maps`,
    {
      notes: [
        'nothing but map definitions can stand in the section: no symbols, data or gaps of the script',
      ],
    },
  );

/** TC-005 */
export const tooManyMaps = (count: number, at: Places): Diagnostic =>
  error('TC-005', `${count} maps; tc takes at most 64`, {
    at,
    notes: ['tc says: "Too many BPF maps in ELF section!"'],
  });

/** TC-006 */
export const mapNotByItsSymbol = (section: string, offset: number): Diagnostic =>
  error(
    'TC-006',
    `the map reference at ${section}+0x${offset.toString(16)} is not by the map's symbol`,
    {
      notes: ['tc would use the first map in its place'],
    },
  );

/** TC-006 */
export const insideMap = (map: string, offset: number, at: Places): Diagnostic =>
  error('TC-006', `reference to byte ${offset} of map '${map}'`, {
    at,
    notes: [
      'a program can name a map, not a field of its definition; tc would take the map itself',
    ],
  });

/** TC-007 */
export const mapNeedsEntries = (
  map: string,
  kind: string,
  maxElem: number,
  wants: string,
): Diagnostic =>
  error('TC-007', `${kind} '${map}' has max_elem ${maxElem}; the kernel wants ${wants}`, {
    notes: ['tc creates every map of the object, used or not, and stops at the first that fails'],
  });

/** TC-008 */
export const unknownPinning = (map: string, pinning: number): Diagnostic =>
  warning(
    'TC-008',
    `map '${map}' asks for pinning ${pinning}; without an entry in bpf_pinning tc does not pin it`,
    {
      notes: [
        "0 is no pinning, 1 the object's namespace, 2 tc/globals; others are named in /etc/iproute2/bpf_pinning",
      ],
    },
  );

/** TC-009 */
export const noInnerMap = (map: string, innerId: number): Diagnostic =>
  error(
    'TC-009',
    innerId === 0
      ? `map-in-map '${map}' names no inner map`
      : `map-in-map '${map}' names inner_id ${innerId}, which no map has as its id`,
    {
      notes: [
        innerId === 0
          ? 'tc says: "no inner map ID defined"; set inner_id to the id of the inner map'
          : `tc says: "Inner map with ID ${innerId} not found!"`,
      ],
    },
  );

/** TC-010 */
export const severalPrograms = (
  section: string,
  programs: readonly string[],
  at: Places,
): Diagnostic =>
  error(
    'TC-010',
    `section '${section}' holds ${programs.length} programs: ${programs.join(', ')}`,
    {
      at,
      notes: [
        'tc loads a whole section as one program; give each program a section name of its own',
      ],
    },
  );

/** TC-012 */
export const neverRelocated = (section: string): Diagnostic =>
  error('TC-012', `'${section}' has relocations, but the object has neither maps nor .text`, {
    notes: ['tc then applies no relocation at all: the program loads and computes wrong values'],
  });

/** TC-013 */
export const forbiddenTarget = (
  target: string,
  what: string,
  why: string,
  at: Places,
): Diagnostic =>
  error('TC-013', `relocation against ${target}, which tc's loader cannot resolve`, {
    at,
    notes: [what, why].filter((line) => line !== ''),
  });

/** TC-014 */
export const undefinedInOutput = (symbol: string): Diagnostic =>
  error(
    'TC-014',
    `'${symbol}' is undefined in the output; tc crashes on it or takes it for a call`,
  );

/** TC-015 */
export const textWithoutRelocations = (): Diagnostic =>
  error('TC-015', 'the output has a .text section without relocations', {
    notes: [
      'tc says only: "Error fetching program/map!"; write LOWER(calls: copy) in the script, so that no .text remains',
    ],
  });

/** TC-016 */
export const callForm = (section: string, offset: number): Diagnostic =>
  error('TC-016', `the call at ${section}+0x${offset.toString(16)} is not by the symbol of .text`, {
    notes: [
      'tc ignores the value of a function symbol and would call the wrong function; write LOWER(calls: copy) in the script',
    ],
  });

/** TC-017 */
export const unreachedText = (fn: string, program: string): Diagnostic =>
  error('TC-017', `'${fn}' is in .text, and program '${program}' does not reach it`, {
    notes: [
      'tc appends all of .text to each program that calls into it, and the kernel refuses "unreachable insn"; write LOWER(calls: copy) in the script',
    ],
  });

/** TC-018 */
export const relocatedCallInText = (offset: number): Diagnostic =>
  error('TC-018', `the call at .text+0x${offset.toString(16)} is a relocation`, {
    notes: [
      'tc takes every relocated call for one of a program, and shifts it; write LOWER(calls: copy) in the script',
    ],
  });

/** TC-019 */
export const functionAddressTaken = (fn: string, at: Places): Diagnostic =>
  error('TC-019', `the address of function '${fn}' is taken, which tc's loader cannot fill in`, {
    at,
    notes: [
      'helpers that call back (bpf_loop, bpf_for_each_map_elem, bpf_timer_set_callback) are out of reach under tc; use a bounded loop',
    ],
  });

/** TC-021 */
export const noTailCallMap = (section: string, id: number): Diagnostic =>
  warning(
    'TC-021',
    `tail-call section '${section}': no map has the id ${id}, so tc skips the program`,
    {
      notes: [`set .id = ${id} in the program array`],
    },
  );

/** TC-021 */
export const tailCallOutOfBounds = (
  section: string,
  key: number,
  map: string,
  max: number,
): Diagnostic =>
  error(
    'TC-021',
    `tail-call section '${section}': map '${map}' has ${max} entries, so ${key} is out of bounds`,
    {
      notes: [`tc says: "Tail call key ${key} for map M out of bounds?"; raise max_elem`],
    },
  );

/** TC-021 */
export const tailCallNotProgArray = (section: string, map: string): Diagnostic =>
  error('TC-021', `tail-call section '${section}': map '${map}' is not a program array`);

/** TC-023 */
export const featureOfSectionName = (section: string, what: string): Diagnostic =>
  warning('TC-023', `section '${section}': tc sets no program flags, so ${what} has no effect`);
