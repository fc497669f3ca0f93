/** Rules of aya's loader about references of code to maps and data. */
import { type Diagnostic, error } from '../../diagnostic.ts';
import { undefinedRemedy } from '../symbols.ts';
import { ayaSays, kernelSays, linkRemedy, type Places } from './quotes.ts';

/** AYA-002 */
export const addendOfRela = (
  section: string,
  symbol: string,
  addend: number,
  at: Places,
): Diagnostic =>
  error(
    'AYA-002',
    `relocations of '${section}' are RELA: aya does not read their addends (${addend} behind '${symbol}')`,
    { at, notes: [`aya says nothing; ${linkRemedy}, which writes REL`] },
  );

/** AYA-017 */
export const misplacedRelocation = (inside: string, offset: number, at: Places): Diagnostic =>
  error('AYA-017', `the relocation at byte ${offset} is inside an instruction of '${inside}'`, {
    at,
    notes: [
      ayaSays(
        `error relocating \`${inside}\`: invalid offset \`${offset}\` applying relocation #N`,
      ),
      'build the object again',
    ],
  });

/** AYA-017 */
export const severalRelocations = (section: string, offset: number, at: Places): Diagnostic =>
  error(
    'AYA-017',
    `several relocations at byte ${offset} of '${section}', of which aya takes the last`,
    { at, notes: ['build the object again'] },
  );

/** AYA-018; `isLast`: there is no further instruction to write into. */
export const notALoad = (
  symbol: string,
  opcode: number,
  inside: string,
  isLast: boolean,
  at: Places,
): Diagnostic =>
  error(
    'AYA-018',
    `'${inside}' refers to '${symbol}' at opcode 0x${opcode.toString(16).padStart(2, '0')}, which is no whole ld_imm64`,
    {
      at,
      notes: [
        isLast
          ? ayaSays('index out of bounds: the len is N but the index is N')
          : kernelSays('BPF_MOV uses reserved fields'),
        'aya writes a map into this instruction and the next; refer to data by `rN = symbol ll`',
      ],
    },
  );

/** AYA-019 */
export const unknownTarget = (
  symbol: string,
  symbolIndex: number,
  section: { readonly index: number; readonly name: string },
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'AYA-019',
    `'${inside}' refers to '${symbol}' in section '${section.name}', no data to aya`,
    {
      at,
      notes: [
        ayaSays(
          `error relocating \`${inside}\`: section \`${section.index}\` not found, referenced by symbol \`NAME\` #${symbolIndex}`,
        ),
        `put it into .data, .rodata or .bss; in a script: .rodata : { *(${section.name}) }`,
      ],
    },
  );

/** AYA-021 */
export const mapBySection = (
  symbol: string,
  section: string,
  inside: string,
  at: Places,
): Diagnostic =>
  error(
    'AYA-021',
    `'${inside}' refers to '${symbol}' in '${section}', not to a map by its own symbol`,
    {
      at,
      notes: [
        ayaSays('assertion `left == right` failed'),
        `a debug build of aya panics, others take any map of the section; ${linkRemedy}`,
      ],
    },
  );

/** AYA-021 */
export const mapWithOffset = (
  map: string,
  offset: number,
  inside: string,
  at: Places,
): Diagnostic =>
  error('AYA-021', `'${inside}' refers to ${offset} bytes behind the map '${map}'`, {
    at,
    notes: ['aya takes the map itself, and says nothing', 'refer to the map by its own symbol'],
  });

/** AYA-028; `looksForIt`: aya takes it for something of the kernel's. */
export const specialSymbol = (
  symbol: string,
  kind: 'common' | 'absolute',
  inside: string,
  looksForIt: boolean,
  at: Places,
): Diagnostic =>
  error('AYA-028', `'${inside}' refers to the ${kind} symbol '${symbol}'`, {
    at,
    notes: [
      looksForIt
        ? ayaSays(`error relocating \`${inside}\`: extern \`${symbol}\` not found`)
        : 'aya leaves the reference as it is, mostly 0, and says nothing',
      kind === 'common'
        ? 'link the object, which places it in .bss, or compile with -fno-common'
        : 'link the object: bpfld puts the value into the instruction',
    ],
  });

/** AYA-029: aya 0.3. `call` is the byte of a call of it, which aya takes for a call of itself. */
export const externUnknown = (
  symbol: string,
  inside: string,
  call: number | undefined,
  at: Places,
): Diagnostic =>
  error('AYA-029', `undefined symbol: ${symbol} (in '${inside}'); aya 0.3 has no externs`, {
    at,
    notes: [
      unresolved(inside, call),
      undefinedRemedy(symbol),
      'aya 0.15 and newer look for what is declared with __ksym in the kernel',
    ],
  });

/** AYA-029: newer ayas, which do as 0.3 does where there are no types. `call` as there. */
export const externNotListed = (
  symbol: string,
  inside: string,
  hasTypes: boolean,
  call: number | undefined,
  at: Places,
): Diagnostic =>
  error('AYA-029', `undefined symbol: ${symbol} (in '${inside}'), which is not listed in .ksyms`, {
    at,
    notes: [
      hasTypes
        ? ayaSays(`error relocating \`${inside}\`: extern \`${symbol}\` not found`)
        : unresolved(inside, call),
      undefinedRemedy(symbol),
      'a function or variable of the kernel is declared with __ksym, and compiled with -g',
    ],
  });

/** What becomes of a reference that aya knows nothing of. */
function unresolved(inside: string, call: number | undefined): string | ReturnType<typeof ayaSays> {
  return call === undefined
    ? 'aya leaves the reference 0, and says nothing'
    : ayaSays(`function 0x${call.toString(16)} not found while relocating \`${inside}\``);
}
