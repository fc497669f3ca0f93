/** TC-006, TC-011 to TC-014, TC-019: relocations. */
import { type Diagnostic, error, type Location } from '../../diagnostic.ts';
import { kernelSays, tcSays } from './says.ts';

type Places = readonly Location[];

/** TC-006; `taken` is the map that tc takes for it. */
export const wrongMap = (map: string, taken: string | undefined, at: Places): Diagnostic =>
  error(
    'TC-006',
    taken === undefined
      ? `the reference to '${map}' leads to none of tc's maps`
      : `tc takes the reference to '${map}' for one to '${taken}'`,
    {
      at,
      notes: [
        taken === undefined
          ? tcSays('Error fetching program/map!')
          : 'tc goes by the value of the symbol and ignores what the instruction adds to it; it says nothing',
        'refer to the map by its own symbol: link the object',
      ],
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

/** TC-006 */
export const mapAtOtherInstruction = (map: string, slot: number, at: Places): Diagnostic =>
  error('TC-006', `the reference to map '${map}' is not at a ld_imm64`, {
    at,
    notes: [
      tcSays(`ELF contains relo data for non ld64 instruction at offset ${slot}! Compiler bug?!`),
    ],
  });

/** TC-006 */
export const upperHalf = (map: string, at: Places): Diagnostic =>
  error('TC-006', `the ld_imm64 of map '${map}' has a second immediate, which tc leaves there`, {
    at,
    notes: [
      kernelSays('unrecognized bpf_ld_imm64 insn'),
      'refer to the map without an offset, or link the object',
    ],
  });

/** TC-011 */
export const relaIgnored = (section: string, count: number, called: boolean): Diagnostic =>
  error('TC-011', `the ${count} relocations of '${section}' are RELA, which tc ignores`, {
    notes: [
      called
        ? tcSays('Error fetching program/map!')
        : 'the program is loaded as if it had none, and computes wrong values or is refused',
      'link the object: bpfld writes REL',
    ],
  });

/** TC-011 */
export const secondTable = (section: string, table: string, count: number): Diagnostic =>
  error(
    'TC-011',
    `'${table}' is a second relocation table of '${section}'; tc reads the first only`,
    {
      notes: [
        `its ${count} relocations are not applied, and nothing says so`,
        'link the object: bpfld writes one table for a section',
      ],
    },
  );

/** TC-011 */
export const outsideSection = (section: string, offset: number): Diagnostic =>
  error(
    'TC-011',
    `relocation of '${section}' at 0x${offset.toString(16)}, where no instruction is`,
    { notes: [tcSays('Error fetching program/map!')] },
  );

/** TC-011 */
export const mapInitialised = (map: string, target: string, at: Places): Diagnostic =>
  error('TC-011', `map '${map}' is initialised with '${target}', which tc ignores`, {
    at,
    notes: [
      'the field keeps what stands in the file; name inner maps by id and inner_id, programs by sections ID/KEY',
    ],
  });

/** TC-012 */
export const neverRelocated = (
  section: string,
  symbol: string,
  count: number,
  at: Places,
): Diagnostic =>
  error('TC-012', `'${section}' refers to '${symbol}', but the object has neither maps nor .text`, {
    at,
    notes: [
      `tc then applies no relocation at all (here ${count}): the program loads and computes wrong values`,
      'link the object with tc.ld: constants become part of the code; what is written belongs into a map',
    ],
  });

/** TC-013; `place` is that of the relocation, where tc would name it. */
export const forbiddenTarget = (
  target: string,
  what: string,
  why: string,
  at: Places,
  place?: { readonly entry: number; readonly section: number },
): Diagnostic =>
  error('TC-013', `relocation against ${target}, which tc's loader cannot resolve`, {
    at,
    notes: [
      tcSays(
        `ELF contains non-{map,call} related relo data in entry ${place?.entry ?? 'E'} pointing to section ${place?.section ?? 'S'}! Compiler bug?!`,
      ),
      ...[what, why].filter((line) => line !== ''),
    ],
  });

/** TC-014 */
export const undefinedInOutput = (
  symbol: string,
  effect: 'divides by zero' | 'call of nothing' | { readonly quoted: string },
  at: Places,
): Diagnostic =>
  error('TC-014', `'${symbol}' is undefined`, {
    at,
    notes: [
      ...undefinedNotes(effect),
      `define it: link with the object that does, or --defsym ${symbol}=VALUE`,
    ],
  });

function undefinedNotes(
  effect: Parameters<typeof undefinedInOutput>[1],
): (string | ReturnType<typeof tcSays>)[] {
  switch (effect) {
    case 'divides by zero':
      return ['without maps tc takes it for one, divides by zero and dies of SIGFPE'];
    case 'call of nothing':
      return [
        kernelSays('call to invalid destination'),
        'without .text tc takes it for a function there',
      ];
    default:
      return [tcSays(effect.quoted)];
  }
}

/** TC-019; `slot` is the instruction's, where tc would name it. */
export const functionAddressTaken = (fn: string, at: Places, slot?: number): Diagnostic =>
  error('TC-019', `the address of function '${fn}' is taken, which tc's loader cannot fill in`, {
    at,
    notes: [
      tcSays(
        `ELF contains relo data for non call instruction at offset ${slot ?? 'N'}! Compiler bug?!`,
      ),
      'helpers that call back (bpf_loop, bpf_for_each_map_elem, bpf_timer_set_callback) are out of reach under tc; use a bounded loop',
    ],
  });
