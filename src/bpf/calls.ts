/** What a call is, as far as it matters to the values in the caller: what it reads, writes and returns. */
import type { Code } from './code.ts';
import { argumentMask, type Helper, helperById } from './helpers.ts';
import { CallKind, Opcode } from './opcode.ts';

/** What is known of a function from its own analysis (see `summary.ts`). */
export interface FunctionSummary {
  /** The arguments that the function reads, bit 1 for r1 to bit 5 for r5. */
  readonly reads: number;
  /** The arguments, as in `reads`, from whose addresses r0 may be derived. */
  readonly returns: number;
  /** The arguments, as in `reads`, which, or what is derived from them, may be stored to memory outside its frame. */
  readonly stores: number;
  /**
   * For r1 to r5, in this order: the lowest offset from the address that is passed which is accessed or
   * named; 0 for none below it, -Infinity where it is not known.
   */
  readonly lowest: readonly number[];
  /**
   * For r1 to r5: the end of what is accessed, from the address that is passed; 0 for nothing above it,
   * Infinity where it is not known.
   */
  readonly highest: readonly number[];
  /** The arguments, as in `reads`, whose memory is accessed, or that are given to who may do so. */
  readonly accesses: number;
  /** The arguments, as in `reads`, at which addresses may be found and followed. */
  readonly follows: number;
}

export type CallTarget =
  | { readonly kind: 'helper'; readonly id: number }
  /** A function or kfunc; the id is the caller's own. Without a summary the worst is assumed. */
  | {
      readonly kind: 'function' | 'kfunc';
      readonly id: number;
      readonly summary?: FunctionSummary;
    }
  | { readonly kind: 'unknown' };

/** What a caller of an analysis knows about the calls in its code: undefined where it knows nothing. */
export type CallResolver = (slot: number) => CallTarget | undefined;

const UNKNOWN_CALL: CallTarget = { kind: 'unknown' };

/** What the call at `slot` calls, from the resolver or else from the instruction itself. */
export function callTarget(code: Code, slot: number, resolver?: CallResolver): CallTarget {
  const resolved = resolver?.(slot);
  if (resolved !== undefined) return resolved;
  return code.opcode[slot] === Opcode.CALL && code.src[slot] === CallKind.HELPER
    ? { kind: 'helper', id: code.imm[slot]! }
    : UNKNOWN_CALL;
}

export function isCall(opcode: number): boolean {
  return opcode === Opcode.CALL || opcode === Opcode.CALLX;
}

/** How far from the address in an argument a function gets. */
export interface ArgumentReach {
  /** As in `FunctionSummary`. */
  readonly lowest: number;
  readonly highest: number;
  /** Whether it accesses what the address points to. */
  readonly accesses: boolean;
  /** Whether it may find addresses there and follow them. */
  readonly follows: boolean;
}

/** How far what is called gets from argument 1 to 5: anywhere, where there is no summary of it. */
export function argumentReach(target: CallTarget, argument: number): ArgumentReach {
  const summary =
    target.kind === 'function' || target.kind === 'kfunc' ? target.summary : undefined;
  if (summary === undefined) {
    const reads = (argumentsRead(target) & (1 << argument)) !== 0;
    return {
      lowest: Number.NEGATIVE_INFINITY,
      highest: Number.POSITIVE_INFINITY,
      accesses: reads,
      follows: reads,
    };
  }
  return {
    lowest: summary.lowest[argument - 1]!,
    highest: summary.highest[argument - 1]!,
    accesses: (summary.accesses & (1 << argument)) !== 0,
    follows: (summary.follows & (1 << argument)) !== 0,
  };
}

const EVERY_ARGUMENT: number = argumentMask(5);

/** The helper, where it is a known one. */
export function calledHelper(target: CallTarget): Helper | undefined {
  return target.kind === 'helper' ? helperById(target.id) : undefined;
}

/** The argument registers that a call reads, as a mask: all five where that is not known. */
export function argumentsRead(target: CallTarget): number {
  const helper = calledHelper(target);
  if (helper !== undefined) return argumentMask(helper.arguments.length);
  if (target.kind === 'function' || target.kind === 'kfunc') {
    return target.summary?.reads ?? EVERY_ARGUMENT;
  }
  return EVERY_ARGUMENT;
}
