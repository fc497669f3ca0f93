/** LIBBPF-001, LIBBPF-009 and LIBBPF-015: the file, and what libbpf reads before programs. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { says } from './says.ts';

type Places = readonly Location[];

/** LIBBPF-001 */
export const noSymbolTable = (): Diagnostic =>
  error('LIBBPF-001', 'the object has no symbol table', {
    notes: [
      says("couldn't find symbol table in FILE, stripped object file?"),
      'to remove debug sections only, use llvm-strip -g',
    ],
  });

/** LIBBPF-009; `definition` is the same map as libbpf wants it. */
export const legacyMaps = (
  maps: readonly { readonly name: string; readonly definition: string; readonly at: Places }[],
): Diagnostic =>
  error(
    'LIBBPF-009',
    `section 'maps'${maps.length === 0 ? '' : ` (${maps.map(({ name }) => `'${name}'`).join(', ')})`}: libbpf refuses map definitions of this kind`,
    {
      at: maps.flatMap(({ at }) => at),
      notes: [
        says("elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+"),
        ...maps.map(({ definition }) => `write: ${definition}`),
        'for a loader that reads this section, link with its profile: --profile tc, or generic',
      ],
    },
  );

/** LIBBPF-009 */
export const btfNeeded = (section: string, fault: string | undefined): Diagnostic =>
  error(
    'LIBBPF-009',
    fault === undefined
      ? `'${section}' needs BTF, and the object has none`
      : `'${section}' needs BTF, and that of the object is ill-formed: ${fault}`,
    {
      notes: [
        says('BTF is required, but is missing or corrupted.'),
        'compile with -g (GCC: -gbtf)',
      ],
    },
  );

/** LIBBPF-009 */
export const btfUnreadable = (fault: string): Diagnostic =>
  warning('LIBBPF-009', `ill-formed BTF: ${fault}`, {
    notes: [says('Error loading ELF section .BTF: ERROR'), 'it goes on without any types'],
  });

/** LIBBPF-015 */
export const badVersion = (size: number, bytes: boolean): Diagnostic =>
  error(
    'LIBBPF-015',
    bytes ? `section 'version' has ${size} bytes, not 4` : "section 'version' has no bytes",
    { notes: [says('invalid kver section in FILE'), 'no kernel since 5.0 asks for it: remove it'] },
  );

/** LIBBPF-015 */
export const badLicense = (): Diagnostic =>
  error('LIBBPF-015', "section 'license' has no bytes", {
    notes: [
      says('invalid license section in FILE'),
      'write: char _license[] SEC("license") = "GPL";',
    ],
  });

/** LIBBPF-001 */
export const otherByteOrder = (
  object: 'big' | 'little',
  host: 'big' | 'little',
  atOpen: boolean,
): Diagnostic =>
  error(
    'LIBBPF-001',
    `the object is ${object}-endian, and the machine that loads it ${host}-endian`,
    {
      notes: [
        atOpen
          ? says('elf: endianness mismatch in FILE.')
          : says("object 'NAME': loading non-native endianness is unsupported"),
        `compile with -target ${host === 'little' ? 'bpfel' : 'bpfeb'}`,
      ],
    },
  );

/** LIBBPF-009, before 1.0 */
export const oldMapsUneven = (size: number, symbols: number, at: Places): Diagnostic =>
  error('LIBBPF-009', `'maps' has ${size} bytes and ${symbols} symbols, no whole definitions`, {
    at,
    notes: [
      says('elf: unable to determine legacy map definition size in FILE'),
      'one structure for all maps, and each map one variable',
    ],
  });

/** LIBBPF-009, before 1.0 */
export const oldMapStatic = (map: string, at: Places): Diagnostic =>
  error('LIBBPF-009', `map '${map}' is static`, {
    at,
    notes: [says(`map '${map}' (legacy): static maps are not supported`), 'remove `static`'],
  });

/** LIBBPF-009, before 1.0 */
export const oldMapTooSmall = (map: string, at: Places): Diagnostic =>
  error('LIBBPF-009', `map '${map}' is shorter than the other definitions`, {
    at,
    notes: [says(`corrupted maps section in FILE: last map "${map}" too small`)],
  });

/** LIBBPF-009, before 1.0 */
export const oldMapOptions = (map: string, at: Places): Diagnostic =>
  error('LIBBPF-009', `map '${map}' has more fields than struct bpf_map_def, and not all are 0`, {
    at,
    notes: [
      says(`maps section in FILE: "${map}" has unrecognized, non-zero options`),
      'id, pinning, inner_id and inner_idx are for tc; write the map for SEC(".maps")',
    ],
  });
