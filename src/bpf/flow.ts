/**
 * The control flow of one function, and whether it is well formed.
 *
 * A function is split into basic blocks at branch targets and after jumps; calls do not end a block.
 * Edges are kept as two flat arrays (for block b: `successors[start[b] .. start[b + 1])`), because
 * functions of a million instructions exist and objects per block do not scale to them.
 *
 * An edge that leads nowhere sensible is a problem and is left out. A whole ld_imm64 is recognised by
 * its second slot having opcode 0; one without it counts as a single slot and as a problem.
 *
 * Not attempted: following indirect jumps without being told their targets.
 */
import type { Code } from './code.ts';
import { endsFlow, isBranch, isConditional, isKnownOpcode, Opcode } from './opcode.ts';

export type FlowProblem =
  | { readonly kind: 'branch-outside'; readonly slot: number; readonly target: number }
  | { readonly kind: 'branch-into-wide'; readonly slot: number; readonly target: number }
  | { readonly kind: 'falls-off'; readonly slot: number }
  | { readonly kind: 'truncated-wide'; readonly slot: number }
  | { readonly kind: 'unknown-opcode'; readonly slot: number; readonly opcode: number }
  | { readonly kind: 'indirect-jump'; readonly slot: number };

export interface FlowOptions {
  /** The slots that the indirect jump at `slot` can reach, where they are known. */
  readonly jumpTable?: (slot: number) => readonly number[] | undefined;
  /** Whether the call at `slot` never comes back. */
  readonly stops?: (slot: number) => boolean;
}

/** The slot that the branch at `slot` jumps to; it may lie outside the code. */
export function branchTarget(code: Code, slot: number): number {
  const distance = code.opcode[slot] === Opcode.GOTOL ? code.imm[slot]! : code.offset[slot]!;
  return slot + 1 + distance;
}

export class FlowGraph {
  /** In slot order; `falls-off`, `unknown-opcode` and `indirect-jump` only where they can be reached. */
  readonly problems: readonly FlowProblem[];
  /** Exactly one function. */
  readonly code: Code;
  readonly blockCount: number;
  /** Block numbers in reverse postorder from the entry; unreachable blocks are absent. */
  readonly reversePostorder: Int32Array;
  readonly #starts: Int32Array;
  readonly #blockOf: Int32Array;
  readonly #forward: Edges;
  readonly #backward: Edges;
  readonly #reachable: Uint8Array;
  readonly #open: Uint8Array;

  constructor(code: Code, options: FlowOptions = {}) {
    this.code = code;
    const tables = jumpTables(code, options);
    const stops = options.stops ?? (() => false);
    const { starts, blockOf } = findBlocks(code, tables, stops);
    this.#starts = starts;
    this.#blockOf = blockOf;
    this.blockCount = starts.length - 1;
    const list: EdgeList = {
      from: [],
      to: [],
      open: new Uint8Array(this.blockCount),
      edgeFrom: new Int32Array(this.blockCount),
      problems: [],
    };
    for (let block = 0; block < this.blockCount; block++) {
      const last = this.#lastSlot(block);
      if (!stops(last)) connect(code, block, last, blockOf, tables, list);
    }
    this.#open = list.open;
    this.#forward = new Edges(this.blockCount, list.from, list.to);
    this.#backward = new Edges(this.blockCount, list.to, list.from);
    this.reversePostorder = depthFirst(this.blockCount, this.#forward);
    this.#reachable = new Uint8Array(this.blockCount);
    for (const block of this.reversePostorder) this.#reachable[block] = 1;
    this.problems = this.#validate(list.problems);
  }

  #validate(problems: FlowProblem[]): FlowProblem[] {
    const { code } = this;
    const found = problems.filter(
      ({ kind, slot }) =>
        (kind !== 'falls-off' && kind !== 'indirect-jump') || this.isReachable(slot),
    );
    for (let slot = 0; slot < code.length; slot = code.next(slot)) {
      const opcode = code.opcode[slot]!;
      if (opcode === Opcode.LD_IMM64) {
        if (!code.isWide(slot)) found.push({ kind: 'truncated-wide', slot });
      } else if (!isKnownOpcode(opcode) && this.isReachable(slot)) {
        found.push({ kind: 'unknown-opcode', slot, opcode });
      }
    }
    return found.sort((a, b) => a.slot - b.slot);
  }

  /** The first slot of a block. */
  blockStart(block: number): number {
    return this.#starts[block]!;
  }

  /** The slot after a block. */
  blockEnd(block: number): number {
    return this.#starts[block + 1]!;
  }

  #lastSlot(block: number): number {
    const last = this.blockEnd(block) - 1;
    return this.code.isSecondHalf(last) ? last - 1 : last;
  }

  blockOf(slot: number): number {
    return this.#blockOf[slot]!;
  }

  successors(block: number): Int32Array {
    return this.#forward.of(block);
  }

  predecessors(block: number): Int32Array {
    return this.#backward.of(block);
  }

  /** Whether control may leave the block on an edge that is not known: a problem was reported for it. */
  hasUnknownSuccessor(block: number): boolean {
    return this.#open[block] === 1;
  }

  /** Whether the instruction at `slot` can be reached from the entry. */
  isReachable(slot: number): boolean {
    return this.#reachable[this.blockOf(slot)] === 1;
  }

  isLeader(slot: number): boolean {
    return this.blockStart(this.blockOf(slot)) === slot;
  }
}

/** Adjacency as two flat arrays. */
class Edges {
  readonly #start: Int32Array;
  readonly #to: Int32Array;

  constructor(count: number, from: readonly number[], to: readonly number[]) {
    const start = new Int32Array(count + 1);
    for (const block of from) start[block + 1]!++;
    for (let block = 0; block < count; block++) start[block + 1]! += start[block]!;
    const next = start.slice();
    this.#to = new Int32Array(to.length);
    from.forEach((block, i) => {
      this.#to[next[block]!++] = to[i]!;
    });
    this.#start = start;
  }

  of(block: number): Int32Array {
    return this.#to.subarray(this.#start[block]!, this.#start[block + 1]!);
  }
}

interface EdgeList {
  readonly from: number[];
  readonly to: number[];
  /** 1 for a block with an edge that could not be followed. */
  readonly open: Uint8Array;
  /** For a block, 1 + the block that the last edge to it came from: two equal edges are kept as one. */
  readonly edgeFrom: Int32Array;
  readonly problems: FlowProblem[];
}

type JumpTables = ReadonlyMap<number, readonly number[]>;

function jumpTables(code: Code, options: FlowOptions): JumpTables {
  const tables = new Map<number, readonly number[]>();
  for (let slot = 0; slot < code.length; slot++) {
    if (code.opcode[slot] !== Opcode.GOTOX) continue;
    const targets = options.jumpTable?.(slot);
    if (targets !== undefined) tables.set(slot, targets);
  }
  return tables;
}

/** `starts` has one more entry than there are blocks: the length of the code. */
function findBlocks(
  code: Code,
  tables: JumpTables,
  stops: (slot: number) => boolean,
): { starts: Int32Array; blockOf: Int32Array } {
  const leader = new Uint8Array(code.length + 1);
  leader[0] = 1;
  const mark = (target: number) => {
    if (isInstruction(code, target)) leader[target] = 1;
  };
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    const opcode = code.opcode[slot]!;
    if (isBranch(opcode)) mark(branchTarget(code, slot));
    for (const target of tables.get(slot) ?? []) mark(target);
    if (endsFlow(opcode) || isConditional(opcode) || stops(slot)) leader[slot + 1] = 1;
  }
  const blockOf = new Int32Array(code.length);
  let count = 0;
  for (let slot = 0; slot < code.length; slot++) {
    if (leader[slot] === 1) count++;
    blockOf[slot] = count - 1;
  }
  const starts = new Int32Array(count + 1);
  for (let slot = code.length - 1; slot >= 0; slot--) starts[blockOf[slot]!] = slot;
  starts[count] = code.length;
  return { starts, blockOf };
}

function isInstruction(code: Code, slot: number): boolean {
  return slot >= 0 && slot < code.length && !code.isSecondHalf(slot);
}

function connect(
  code: Code,
  block: number,
  last: number,
  blockOf: Int32Array,
  tables: JumpTables,
  list: EdgeList,
): void {
  const opcode = code.opcode[last]!;
  const problem = (found: FlowProblem) => {
    list.open[block] = 1;
    list.problems.push(found);
  };
  const edge = (target: number) => {
    const to = blockOf[target]!;
    if (list.edgeFrom[to] === block + 1) return;
    list.edgeFrom[to] = block + 1;
    list.from.push(block);
    list.to.push(to);
  };
  const branch = (target: number) => {
    if (isInstruction(code, target)) edge(target);
    else if (target < 0 || target >= code.length) {
      problem({ kind: 'branch-outside', slot: last, target });
    } else problem({ kind: 'branch-into-wide', slot: last, target });
  };
  if (!endsFlow(opcode)) {
    const next = code.next(last);
    if (next < code.length) edge(next);
    else problem({ kind: 'falls-off', slot: last });
  }
  if (isBranch(opcode)) branch(branchTarget(code, last));
  if (opcode === Opcode.GOTOX) {
    const targets = tables.get(last);
    if (targets === undefined) problem({ kind: 'indirect-jump', slot: last });
    for (const target of targets ?? []) branch(target);
  }
}

/** Reverse postorder of what block 0 reaches, without recursion. */
function depthFirst(count: number, edges: Edges): Int32Array {
  const order = new Int32Array(count);
  if (count === 0) return order;
  const visited = new Uint8Array(count);
  const nextEdge = new Int32Array(count);
  const path = [0];
  visited[0] = 1;
  let free = count;
  while (path.length > 0) {
    const block = path[path.length - 1]!;
    const successors = edges.of(block);
    const next = successors[nextEdge[block]!++];
    if (next === undefined) {
      order[--free] = block;
      path.pop();
    } else if (visited[next] === 0) {
      visited[next] = 1;
      path.push(next);
    }
  }
  return order.slice(free);
}
