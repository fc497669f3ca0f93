/** LIBBPF-021: types that the kernel refuses. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { says } from './says.ts';

/** What the kernel refuses, and its word for it. */
interface Fault {
  readonly what: string;
  readonly says: string;
}

const remedy = 'link the object with bpfld, which mends such types';

/** LIBBPF-021; `what` needs them. */
export const typesNeeded = (what: string, fault: Fault, at: readonly Location[]): Diagnostic =>
  error('LIBBPF-021', `${what} needs the object's BTF, which the kernel refuses: ${fault.what}`, {
    at,
    notes: [
      says('Error loading .BTF into kernel: ERROR.'),
      `the kernel says: "${fault.says}"`,
      remedy,
    ],
  });

/** LIBBPF-021; nothing needs them. */
export const typesLost = (fault: Fault): Diagnostic =>
  warning('LIBBPF-021', `the kernel refuses the object's BTF: ${fault.what}`, {
    notes: [
      says('Error loading .BTF into kernel: ERROR.'),
      `the kernel says: "${fault.says}"`,
      'libbpf goes on without types, source lines and names of functions',
      remedy,
    ],
  });
