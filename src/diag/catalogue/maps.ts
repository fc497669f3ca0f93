/** Maps that are turned from one kind of definition into the other, and what that other cannot say. */
import { type Diagnostic, error, type Location, quote, warning } from '../diagnostic.ts';

type Places = readonly Location[];

const libbpfSays = quote('libbpf');
const kernelSays = quote('the kernel');

/** `'a', 'b'` */
function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

/** MAP-001 */
export const undescribed = (map: string, why: string, at: Places): Diagnostic =>
  error('MAP-001', `map '${map}' cannot be converted: ${why}`, {
    at,
    notes: ['what is in .maps has a meaning by its types alone: compile with -g, for clang'],
  });

/** MAP-002; `fault` follows the map's name. */
export const badDefinition = (map: string, fault: string, at: Places): Diagnostic =>
  error('MAP-002', `map '${map}' ${fault}`, {
    at,
    notes: ['correct the definition; libbpf refuses it too'],
  });

/** MAP-003; `attribute` with its value. */
export const unsayable = (map: string, attribute: string, why: string, at: Places): Diagnostic =>
  error('MAP-003', `map '${map}' has ${attribute}, for which struct bpf_elf_map has no field`, {
    at,
    notes: [
      why,
      'remove it, create the map in user space and pin it, or load with libbpf (--profile libbpf)',
    ],
  });

/** MAP-004; `what` follows "is" or "has". */
export const needsTypes = (map: string, what: string, at: Places): Diagnostic =>
  error('MAP-004', `map '${map}' ${what}`, {
    at,
    notes: [
      kernelSays("map 'M' has to have BTF in order to use bpf_spin_lock"),
      'a map of the section maps has no types; load with libbpf (--profile libbpf)',
    ],
  });

/** MAP-005 */
export const entriesChosen = (map: string, entries: number, at: Places): Diagnostic =>
  warning('MAP-005', `perf event array '${map}' has no max_entries; it gets ${entries}`, {
    at,
    notes: [
      'libbpf would take the number of CPUs of the machine that it runs on',
      'give a number of your own: __uint(max_entries, NUMBER_OF_CPUS)',
    ],
  });

/** MAP-006 */
export const innerMapTwice = (
  inner: string,
  outer: string,
  other: string,
  at: Places,
): Diagnostic =>
  error('MAP-006', `map '${inner}' stands in a slot of '${outer}' and in another of '${other}'`, {
    at,
    notes: [
      'struct bpf_elf_map has one inner_idx: a map can be put into one slot, or into the same slot of outer maps whose slots are all the same',
      'put the map into the further slots from user space, or load with libbpf (--profile libbpf)',
    ],
  });

/** MAP-007; `fault` follows the target's name. */
export const badSlot = (map: string, target: string, fault: string, at: Places): Diagnostic =>
  error('MAP-007', `map '${map}' has a slot with '${target}', ${fault}`, {
    at,
    notes: [
      'slots of program arrays take programs, those of maps of maps the maps of .maps sections',
    ],
  });

/** MAP-008 */
export const slotsNeedSections = (map: string, at: Places): Diagnostic =>
  error('MAP-008', `program array '${map}' has programs in its slots, which need sections`, {
    at,
    notes: [
      'tc puts the program of a section ID/KEY into slot KEY of the array with that id',
      'write LOWER(calls: copy) in the script: then each slot gets a section with its program',
    ],
  });

/** MAP-009; `fault` follows the map's name. */
export const notADefinition = (map: string, fault: string, at: Places): Diagnostic =>
  error('MAP-009', `map '${map}' ${fault}`, {
    at,
    notes: [
      'use struct bpf_elf_map: nine 32-bit fields, type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx, of which the last may be left out',
    ],
  });

/** MAP-009 */
export const bytesWithoutMap = (section: string, at: Places): Diagnostic =>
  error('MAP-009', `bytes of '${section}' belong to no map: no symbol is at them`, {
    at,
    notes: ['give each map one variable'],
  });

/** MAP-010 */
export const unsayablePinning = (map: string, pinning: number, at: Places): Diagnostic =>
  error('MAP-010', `map '${map}' asks for pinning ${pinning}, which .maps cannot say`, {
    at,
    notes: [
      libbpfSays(`map 'M': invalid pinning value ${pinning}.`),
      pinning === 1
        ? 'PIN_OBJECT_NS pins under a hash of the object, so that several loads of one object share the map; libbpf only knows pins by name'
        : 'the number is an entry of /etc/iproute2/bpf_pinning, which only tc reads',
      pinning === 1
        ? "aya's PinningType::ByName is 1 too, but only to aya: link with --profile aya, which leaves maps as they are"
        : undefined,
      'use PIN_GLOBAL_NS (2), which becomes LIBBPF_PIN_BY_NAME, or no pinning (0)',
    ],
  });

/** MAP-011; `fault` follows the map's name. */
export const badInnerMap = (map: string, fault: string, remedy: string, at: Places): Diagnostic =>
  error('MAP-011', `map of maps '${map}' ${fault}`, { at, notes: [remedy] });

/** MAP-012; `fault` follows the section's name. */
export const badTailSection = (section: string, fault: string, at: Places): Diagnostic =>
  error('MAP-012', `section '${section}' ${fault}`, {
    at,
    notes: ['a section ID/KEY holds the program of slot KEY of the program array with that id'],
  });

/** MAP-013 */
export const tailsOfManyTypes = (
  tails: readonly string[],
  programs: readonly string[],
  at: Places,
): Diagnostic =>
  error(
    'MAP-013',
    `the programs of ${quoted(tails)} may be of any of the types of ${quoted(programs)}`,
    {
      at,
      notes: [
        'tc loads them as what it loads the program as that is asked for; libbpf goes by the name of the section',
        `say in the script where they go, for example: ${programs[0]} : { *(${programs[0]} ${tails[0]}) }`,
      ],
    },
  );

/** MAP-014 */
export const insideMap = (map: string, offset: number, at: Places): Diagnostic =>
  error('MAP-014', `reference to byte ${offset} of map '${map}'`, {
    at,
    notes: [
      'a program can name a map, not a field of its definition, which is not there after the conversion',
      'refer to the map; keep numbers that the program needs in constants',
    ],
  });

/** MAP-015 */
export const pinnedTwice = (map: string, renamed: string, at: Places): Diagnostic =>
  error('MAP-015', `map '${map}' is pinned, and another map has its name`, {
    at,
    notes: [
      `it is local, and would be called '${renamed}' and be pinned under that name`,
      'give the two maps different names; if they are to be one, define it in one file and declare it `extern` in the other',
    ],
  });

/** MAP-016; `user` is what goes by the number, `candidates` are maps that it may mean. */
export const ambiguousId = (
  user: string,
  id: number,
  candidates: readonly { readonly map: string; readonly file: string }[],
  at: Places,
): Diagnostic => {
  const maps = candidates.map(({ map, file }) => `'${map}' of ${file}`).join(' or ');
  return error('MAP-016', `${user} goes by the id ${id}, which may mean ${maps}`, {
    at,
    notes: [
      'ids are private to an object; this one has no map with the id, and those of others cannot be one',
      'give maps of different files different ids, or put the map and what goes by its id into one file',
    ],
  });
};
