/**
 * Dataflow over all reached functions: what each register may hold, with the constants and variables
 * that a pointer may come from as its targets.
 *
 * Callees are summarised first; then callers are analysed before callees, so that a callee knows which
 * addresses its arguments carry. A function is analysed once for all its callers: what they pass is
 * joined, because the function is lowered once and copied.
 */
import {
  type AddressUse,
  type CallTarget,
  Dataflow,
  type Reference as DataReference,
  describeFlowProblem,
  type FlowGraph,
  type FunctionSummary,
  findAddressUses,
  Liveness,
  summarizeFunction,
  UNKNOWN,
} from '../bpf/index.ts';
import { RECORD_WORDS } from '../btf/ext.ts';
import type { CodePlace } from '../diag/catalogue/code.ts';
import type { InputTypes } from '../model/types.ts';
import { Arguments } from './arguments.ts';
import { type LoweringContext, loweredObject, type WordSource } from './context.ts';
import type { BpfFunction } from './functions.ts';
import { flowOf } from './traps.ts';

export interface FunctionFacts {
  readonly fn: BpfFunction;
  readonly dataflow: Dataflow;
  readonly uses: readonly AddressUse[];
  /** Whether the kernel or some caller looks at what it returns. */
  readonly resultUsed: boolean;
}

/**
 * `order`: callees before callers; `entered`: functions that others may call too, the kernel or what is
 * linked later. Empty where the control flow of some function is broken.
 */
export function analyse(
  order: readonly BpfFunction[],
  entered: ReadonlySet<BpfFunction>,
  context: LoweringContext,
  fetches: WordSource,
): Map<BpfFunction, FunctionFacts> {
  return new Analysis(order, entered, context, fetches).run();
}

export function placeOfCode(fn: BpfFunction): CodePlace {
  const { section, name, start } = fn;
  return { file: section.file.path, section: section.name, function: name, base: start };
}

/** The slots that CO-RE relocations are about. */
function adjustedSlots({ section, start, end }: BpfFunction, types: InputTypes): Set<number> {
  const slots = new Set<number>();
  for (const records of types.of(section.file)?.records.get(section)?.core ?? []) {
    for (let at = 0; at < records.length; at += RECORD_WORDS.core) {
      const offset = records[at]!;
      if (offset >= start && offset < end) slots.add((offset - start) / 8);
    }
  }
  return slots;
}

/** A call that is never made: nothing is passed to it. */
const TRAPPED: CallTarget = {
  kind: 'function',
  id: 0,
  summary: {
    reads: 0,
    returns: 0,
    stores: 0,
    lowest: [0, 0, 0, 0, 0],
    highest: [0, 0, 0, 0, 0],
    accesses: 0,
    follows: 0,
  },
};

class Analysis {
  readonly #order: readonly BpfFunction[];
  readonly #entered: ReadonlySet<BpfFunction>;
  readonly #context: LoweringContext;
  readonly #fetches: WordSource;
  readonly #flows = new Map<BpfFunction, FlowGraph>();
  readonly #summaries = new Map<BpfFunction, FunctionSummary>();
  readonly #arguments = new Map<BpfFunction, Arguments>();
  readonly #ignored = new Set<BpfFunction>();

  constructor(
    order: readonly BpfFunction[],
    entered: ReadonlySet<BpfFunction>,
    context: LoweringContext,
    fetches: WordSource,
  ) {
    this.#order = order;
    this.#entered = entered;
    this.#context = context;
    this.#fetches = fetches;
  }

  run(): Map<BpfFunction, FunctionFacts> {
    const { sink } = this.#context;
    let broken = false;
    for (const fn of this.#order) {
      const flow = flowOf(fn);
      this.#flows.set(fn, flow);
      for (const problem of flow.problems) {
        sink.report(describeFlowProblem(problem, placeOfCode(fn)));
        broken = true;
      }
    }
    const facts = new Map<BpfFunction, FunctionFacts>();
    if (broken) return facts;
    for (const fn of this.#order) {
      this.#summaries.set(fn, summarizeFunction(fn.code, this.#options(fn)));
    }
    this.#findIgnoredResults();
    for (const fn of this.#entered) {
      const unknown = new Arguments();
      unknown.add(() => UNKNOWN);
      this.#arguments.set(fn, unknown);
    }
    for (const fn of this.#order.toReversed()) {
      const entry = this.#arguments.get(fn)?.entry() ?? {};
      const dataflow = new Dataflow(fn.code, { ...this.#options(fn), entry });
      this.#passArguments(fn, dataflow);
      const resultUsed = !this.#ignored.has(fn);
      facts.set(fn, { fn, dataflow, uses: findAddressUses(dataflow), resultUsed });
    }
    return facts;
  }

  /** A function without a result leaves anything in r0; its callers tell. */
  #findIgnoredResults(): void {
    const used = new Set<BpfFunction>();
    for (const fn of this.#order) {
      if (fn.calls.size === 0) continue;
      const liveness = new Liveness(fn.code, this.#options(fn));
      for (const [slot, callee] of fn.calls) {
        this.#ignored.add(callee);
        if ((liveness.liveAfter(slot) & 1) !== 0) used.add(callee);
      }
    }
    for (const fn of [...used, ...this.#entered]) this.#ignored.delete(fn);
  }

  #options(fn: BpfFunction) {
    return {
      flow: this.#flows.get(fn)!,
      adjusted: adjustedSlots(fn, this.#context.state.types),
      order: this.#context.state.order,
      reference: (slot: number) => this.#reference(fn, slot),
      call: (slot: number) => this.#call(fn, slot),
    };
  }

  #call(fn: BpfFunction, slot: number): CallTarget | undefined {
    if (fn.traps.has(slot)) return TRAPPED;
    const callee = fn.calls.get(slot);
    if (callee === undefined) return undefined;
    const summary = this.#summaries.get(callee);
    return { kind: 'function', id: 0, ...(summary === undefined ? {} : { summary }) };
  }

  #reference(fn: BpfFunction, slot: number): DataReference | undefined {
    const reference = fn.references.get(slot);
    if (reference === undefined) return undefined;
    const word = this.#fetches.word(reference);
    if (word !== undefined) return { constant: BigInt(word) };
    const { target } = reference;
    if (target.kind === 'absolute') return { constant: BigInt(target.value) };
    // A later link may define it.
    const open = this.#context.profile.keepUndefined;
    if (target.kind === 'undefined') return open ? { unknown: true } : { constant: 0n };
    const pointer = loweredObject(target, this.#context);
    if (pointer === undefined) return { unknown: true };
    const { object, offset } = pointer;
    return { target: this.#context.objects.copyOf(object, fn), offset };
  }

  #passArguments(fn: BpfFunction, dataflow: Dataflow): void {
    if (fn.calls.size === 0) return;
    dataflow.visit((slot, state) => {
      const callee = fn.calls.get(slot);
      if (callee === undefined) return;
      const known = this.#arguments.get(callee) ?? new Arguments();
      this.#arguments.set(callee, known);
      known.add((register) => state.register(register));
    });
  }
}
