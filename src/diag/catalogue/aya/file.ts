/** Rules of aya's loader about the file as a whole. */
import { type Diagnostic, error } from '../../diagnostic.ts';
import { ayaSays, linkRemedy, list } from './quotes.ts';

/** AYA-003 */
export const relocationWithoutSymbol = (
  section: string,
  offset: number,
  isDebug: boolean,
): Diagnostic =>
  error('AYA-003', `the relocation of '${section}' at byte ${offset} names no symbol`, {
    notes: [
      ayaSays('unsupported relocation target'),
      isDebug ? 'remove debug information: llvm-strip -g' : linkRemedy,
    ],
  });

/** AYA-004 */
export const symbolNameEncoding = (name: string): Diagnostic =>
  error('AYA-004', `the name of the symbol '${name}' is no UTF-8`, {
    notes: [ayaSays('BTF error: Unable to get symbol name'), 'rename the symbol'],
  });

const licenseRemedy = 'write: char _license[] SEC("license") = "GPL"; in one file only';

/** AYA-030 */
export const licenseTooShort = (bytes: Uint8Array): Diagnostic =>
  error('AYA-030', `section 'license' has ${bytes.length} bytes, too few for a license`, {
    notes: [ayaSays(`invalid license \`${list(bytes)}\``), licenseRemedy],
  });

/** AYA-030 */
export const licenseWithoutNul = (bytes: Uint8Array): Diagnostic =>
  error('AYA-030', "section 'license' does not end in NUL", {
    notes: [ayaSays(`invalid license \`${list(bytes)}\`: missing NULL terminator`), licenseRemedy],
  });

/** AYA-030 */
export const licenseWithNul = (bytes: Uint8Array): Diagnostic =>
  error('AYA-030', "section 'license' has more than one string", {
    notes: [ayaSays(`invalid license \`${list(bytes)}\``), licenseRemedy],
  });

/** AYA-031 */
export const versionSize = (bytes: Uint8Array): Diagnostic =>
  error('AYA-031', `section 'version' has ${bytes.length} bytes, not 4`, {
    notes: [
      ayaSays(`invalid kernel version \`${list(bytes)}\``),
      'no kernel since 5.0 asks for it: remove it',
    ],
  });

/** AYA-041 */
export const sameDataSections = (name: string): Diagnostic =>
  error('AYA-041', `several sections '${name}', of which aya keeps the last`, {
    notes: [ayaSays('section `N` not found, referenced by symbol `NAME` #M'), linkRemedy],
  });

/** AYA-041 */
export const sameCodeSections = (name: string): Diagnostic =>
  error('AYA-041', `several sections of code '${name}', whose records aya cannot tell apart`, {
    notes: [
      'aya looks for functions, lines and CO-RE by the names of sections, so it takes those of another section',
      linkRemedy,
    ],
  });

/** AYA-042; `hasTypes`: aya itself refuses types of the other order. */
export const otherByteOrder = (object: string, host: string, hasTypes: boolean): Diagnostic =>
  error('AYA-042', `the object is ${object}-endian, and the machine ${host}-endian`, {
    notes: [
      hasTypes
        ? ayaSays('BTF error: error parsing BTF header')
        : 'aya gives the instructions to the kernel as they are, which takes them for others',
      `compile for bpf${host === 'little' ? 'el' : 'eb'}`,
    ],
  });
