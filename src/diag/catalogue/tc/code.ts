/** TC-010, TC-015 to TC-018: which code becomes a program, and its calls. */
import { type Diagnostic, error, type Location } from '../../diagnostic.ts';
import { kernelSays, tcSays } from './says.ts';

type Places = readonly Location[];

const copyCalls = 'link the object with tc.ld: LOWER(calls: copy) leaves no .text';

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
        kernelSays('unreachable insn'),
        'tc loads a whole section as one program; give each program a section name of its own',
      ],
    },
  );

/** TC-010 */
export const unreachableCode = (section: string, slot: number, at: Places): Diagnostic =>
  error('TC-010', `code of section '${section}' that its first instruction does not lead to`, {
    at,
    notes: [
      kernelSays(`unreachable insn ${slot}`),
      'tc loads a whole section as one program; remove the code, or give it a section of its own',
    ],
  });

/** TC-010 */
export const leavesCode = (section: string, slot: number, at: Places): Diagnostic =>
  error('TC-010', `instruction ${slot} of section '${section}' leads out of the section`, {
    at,
    notes: ['what it jumps to or calls has to stand in the same section, or in .text'],
  });

/** TC-015 */
export const textWithoutRelocations = (): Diagnostic =>
  error('TC-015', "the section '.text' has code and no relocations", {
    notes: [tcSays('Error fetching program/map!'), copyCalls],
  });

/** TC-016; `reached` is what is called in its place. */
export const callForm = (callee: string, reached: string | undefined, at: Places): Diagnostic =>
  error(
    'TC-016',
    reached === undefined
      ? `tc sends the call of '${callee}' to where no function begins`
      : `tc sends the call of '${callee}' to '${reached}'`,
    {
      at,
      notes: [
        'it ignores the value of the symbol, so that a call is right by the symbol of .text alone, and says nothing',
        copyCalls,
      ],
    },
  );

/** TC-016 */
export const relocatedHelper = (symbol: string, at: Places): Diagnostic =>
  error('TC-016', `relocation against '${symbol}' at a call that is not one of a subprogram`, {
    at,
    notes: [
      'tc changes the number of the helper all the same; a call of a function has 1 as its source register',
    ],
  });

/** TC-017 */
export const unreachedText = (fn: string, program: string, at: Places): Diagnostic =>
  error('TC-017', `'${fn}' is in .text, and program '${program}' does not reach it`, {
    at,
    notes: [
      kernelSays('unreachable insn'),
      'tc appends all of .text to each program that calls into it',
      copyCalls,
    ],
  });

/** TC-018 */
export const relocatedCallInText = (callee: string, at: Places): Diagnostic =>
  error('TC-018', `the call of '${callee}' in .text is a relocation`, {
    at,
    notes: [
      'tc takes every relocated call for one of a program: it appends .text to itself, and shifts the call; the kernel refuses what comes of it',
      copyCalls,
    ],
  });
