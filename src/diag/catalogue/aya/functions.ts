/** Rules of aya's loader about functions in `.text`. */
import { type Diagnostic, error } from '../../diagnostic.ts';
import { ayaSays, linkRemedy, type Places } from './quotes.ts';

interface Section {
  readonly index: number;
  readonly name: string;
}

/** An address as aya prints it. */
function upper(address: number): string {
  return `0x${address.toString(16).toUpperCase()}`;
}

/** AYA-010 */
export const sameAddress = (
  names: readonly string[],
  { index, name }: Section,
  address: number,
  at: Places,
): Diagnostic =>
  error(
    'AYA-010',
    `${names.map((one) => `'${one}'`).join(' and ')} stand at one address of section '${name}'`,
    {
      at,
      notes: [
        ayaSays(
          `two or more symbols in section \`${index}\` have the same address ${upper(address)}`,
        ),
        'write a function for each name, instead of an alias',
      ],
    },
  );

/** AYA-011 */
export const bytesOfNoFunction = (
  { index, name }: Section,
  offset: number,
  before: string | undefined,
  at: Places,
): Diagnostic =>
  error(
    'AYA-011',
    `byte ${offset} of section '${name}'${before === undefined ? '' : `, where '${before}' ends,`} belongs to no function`,
    {
      at,
      notes: [
        ayaSays(`unknown symbol in section \`${index}\` at address ${upper(offset)}`),
        `${linkRemedy}, which leaves no gaps; keep the symbols of static functions (no llvm-strip -x)`,
      ],
    },
  );

/** AYA-011 */
export const functionWithoutSize = (
  fn: string,
  index: number,
  section: string,
  at: Places,
): Diagnostic =>
  error('AYA-011', `'${fn}' in section '${section}' has no size`, {
    at,
    notes: [
      ayaSays(`invalid symbol, index \`${index}\` name: ${fn}`),
      'in assembly write .size NAME, . - NAME',
    ],
  });

/** AYA-011 */
export const functionSize = (fn: string, section: string, size: number, at: Places): Diagnostic =>
  error('AYA-011', `'${fn}' in section '${section}' has ${size} bytes, no whole instructions`, {
    at,
    notes: [ayaSays('invalid program code'), 'build the object again'],
  });
