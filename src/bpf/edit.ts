/**
 * Edits of code: recorded first, then done in one linear rebuild that moves every branch with its target.
 *
 * What stands between two old instructions after edits at slot i is, in this order:
 *
 *     inserted with branches 'after'     run only by falling into i; branches to i skip it
 *     i's label                          where branches to i land
 *     inserted with branches 'before'    run by everything that gets to i
 *     i itself, or what replaces it
 *
 * So a function's prologue is `insertBefore(0, ..., { branches: 'after' })`: a loop back to the first
 * instruction does not run it again. A branch to a deleted instruction lands on what follows it.
 *
 * Branches inside inserted code are relative to that code and must stay inside it (its end included),
 * unless they name an old slot in `target`.
 *
 * Not attempted: islands for conditional branches that no longer fit in 16 bits. They are problems.
 */
import { Bug } from '../base/bug.ts';
import { Code, type Instruction, slotCount, totalSlots } from './code.ts';
import { branchTarget } from './flow.ts';
import { blankColumns, Fate, type OffsetColumns, OffsetMap } from './offset-map.ts';
import { CallKind, isBranch, Opcode } from './opcode.ts';

/** An instruction to be written. With `target`, its distance is computed: to where branches to that old slot land. */
export interface EditInstruction extends Instruction {
  readonly target?: number;
}

export type EditProblem =
  /** A 16-bit branch whose target is now too far. `slot` is the old slot of the branch, or the one it was inserted at. */
  | { readonly kind: 'branch-too-far'; readonly slot: number; readonly distance: number }
  /** A branch to an instruction, not the first, of a replaced sequence. */
  | { readonly kind: 'branch-into-replaced'; readonly slot: number; readonly target: number }
  /** A branch or local call that did not lead to an instruction of this code to begin with. */
  | { readonly kind: 'branch-outside'; readonly slot: number; readonly target: number };

export interface EditOptions {
  /**
   * Whether the function call at `slot` (opcode 0x85, src 1) is relative to the instruction pointer
   * within this code. Calls with a relocation are not. Default: none is.
   */
  readonly isLocalCall?: (slot: number) => boolean;
  /** Let a `ja` that becomes too long turn into `gotol`, which needs a v4 target. Default: no. */
  readonly allowLongJumps?: boolean;
}

export interface Edited {
  readonly code: Code;
  readonly map: OffsetMap;
  readonly problems: readonly EditProblem[];
}

interface Insertion {
  readonly after: EditInstruction[];
  readonly before: EditInstruction[];
}

interface Replacement {
  readonly slots: number;
  readonly instructions: readonly EditInstruction[];
  readonly newSlots: number;
}

/** What a slot is to the edits recorded so far. */
const Touched = { NO: 0, START: 1, INSIDE: 2 } as const;

export class CodeEdits {
  readonly #insertions = new Map<number, Insertion>();
  readonly #replacements = new Map<number, Replacement>();
  readonly #touched: Uint8Array;
  readonly code: Code;
  readonly options: EditOptions;

  constructor(code: Code, options: EditOptions = {}) {
    this.code = code;
    this.options = options;
    this.#touched = new Uint8Array(code.length);
  }

  get isEmpty(): boolean {
    return this.#insertions.size === 0 && this.#replacements.size === 0;
  }

  /**
   * Inserts before the instruction at `index`, or at the end where `index` is the length. Repeated
   * insertions at one place keep the order in which they were made.
   */
  insertBefore(
    index: number,
    instructions: readonly EditInstruction[],
    where: { readonly branches: 'before' | 'after' },
  ): void {
    if (index !== this.code.length) this.#checkBoundary(index);
    if (this.#touched[index] === Touched.INSIDE) {
      throw new Bug('CodeEdits', `insertion at slot ${index}, inside a replaced range`);
    }
    let insertion = this.#insertions.get(index);
    if (insertion === undefined) {
      insertion = { after: [], before: [] };
      this.#insertions.set(index, insertion);
    }
    for (const instruction of instructions) insertion[where.branches].push(instruction);
  }

  /**
   * Replaces `slots` slots from `index` on, which must be whole instructions. Where the new code takes
   * as many slots, each slot stands for itself, so branches into the middle go on working.
   */
  replace(index: number, slots: number, instructions: readonly EditInstruction[]): void {
    this.#checkBoundary(index);
    const end = index + slots;
    if (slots < 1 || end > this.code.length || this.code.isSecondHalf(end)) {
      throw new Bug(
        'CodeEdits',
        `replaced range ${index}..${end} does not hold whole instructions`,
      );
    }
    for (let slot = index; slot < end; slot++) {
      if (this.#touched[slot] !== Touched.NO || (slot > index && this.#insertions.has(slot))) {
        throw new Bug('CodeEdits', `edits overlap at slot ${slot}`);
      }
    }
    this.#touched.fill(Touched.INSIDE, index, end);
    this.#touched[index] = Touched.START;
    this.#replacements.set(index, { slots, instructions, newSlots: totalSlots(instructions) });
  }

  delete(index: number, slots: number): void {
    this.replace(index, slots, []);
  }

  #checkBoundary(index: number): void {
    if (!(index >= 0 && index < this.code.length) || this.code.isSecondHalf(index)) {
      throw new Bug('CodeEdits', `edit at slot ${index}, which is not an instruction`);
    }
  }

  /** Rebuilds the code. The recorded edits stay, so a second call gives the same again. */
  commit(): Edited {
    if (this.isEmpty) {
      return { code: this.code, map: OffsetMap.identity(this.code.length), problems: [] };
    }
    const { columns, newLength } = this.#layOut();
    const writer = new Rebuild(this.code, columns, newLength, this.options);
    const marks = [...new Set([...this.#insertions.keys(), ...this.#replacements.keys()])];
    marks.sort((a, b) => a - b);
    let old = 0;
    for (const mark of marks) {
      writer.copy(old, mark);
      old = mark;
      const insertion = this.#insertions.get(mark);
      if (insertion !== undefined) {
        writer.write(columns.start[mark]!, insertion.after, mark);
        writer.write(columns.label[mark]!, insertion.before, mark);
      }
      const replacement = this.#replacements.get(mark);
      if (replacement !== undefined) {
        writer.write(columns.own[mark]!, replacement.instructions, mark);
        old += replacement.slots;
      }
    }
    writer.copy(old, this.code.length);
    return {
      code: writer.code,
      map: OffsetMap.of(newLength, columns),
      problems: writer.problems.sort((a, b) => a.slot - b.slot),
    };
  }

  /** Decides where every old slot goes. */
  #layOut(): { columns: OffsetColumns; newLength: number } {
    const columns = blankColumns(this.code.length);
    let at = 0;
    let old = 0;
    const put = (slot: number, fate: number) => {
      columns.own[slot] = at;
      columns.label[slot] = at;
      columns.start[slot] = at;
      columns.fate[slot] = fate;
    };
    while (old <= this.code.length) {
      const insertion = this.#insertions.get(old);
      const start = at;
      if (insertion !== undefined) at += totalSlots(insertion.after);
      const label = at;
      if (insertion !== undefined) at += totalSlots(insertion.before);
      const replacement = this.#replacements.get(old);
      const first = old;
      if (replacement === undefined) {
        put(old++, Fate.KEPT);
        if (first < this.code.length) at++;
      } else if (replacement.newSlots === replacement.slots) {
        for (const end = old + replacement.slots; old < end; at++) put(old++, Fate.KEPT);
      } else {
        const deleted = replacement.newSlots === 0;
        put(old++, deleted ? Fate.DELETED : Fate.KEPT);
        at += replacement.newSlots;
        const end = first + replacement.slots;
        while (old < end) put(old++, deleted ? Fate.DELETED : Fate.MERGED);
      }
      columns.start[first] = start;
      columns.label[first] = label;
    }
    return { columns, newLength: at };
  }
}

/** Writes the new code and retargets what branches. */
class Rebuild {
  readonly code: Code;
  readonly problems: EditProblem[] = [];

  readonly old: Code;
  readonly columns: OffsetColumns;
  readonly options: EditOptions;

  constructor(old: Code, columns: OffsetColumns, newLength: number, options: EditOptions) {
    this.old = old;
    this.columns = columns;
    this.options = options;
    this.code = Code.blank(newLength);
  }

  /** Copies the untouched old slots `[start, end)`. */
  copy(start: number, end: number): void {
    if (start === end) return;
    const shift = this.columns.own[start]! - start;
    this.code.putCode(start + shift, this.old, start, end);
    for (let slot = start; slot < end; slot = this.old.next(slot)) {
      if (!this.#isRelative(slot)) continue;
      const target =
        this.old.opcode[slot] === Opcode.CALL
          ? slot + 1 + this.old.imm[slot]!
          : branchTarget(this.old, slot);
      this.#retarget(slot + shift, target, slot);
    }
  }

  /** Writes new instructions at a new slot. `near` is the old slot that problems are reported at. */
  write(at: number, instructions: readonly EditInstruction[], near: number): void {
    let slot = at;
    for (const instruction of instructions) {
      this.code.put(slot, instruction);
      if (instruction.target !== undefined) this.#retarget(slot, instruction.target, near);
      slot += slotCount(instruction);
    }
  }

  #isRelative(slot: number): boolean {
    const opcode = this.old.opcode[slot]!;
    if (isBranch(opcode)) return true;
    return (
      opcode === Opcode.CALL &&
      this.old.src[slot] === CallKind.FUNCTION &&
      this.options.isLocalCall?.(slot) === true
    );
  }

  #retarget(slot: number, oldTarget: number, near: number): void {
    const { code, columns, old } = this;
    if (oldTarget < 0 || oldTarget > old.length || old.isSecondHalf(oldTarget)) {
      this.problems.push({ kind: 'branch-outside', slot: near, target: oldTarget });
      return;
    }
    if (columns.fate[oldTarget] === Fate.MERGED) {
      this.problems.push({ kind: 'branch-into-replaced', slot: near, target: oldTarget });
    }
    const distance = columns.label[oldTarget]! - (slot + 1);
    const opcode = code.opcode[slot]!;
    if (opcode === Opcode.CALL || opcode === Opcode.GOTOL) {
      code.imm[slot] = distance;
    } else if (distance === (distance << 16) >> 16) {
      code.offset[slot] = distance;
    } else if (opcode === Opcode.JA && this.options.allowLongJumps === true) {
      code.opcode[slot] = Opcode.GOTOL;
      code.offset[slot] = 0;
      code.imm[slot] = distance;
    } else {
      this.problems.push({ kind: 'branch-too-far', slot: near, distance });
    }
  }
}
