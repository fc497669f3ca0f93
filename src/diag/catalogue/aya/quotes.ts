/** Who is quoted in the rules of aya. What aya says is that of `{:#}`: a message with its causes. */
import { type Location, quote } from '../../diagnostic.ts';

export const ayaSays: ReturnType<typeof quote> = quote('aya');
export const kernelSays: ReturnType<typeof quote> = quote('the kernel');

export type Places = readonly Location[];

/** What to do about sections that compilers give to single functions, or single variables. */
export const linkRemedy = 'link the object with bpfld --profile aya';

/** Bytes as aya prints them: `[71, 80, 76]`. */
export function list(bytes: Uint8Array): string {
  return `[${[...bytes.subarray(0, 16)].join(', ')}${bytes.length > 16 ? ', ...' : ''}]`;
}

export function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
