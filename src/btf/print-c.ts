/** Types as C, as `bpftool btf dump ... format c` prints them. */
import { printDefinitions } from './print/definitions.ts';
import type { Btf } from './types.ts';

export { printType } from './print/messages.ts';

/**
 * Definitions of all types (or of `roots` and what they need) as C that compiles, for `btf` that is valid.
 * Functions, variables and sections are no definitions: `printType` shows them. Two types of one name are
 * told apart by a suffix, `foo___2`; names that C cannot write are made such that it can.
 */
export function printTypes(btf: Btf, roots?: Iterable<number>): string {
  return printDefinitions(btf, roots);
}

/**
 * A header file with all types, to be included as `vmlinux.h` is: once, and with CO-RE relocations for
 * accesses to its structs unless BPF_NO_PRESERVE_ACCESS_INDEX is defined.
 */
export function printHeader(btf: Btf): string {
  return `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

${printDefinitions(btf)}#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
`;
}
