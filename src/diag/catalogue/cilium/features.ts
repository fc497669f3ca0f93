/** CILIUM-018: what libbpf sees to, or the kernel allows where a map and a program have one BTF. */
import { type Diagnostic, error, type Location, quote, warning } from '../../diagnostic.ts';

type Places = readonly Location[];

const says = quote('the kernel');

/** CILIUM-018; the application may still give it a size. */
export const ringSize = (map: string, size: bigint, at: Places): Diagnostic =>
  warning(
    'CILIUM-018',
    `the ring buffer '${map}' has ${size} bytes, and cilium/ebpf does not round up to pages as libbpf does`,
    {
      at,
      notes: [
        says(`map create: invalid argument (ring map size ${size} not a multiple of page size N)`),
        'give it a power of two of at least 4096, 65536 where pages are as large',
      ],
    },
  );

/** CILIUM-018 */
export const arena = (map: string, at: Places): Diagnostic =>
  error('CILIUM-018', `the map '${map}' is an arena, which cilium/ebpf does not know`, {
    at,
    notes: [
      says("arena's user address must be set via map_extra or mmap()"),
      'addresses of the arena are converted by instructions that it writes wrongly; load the object with libbpf',
    ],
  });

/** CILIUM-018 */
export const exceptionCallback = (program: string, callback: string, at: Places): Diagnostic =>
  error(
    'CILIUM-018',
    `'${program}' has the exception callback '${callback}', which cilium/ebpf does not load with it`,
    {
      at,
      notes: [
        says(`exception callback '${callback}' could not be found in BTF`),
        'do without `__exception_cb`, or load the object with libbpf',
      ],
    },
  );

/** CILIUM-018; `place` is a map or section, `element` the type of what is in the list or tree. */
export const graphRoot = (place: string, element: string, tag: string, at: Places): Diagnostic =>
  error(
    'CILIUM-018',
    `'${place}' has a list or tree of '${element}', a type that cilium/ebpf leaves out of the types of the map`,
    {
      at,
      notes: [
        says(`load BTF: load btf: no such file or directory: [N] ...`),
        `the kernel looks for '${element}' in the map's own types, because of the tag "${tag}"; load the object with libbpf`,
      ],
    },
  );

/** CILIUM-018 */
export const ownPointer = (place: string, type: string, at: Places): Diagnostic =>
  error(
    'CILIUM-018',
    `'${place}' has a __kptr to '${type}', a type of the program's own, which the map and the program have each in their own types`,
    {
      at,
      notes: [
        says(`invalid kptr access, R2 type=ptr_${type} expected=ptr_${type}`),
        'cilium/ebpf loads types apart for each map and program; load the object with libbpf',
      ],
    },
  );

/** CILIUM-018; `variable` is one that applications set. */
export const fieldBesideVariable = (
  section: string,
  field: string,
  variable: string,
  at: Places,
): Diagnostic =>
  error(
    'CILIUM-018',
    `section '${section}' has a ${field} beside the global variable '${variable}', and the kernel maps no such section into memory`,
    {
      at,
      notes: [
        says(
          `variable ${variable}: getting memory for map ${section}: creating new Memory: setting up memory-mapped region: errno 524`,
        ),
        'make the variable static or hidden, or put what the kernel keeps into a section `.data.NAME` of its own',
      ],
    },
  );
