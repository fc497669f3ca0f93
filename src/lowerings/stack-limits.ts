/**
 * The kernel's limits on the stack of a chain of calls: 512 bytes in all, frames rounded up to 32, and
 * 256 bytes above a subprogram that tail-calls (check_max_stack_depth in the verifier).
 */
import { alignUp } from '../base/bytes.ts';
import { helperByName } from '../bpf/index.ts';
import { CallKind, Opcode } from '../bpf/opcode.ts';
import { chainTooDeep } from '../diag/catalogue/lowering.ts';
import type { LoweringContext } from './context.ts';
import { type BpfFunction, locateSlot } from './functions.ts';
import type { LoweredFunction } from './lower-function.ts';
import type { Program } from './programs.ts';
import { STACK_SIZE } from './stack-constants.ts';

const FRAME_ALIGNMENT = 32;
const LIMIT_ABOVE_TAIL_CALL = 256;
const TAIL_CALL: number = helperByName('tail_call')!.id;

export function checkStackLimits(
  programs: readonly Program[],
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  context: LoweringContext,
): void {
  const frame = (fn: BpfFunction): number =>
    alignUp(Math.max(1, lowered.get(fn)?.frame.depth ?? 0), FRAME_ALIGNMENT);
  const deepest = new DeepestChains(frame);
  for (const { entry } of programs) {
    const chain = deepest.below(entry);
    const depth = chain.reduce((sum, fn) => sum + frame(fn), 0);
    if (depth > STACK_SIZE) report(chain, depth, STACK_SIZE, lowered, context);
    for (const [tail, above] of deepest.aboveTailCalls(entry)) {
      const used = above.reduce((sum, fn) => sum + frame(fn), 0);
      if (used >= LIMIT_ABOVE_TAIL_CALL) {
        report([...above, tail], used, LIMIT_ABOVE_TAIL_CALL, lowered, context);
      }
    }
  }
}

function report(
  chain: readonly BpfFunction[],
  depth: number,
  limit: number,
  lowered: ReadonlyMap<BpfFunction, LoweredFunction>,
  { objects, sink }: LoweringContext,
): void {
  const constants = chain.flatMap((fn) =>
    [...(lowered.get(fn)?.frame.objects.keys() ?? [])].map(
      (object) => `${objects.describe(object)} (${object.end - object.start} bytes in ${fn.name})`,
    ),
  );
  const names = chain.map((fn) => fn.name);
  sink.report(chainTooDeep(names, depth, limit, constants, locateSlot(chain[0]!, 0)));
}

class DeepestChains {
  readonly #frame: (fn: BpfFunction) => number;
  readonly #below = new Map<BpfFunction, { depth: number; next: BpfFunction | undefined }>();

  constructor(frame: (fn: BpfFunction) => number) {
    this.#frame = frame;
  }

  /** The chain of calls from `fn` that uses the most stack. */
  below(fn: BpfFunction): BpfFunction[] {
    this.#measure(fn);
    const chain: BpfFunction[] = [];
    for (let at: BpfFunction | undefined = fn; at !== undefined; at = this.#below.get(at)!.next) {
      chain.push(at);
    }
    return chain;
  }

  // Calls nest at most 8 deep here: deeper ones were refused.
  #measure(fn: BpfFunction): number {
    const known = this.#below.get(fn);
    if (known !== undefined) return known.depth;
    let deepest = 0;
    let next: BpfFunction | undefined;
    for (const callee of fn.calls.values()) {
      const depth = this.#measure(callee);
      if (depth > deepest) {
        deepest = depth;
        next = callee;
      }
    }
    const depth = this.#frame(fn) + deepest;
    this.#below.set(fn, { depth, next });
    return depth;
  }

  /** Subprograms that tail-call, each with the deepest chain of callers above it. */
  aboveTailCalls(entry: BpfFunction): Map<BpfFunction, readonly BpfFunction[]> {
    const above = new Map<BpfFunction, { depth: number; chain: readonly BpfFunction[] }>();
    const visit = (fn: BpfFunction, depth: number, chain: readonly BpfFunction[]): void => {
      const known = above.get(fn);
      if (known !== undefined && known.depth >= depth) return;
      above.set(fn, { depth, chain });
      const callees = new Set(fn.calls.values());
      for (const callee of callees) visit(callee, depth + this.#frame(fn), [...chain, fn]);
    };
    visit(entry, 0, []);
    const found = new Map<BpfFunction, readonly BpfFunction[]>();
    for (const [fn, { chain }] of above) if (fn !== entry && tailCalls(fn)) found.set(fn, chain);
    return found;
  }
}

function tailCalls({ code }: BpfFunction): boolean {
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const helper = code.opcode[slot] === Opcode.CALL && code.src[slot] === CallKind.HELPER;
    if (helper && code.imm[slot] === TAIL_CALL) return true;
  }
  return false;
}
