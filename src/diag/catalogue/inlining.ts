/** What `LOWER(calls: inline)` refuses, and trapped functions. Of the family LOWER, like lowering.ts. */
import { didYouMean } from '../../base/nearest.ts';
import { type Diagnostic, error, type Location, warning } from '../diagnostic.ts';

/** LOWER-026 */
export const copiedAndInlined = (at: Location): Diagnostic =>
  error('LOWER-026', 'calls are to be copied and to be inlined', {
    at: [at],
    notes: ['choose one: LOWER(calls: copy) keeps functions, LOWER(calls: inline) leaves none'],
  });

/** LOWER-027 */
export const programTooLong = (
  program: string,
  limit: number,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-027',
    `program '${program}' would have more than ${limit} instructions once its calls are inlined`,
    {
      at,
      notes: [
        'the kernel takes no more; a function that is called often is there as often; use LOWER(calls: copy), which keeps one of each',
      ],
    },
  );

/** LOWER-028 */
export const inlinedBranchTooFar = (
  fn: string,
  program: string,
  distance: number,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-028',
    `a branch of '${fn}' would be ${distance} instructions long once calls are inlined into '${program}'; it can be 32767`,
    {
      at,
      notes: ['make what is called between its ends smaller, or use LOWER(calls: copy)'],
    },
  );

/** LOWER-029 */
export const frameNotMovable = (
  fn: string,
  caller: string | undefined,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-029',
    `'${fn}' computes with r10, and its frame has to be moved ${
      caller === undefined ? 'below that of what it calls' : `to inline it into '${caller}'`
    }`,
    {
      at,
      notes: [
        'r10 may be copied to another register (r1 = r10) or be the base of an access; compute with the copy',
      ],
    },
  );

/** A function that may write anywhere below; `callee`: by what this one, which it calls, does. */
export interface OpenFrame {
  readonly name: string;
  readonly callee: string | undefined;
}

/** LOWER-030; `at`: where the first goes down, then the second. */
export const framesNotBounded = (
  chain: readonly string[],
  first: OpenFrame,
  second: OpenFrame,
  at: readonly Location[],
): Diagnostic =>
  error(
    'LOWER-030',
    `the call chain ${chain.join(' -> ')} cannot be inlined: it is not known how far down '${first.name}' and '${second.name}' write on the stack`,
    {
      at,
      notes: [
        ...[first, second].map(whyOpen),
        `one of them can have the end of the frame, not both; ${remediesOf([first, second]).join(', or ')}`,
      ],
    },
  );

const whyOpen = ({ name, callee }: OpenFrame): string =>
  callee === undefined
    ? `'${name}' adds a number that may be negative to an address, or counts an address down`
    : `'${name}' passes '${callee}' an address that is not known to be used upward only, or a structure with an address in it`;

function remediesOf(open: readonly OpenFrame[]): string[] {
  const calls = open.flatMap(({ callee }) => (callee === undefined ? [] : [`'${callee}'`]));
  const remedies: string[] = [];
  if (calls.length < open.length) {
    remedies.push('mask or check the index before it is added, or index upward from the start');
  }
  if (calls.length > 0) {
    const callees = [...new Set(calls)].join(' or ');
    remedies.push(
      `pass addresses to ${callees} as arguments, not inside of a structure, or let the compiler inline it`,
    );
  }
  return remedies;
}

/** What ends a function before its `exit`: a load by LD_ABS or LD_IND does beyond the packet. */
export type EarlyEnd = 'tail call' | 'packet load';

/** LOWER-031 */
export const earlyEndInlined = (
  end: EarlyEnd,
  callee: string,
  caller: string,
  at: readonly Location[],
): Diagnostic => {
  const does = end === 'tail call' ? 'makes a tail call' : 'loads from the packet';
  const ends = end === 'tail call' ? 'a tail call' : 'a load beyond the packet (LD_ABS, LD_IND)';
  const instead =
    end === 'tail call'
      ? `return the result of '${callee}' at once, or make the tail call in the program itself`
      : `return the result of '${callee}' at once, or load with bpf_skb_load_bytes or from data to data_end`;
  return error(
    'LOWER-031',
    `'${callee}' ${does} and is to be inlined into '${caller}', which goes on after it`,
    {
      at,
      notes: [
        `${ends} ends only the function that makes it; inlined, it would end '${caller}' too`,
        `${instead} (always_inline says that this is meant)`,
      ],
    },
  );
};

/** LOWER-032 */
export const inlinedFunctionAddress = (name: string, at: readonly Location[]): Diagnostic =>
  error(
    'LOWER-032',
    `the address of function '${name}' is taken, and its calls are to be inlined`,
    {
      at,
      notes: [
        'an inlined function has no address; callbacks need a loader and a kernel that know functions: leave LOWER(calls: inline) out, or write a loop',
      ],
    },
  );

/** LOWER-033 */
export const nothingTrapped = (pattern: string, names: readonly string[]): Diagnostic =>
  warning(
    'LOWER-033',
    `--trap-symbols ${pattern}: no object names it${didYouMean(pattern, names)}`,
  );
