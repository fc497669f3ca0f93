/** LIBBPF-016 and LIBBPF-017: struct_ops, the arena, jump tables, CO-RE. */
import { type Diagnostic, error, type Location, warning } from '../../diagnostic.ts';
import { says } from './says.ts';

type Places = readonly Location[];

/** LIBBPF-016 */
export const badStructOps = (
  what: string,
  quoted: string,
  remedy: string | undefined,
  at: Places,
): Diagnostic => error('LIBBPF-016', what, { at, notes: [says(quoted), remedy] });

/** LIBBPF-016 */
export const structOpsUnused = (program: string, at: Places): Diagnostic =>
  warning('LIBBPF-016', `no .struct_ops variable refers to the program '${program}'`, {
    at,
    notes: [
      says(
        `prog '${program}': SEC("struct_ops") program isn't referenced anywhere, did you forget to use it?`,
      ),
      'let a variable in SEC(".struct_ops.link") refer to it, or link the object that has it',
    ],
  });

/** LIBBPF-016 */
export const noArena = (at: Places): Diagnostic =>
  warning('LIBBPF-016', 'variables of the arena (.addr_space.1), and no map of type ARENA', {
    at,
    notes: [
      says("prog 'NAME': bad arena data relocation at insn N, no arena maps defined"),
      'define the arena in SEC(".maps"), or link the object that does',
    ],
  });

/** LIBBPF-016 */
export const severalArenas = (first: string, second: string, at: Places): Diagnostic =>
  error('LIBBPF-016', `two maps of type ARENA: '${first}' and '${second}'`, {
    at,
    notes: [
      says(`map '${second}': only single ARENA map is supported (map '${first}' is also ARENA)`),
    ],
  });

/** LIBBPF-016 */
export const badJumpTable = (name: string, offset: number, size: number, at: Places): Diagnostic =>
  error(
    'LIBBPF-016',
    `the jump table '${name}' is ${size} bytes at ${offset}, no entries of 8 bytes`,
    { at, notes: [says("map '.jumptables': jumptable size N should be multiple of 8")] },
  );

/** LIBBPF-017 */
export const unknownCoreRelocation = (kind: number, last: number, at: Places): Diagnostic =>
  error('LIBBPF-017', `CO-RE relocation of the unknown kind ${kind}`, {
    at,
    notes: [
      `libbpf knows 0 to ${last}: load the object with a newer one, or compile it with an older compiler`,
    ],
  });

/** LIBBPF-017 */
export const coreAtInstruction = (opcode: number, inside: string, at: Places): Diagnostic =>
  error(
    'LIBBPF-017',
    `CO-RE relocation at opcode 0x${opcode.toString(16).padStart(2, '0')}, which has no place for its value`,
    { at, notes: [says(`prog '${inside}': relo #N: failed to patch insn #M`)] },
  );
