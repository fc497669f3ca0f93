/** Rewrites one function: fetched words, folded loads, then what is left over on the stack. */
import {
  Alu,
  aluImm,
  type Code,
  CodeEdits,
  type Dataflow,
  describeEditProblem,
  type Edited,
  helperById,
  isCall,
  loadImm64,
  movImm,
  type OffsetMap,
  type StackUse,
  stackUse,
} from '../bpf/index.ts';
import { Opcode } from '../bpf/opcode.ts';
import { frameNotBounded, frameTooLarge } from '../diag/catalogue/lowering.ts';
import { SHF } from '../elf/constants.ts';
import { isExecutable } from '../model/input.ts';
import { mapStyle } from '../model/map-sections.ts';
import { type FunctionFacts, placeOfCode } from './analysis.ts';
import type { Write } from './constness.ts';
import { type LoweringContext, loweredObject } from './context.ts';
import type { Fetches } from './fetch.ts';
import { deleteDeadCode, foldLoads } from './fold-loads.ts';
import { type BpfFunction, locateSlot, type Reference } from './functions.ts';
import type { DataObject } from './objects.ts';
import { canShiftFrame, shiftFrame } from './shift-frame.ts';
import {
  type Frame,
  layOutFrame,
  putOnStack,
  STACK_SIZE,
  type StackReference,
} from './stack-constants.ts';
import { endAtTraps } from './traps.ts';

export interface LoweredFunction {
  readonly fn: BpfFunction;
  readonly code: Code;
  readonly slots: SlotMap;
  /** What is left of `fn.references`, by new slot. */
  readonly references: ReadonlyMap<number, Reference>;
  readonly frame: Frame;
  /** The slot in `fn.code` that may reach further down than the frame's depth, to where is not known. */
  readonly unbounded: number | undefined;
}

/** Where the slots of a function went, through one edit after another. */
export class SlotMap {
  readonly #maps: readonly OffsetMap[];

  constructor(maps: readonly OffsetMap[] = []) {
    this.#maps = maps;
  }

  followedBy(map: OffsetMap): SlotMap {
    return new SlotMap([...this.#maps, map]);
  }

  /** For a slot that is gone: what follows it. The function's end maps to its end. */
  toNew(slot: number): number {
    return this.#maps.reduce((at, map) => map.toNew(at), slot);
  }

  isGone(slot: number): boolean {
    let at = slot;
    for (const map of this.#maps) {
      if (map.isDeleted(at)) return true;
      at = map.toNew(at);
    }
    return false;
  }
}

/** Lowers by the methods that the script names, in its order of preference. */
export function lowerFunction(
  facts: FunctionFacts,
  fetches: Fetches,
  writes: ReadonlyMap<DataObject, Write>,
  context: LoweringContext,
): LoweredFunction | undefined {
  const { data } = context.request;
  const lowering = (fold: boolean) => new FunctionLowering(facts, fetches, writes, context, fold);
  if (data[0] === 'stack' && data.includes('fold')) {
    const unfolded = lowering(false).run();
    if (unfolded.frame.depth <= STACK_SIZE) return unfolded;
  }
  const lowered = lowering(data.includes('fold')).run();
  if (lowered.frame.depth <= STACK_SIZE) return lowered;
  const use = stackUse(facts.dataflow);
  if (use.unbounded === undefined) reportTooLarge(lowered, use.depth, context);
  else reportNotBounded(facts, use.unbounded, lowered, context);
  return undefined;
}

/** What the function itself uses of its frame; beside constants all of it, where that is not known. */
function ownDepth({ depth, unbounded }: StackUse, besideConstants: boolean): number {
  return besideConstants && unbounded !== undefined ? STACK_SIZE : depth;
}

/**
 * `r1 += r1` becomes `r1 <<= 1`: GCC doubles indices so. The verifier, which wants accesses of the stack
 * aligned, learns nothing of the lowest bit from the one and what it needs from the other.
 */
function shiftWhereDoubled(edits: CodeEdits): void {
  const { code } = edits;
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const { opcode, dst, src } = code.at(slot);
    const bits = opcode === Opcode.ADD64_X ? 64 : opcode === Opcode.ADD32_X ? 32 : undefined;
    if (bits !== undefined && dst === src) edits.replace(slot, 1, [aluImm(Alu.LSH, dst, 1, bits)]);
  }
}

class FunctionLowering {
  readonly #facts: FunctionFacts;
  readonly #fetches: Fetches;
  readonly #writes: ReadonlyMap<DataObject, Write>;
  readonly #context: LoweringContext;
  readonly #fold: boolean;
  #code: Code;
  #slots = new SlotMap();

  constructor(
    facts: FunctionFacts,
    fetches: Fetches,
    writes: ReadonlyMap<DataObject, Write>,
    context: LoweringContext,
    fold: boolean,
  ) {
    this.#facts = facts;
    this.#fetches = fetches;
    this.#writes = writes;
    this.#context = context;
    this.#fold = fold;
    this.#code = facts.fn.code;
  }

  /** The result may have a frame that is too large; then it only tells how large. */
  run(): LoweredFunction {
    const { fn, dataflow } = this.#facts;
    this.#fetchAndFold();
    const onStack = this.#stackReferences();
    const use = stackUse(dataflow);
    const shifts = onStack.length > 0 && use.unbounded !== undefined && canShiftFrame(this.#code);
    const above = shifts ? 0 : ownDepth(use, onStack.length > 0);
    const { objects, depth } = layOutFrame(above, onStack, this.#context);
    const frame = { objects, depth: shifts ? depth + use.depth : depth };
    if (onStack.length > 0 && frame.depth <= STACK_SIZE) {
      const edits = new CodeEdits(this.#code);
      putOnStack(fn, edits, onStack, frame, this.#context);
      if (shifts) shiftFrame(edits, depth);
      shiftWhereDoubled(edits);
      this.#take(edits.commit());
    }
    return {
      fn,
      code: this.#code,
      slots: this.#slots,
      references: this.#remaining(onStack),
      frame,
      unbounded: use.unbounded,
    };
  }

  #fetchAndFold(): void {
    const { fn, uses, dataflow } = this.#facts;
    const edits = new CodeEdits(this.#code);
    for (const [slot, reference] of fn.references) {
      const word = this.#fetches.word(reference);
      if (word !== undefined) edits.replace(slot, 2, [loadImm64(fn.code.dst[slot]!, BigInt(word))]);
    }
    const folded = this.#fold
      ? foldLoads(uses, edits, this.#context, (object) => !this.#writes.has(object))
      : new Set();
    // The verifier lets no function return an address of the stack, whether its callers look or not.
    for (const use of uses) {
      if (use.kind !== 'return' || this.#facts.resultUsed) continue;
      edits.insertBefore(use.slot, [movImm(0, 0)], { branches: 'before' });
    }
    if (!edits.isEmpty) this.#take(edits.commit());
    const inlined = this.#context.request.calls === 'inline';
    const ended = endAtTraps(fn, this.#code, (slot) => this.#slots.toNew(slot), inlined);
    if (ended !== undefined) this.#take(ended);
    if (folded.size === 0 && ended === undefined) return;
    // Calls keep their order, so the old slots of calls answer for the new ones.
    const old = new Map<number, number>();
    for (let slot = 0; slot < fn.code.length; slot = fn.code.next(slot)) {
      if (!this.#slots.isGone(slot)) old.set(this.#slots.toNew(slot), slot);
    }
    const edited = deleteDeadCode(this.#code, (slot) => dataflow.callAt(old.get(slot) ?? slot));
    if (edited !== undefined) this.#take(edited);
  }

  #take(edited: Edited): void {
    for (const problem of edited.problems) {
      this.#context.sink.report(describeEditProblem(problem, placeOfCode(this.#facts.fn)));
    }
    this.#code = edited.code;
    this.#slots = this.#slots.followedBy(edited.map);
  }

  /** The references to constants that are still there; others that may not stay are refused. */
  #stackReferences(): StackReference[] {
    const { fn } = this.#facts;
    const references: StackReference[] = [];
    for (const [slot, reference] of this.#left()) {
      const pointer = loweredObject(reference.target, this.#context);
      if (pointer !== undefined && this.#fitsStack(pointer.object, slot)) {
        references.push({ slot: this.#slots.toNew(slot), ...pointer });
      } else if (pointer === undefined) {
        this.#checkPermitted(fn, slot, reference);
      }
    }
    return references;
  }

  /** References by old slot that have not been deleted or fetched. */
  *#left(): Generator<readonly [number, Reference]> {
    for (const [slot, reference] of this.#facts.fn.references) {
      const gone = this.#slots.isGone(slot) || this.#fetches.isFetched(reference);
      if (!gone) yield [slot, reference];
    }
  }

  #fitsStack(object: DataObject, slot: number): boolean {
    const { request, objects, profile, plan, sink, refused } = this.#context;
    const { fn } = this.#facts;
    const write = this.#writes.get(object);
    if (write === undefined && request.data.includes('stack')) return true;
    if (refused.has(object)) return false;
    refused.add(object);
    const output = plan.outputOf(object.section)?.name ?? object.section.name;
    const map = mapStyle({ name: output }) !== undefined || mapStyle(object.section) !== undefined;
    const why = map
      ? `a map can only be referred to: name ${output} in PERMIT_RELOCATIONS`
      : write === undefined
        ? 'write LOWER(rodata: fold, stack) in the script, so that constants are put on the stack'
        : `it is ${write.how}, so it is no constant; keep it in a map, or load with libbpf, which supports ${output}`;
    const at = write === undefined ? locateSlot(fn, slot) : locateSlot(write.fn, write.slot);
    sink.report(
      profile.refuse.reference({ section: output, object: objects.describe(object), why, at }),
    );
    return false;
  }

  #checkPermitted(fn: BpfFunction, slot: number, { target, relocation }: Reference): void {
    const { plan, request, profile, functions, sink } = this.#context;
    const at = locateSlot(fn, slot);
    const held = target.kind === 'script' ? target.symbol.section : undefined;
    if (held !== undefined && !request.permits(held.name)) {
      const why = 'the script assigns the symbol, so bpfld does not know what it covers';
      const object = `symbol '${relocation.symbol.name}'`;
      sink.report(profile.refuse.reference({ section: held.name, object, why, at }));
    }
    if (target.kind !== 'place') return;
    if (isExecutable(target.section)) {
      const name = functions.at(target)?.name ?? relocation.symbol.name;
      if (request.calls === 'copy') sink.report(profile.refuse.functionAddress(name, at));
      return;
    }
    const output = plan.outputOf(target.section)?.name;
    if (output !== undefined && request.permits(output)) return;
    const section = output ?? target.section.name;
    const why =
      output === undefined
        ? 'the script discards the section'
        : `byte ${target.offset} lies outside of every object there`;
    const what = `${relocation.symbol.name}${(target.section.flags & SHF.ALLOC) === 0 ? ' (not loaded)' : ''}`;
    sink.report(profile.refuse.reference({ section, object: what, why, at }));
  }

  #remaining(onStack: readonly StackReference[]): Map<number, Reference> {
    const moved = new Set(onStack.map(({ object, offset }) => `${object.id} ${offset}`));
    const remaining = new Map<number, Reference>();
    for (const [slot, reference] of this.#left()) {
      const pointer = loweredObject(reference.target, this.#context);
      if (pointer !== undefined && moved.has(`${pointer.object.id} ${pointer.offset}`)) continue;
      remaining.set(this.#slots.toNew(slot), reference);
    }
    return remaining;
  }
}

function reportTooLarge(
  { fn, frame }: LoweredFunction,
  ownDepth: number,
  context: LoweringContext,
): void {
  const { objects, sink } = context;
  const size = (object: DataObject): number => object.end - object.start;
  const sizes = [...frame.objects.keys()].map(
    (object) => `${objects.describe(object)} (${size(object)} bytes)`,
  );
  // The place to show is where the largest one is referred to.
  const slots = [...fn.references].flatMap(([slot, { target }]) => {
    const pointer = loweredObject(target, context);
    return pointer === undefined ? [] : [{ slot, bytes: size(pointer.object) }];
  });
  const [largest] = slots.sort((a, b) => b.bytes - a.bytes);
  const at = locateSlot(fn, largest?.slot ?? 0);
  sink.report(frameTooLarge(fn.name, frame.depth, ownDepth, sizes, at));
}

function reportNotBounded(
  { fn, dataflow }: FunctionFacts,
  slot: number,
  { frame }: LoweredFunction,
  { objects, sink }: LoweringContext,
): void {
  const [constant] = frame.objects.keys();
  const what = constant === undefined ? 'a constant' : objects.describe(constant);
  const callee = isCall(fn.code.opcode[slot]!) ? nameOfCallee(fn, dataflow, slot) : undefined;
  sink.report(frameNotBounded(fn.name, what, callee, locateSlot(fn, slot)));
}

function nameOfCallee(fn: BpfFunction, dataflow: Dataflow, slot: number): string {
  const target = dataflow.callAt(slot);
  const helper = target.kind === 'helper' ? helperById(target.id)?.name : undefined;
  const symbol = fn.unresolvedCalls.get(slot)?.relocation.symbol.name;
  return fn.calls.get(slot)?.name ?? helper ?? symbol ?? 'a function';
}
