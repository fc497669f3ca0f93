/**
 * What a function that is called can get at of its caller's frame. Without that, a call that is given one
 * variable would make the caller forget all the others:
 *
 *     *(u64 *)(r10 - 40) = r1        r1 is kept for later
 *     r1 = r10
 *     r1 += -32                      a structure of 32 bytes
 *     call leaf                      accesses 24 of them: r10-32 to r10-8
 *     r1 = *(u64 *)(r10 - 40)        still what it was
 *
 * Why nothing else is touched. A function comes to the frame only from an address of it, and has none but
 * those that it is given: in its arguments, and in memory. `FunctionSummary` bounds what it does with its
 * arguments, whichever way they go: stored where they are lost, or passed to something that is not known,
 * they make the bounds infinite. In memory outside the frame there is no address of it (see `analysis.ts`).
 * In the frame, it finds what stands in the part that it accesses: if that may be an address of the frame
 * it gets anywhere from there, and all of the frame is counted. An 8-byte load is needed to find one; a
 * function that makes none (`follows`) finds none.
 */
import { type ArgumentReach, argumentReach, type CallTarget } from '../calls.ts';
import type { State } from './state.ts';
import { hasTarget, STACK_TARGET } from './targets.ts';
import { UNKNOWN, type Value } from './value.ts';

/** `size` bytes from r10+`offset` on; without `size` up to the frame's end, without `offset` all of it. */
export interface FramePart {
  readonly offset: number | undefined;
  readonly size: number | undefined;
}

const ALL: FramePart = { offset: undefined, size: undefined };

/** What a function is given of the frame; `follows`: it may use addresses that it finds there. */
export interface PassedPart extends FramePart {
  readonly follows: boolean;
}

/** The part of the frame that `reach` from `value` covers, undefined where that is no address of it. */
export function framePart(
  value: Value,
  reach: Pick<ArgumentReach, 'lowest' | 'highest'>,
): FramePart | undefined {
  if (value.kind !== 'address' || !hasTarget(value.targets, STACK_TARGET)) return undefined;
  const offset = value.lowest + reach.lowest;
  if (offset === Number.NEGATIVE_INFINITY) return ALL;
  if (value.offset === undefined || reach.highest === Number.POSITIVE_INFINITY) {
    return { offset, size: undefined };
  }
  return { offset, size: value.offset + reach.highest - offset };
}

/** What whoever follows addresses within `reach` of `value` may find in the frame: an address or a number. */
export function heldThrough(
  state: State,
  value: Value,
  reach: Pick<ArgumentReach, 'lowest' | 'highest'>,
): Value {
  const part = framePart(value, reach);
  if (part === undefined) return UNKNOWN;
  const held = state.held(part.offset, part.size);
  return reachesFrame(held) ? state.held() : held;
}

/** The parts of the frame that a called function may access, by argument. */
export function passedParts(state: State, target: CallTarget): PassedPart[] {
  const parts: PassedPart[] = [];
  for (let argument = 1; argument <= 5; argument++) {
    const reach = argumentReach(target, argument);
    if (!reach.accesses) continue;
    const value = state.register(argument);
    const part = framePart(value, reach);
    if (part === undefined) continue;
    const { follows } = reach;
    if (follows && reachesFrame(heldThrough(state, value, reach))) return [{ ...ALL, follows }];
    parts.push({ ...part, follows });
  }
  return parts;
}

function reachesFrame(held: Value): boolean {
  return held.kind === 'address' && hasTarget(held.targets, STACK_TARGET);
}
