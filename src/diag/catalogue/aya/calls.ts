/** Rules of aya's loader about calls, and addresses of functions. */
import { type Diagnostic, error, warning } from '../../diagnostic.ts';
import { ayaSays, hex, linkRemedy, type Places } from './quotes.ts';

interface Named {
  readonly name: string;
  readonly section: string;
}

/** AYA-012: `lost` is what is called, `kept` what the call goes to. */
export const sameAddressElsewhere = (
  kept: Named,
  lost: Named,
  { program, address }: { readonly program: string; readonly address: number },
  at: Places,
): Diagnostic =>
  error(
    'AYA-012',
    `in '${program}' calls of '${lost.name}' (${lost.section}+${hex(address)}) go to '${kept.name}' (${kept.section}+${hex(address)})`,
    {
      at,
      notes: [
        'aya 0.3 tells functions apart by their addresses alone, and says nothing',
        `${linkRemedy}, which puts all functions into one .text`,
      ],
    },
  );

/** AYA-013; `calls`: the program that is called, or whose address is taken, calls others itself. */
export const useOfProgram = (
  callee: string,
  caller: string,
  { isCall, calls }: { readonly isCall: boolean; readonly calls: boolean },
  at: Places,
): Diagnostic => {
  const verb = isCall ? 'calls' : 'takes the address of';
  return (calls ? error : warning)(
    'AYA-013',
    `'${caller}' ${verb} '${callee}', which is a program`,
    {
      at,
      notes: [
        calls
          ? 'aya appends it before or after its own calls are relocated, as chance has it, and says nothing'
          : 'aya appends a copy of it, which works as long as it calls no function itself',
        'move what both do into a function without SEC()',
      ],
    },
  );
};

/** AYA-014 */
export const undefinedFunction = (name: string, caller: string, at: Places): Diagnostic =>
  error('AYA-014', `'${caller}' refers to '${name}', a function that is defined nowhere`, {
    at,
    notes: [
      ayaSays('called `Option::unwrap()` on a `None` value'),
      'aya panics; link the object that defines the function',
    ],
  });

/** AYA-014 */
export const unfitSymbol = (
  name: string,
  caller: string,
  why: 'symbol' | 'relocation',
  at: Places,
): Diagnostic =>
  error(
    'AYA-014',
    why === 'symbol'
      ? `'${caller}' refers to code by '${name}', which is neither a function nor a section`
      : `'${caller}' refers to '${name}' by a relocation that aya does not know`,
    {
      at,
      notes: [
        ayaSays('not yet implemented: ... for kind=...'),
        `aya panics; in assembly write .type NAME, @function; or ${linkRemedy}`,
      ],
    },
  );

/** AYA-015 */
export const noFunctionThere = (
  caller: string,
  section: string,
  address: number,
  at: Places,
): Diagnostic =>
  error('AYA-015', `'${caller}' refers to ${section}+${hex(address)}, where no function begins`, {
    at,
    notes: [
      ayaSays(`function ${hex(address)} not found while relocating \`${caller}\``),
      'a call leads to the start of a function that has a symbol of type FUNC',
    ],
  });

/** AYA-015 */
export const addendOfFunction = (
  callee: string,
  caller: string,
  addend: number,
  at: Places,
): Diagnostic =>
  error('AYA-015', `'${caller}' refers to ${addend} bytes behind the start of '${callee}'`, {
    at,
    notes: ['aya goes to the start, and says nothing', linkRemedy],
  });

/** AYA-016 */
export const callForm = (
  name: string,
  caller: string,
  {
    opcode,
    src,
    dst,
    off,
  }: {
    readonly opcode: number;
    readonly src: number;
    readonly dst: number;
    readonly off: number;
  },
  at: Places,
): Diagnostic =>
  error(
    'AYA-016',
    `'${caller}' refers to ${name === '' ? 'a function' : `'${name}'`} by opcode 0x${opcode.toString(16).padStart(2, '0')} (src ${src}, dst ${dst}, off ${off}), no call of a function to aya`,
    {
      at,
      notes: [
        ayaSays('the BPF_PROG_LOAD syscall returned Invalid argument (os error 22)'),
        'a call is 0x85 with src 1, dst 0 and off 0; build the object again',
      ],
    },
  );
