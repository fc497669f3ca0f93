/**
 * Constants on the stack, for loaders without `.rodata`.
 *
 * A helper wants a pointer to a key, a program indexes a table: the bytes have to be in memory, and the
 * stack is the only memory that every loader gives. Each constant is stored once, in a prologue of the
 * function that refers to it, and the reference becomes an address in the frame:
 *
 *                                        *(u64 *)(r10 - 8) = 1       the prologue
 *     r2 = one ll   (two slots)          r2 = r10
 *                                        r2 += -8
 *
 * A ld_imm64 takes two slots and so does its replacement: nothing inside the body moves. Objects are
 * placed below what the function itself uses, whole, aligned to 8 bytes and padded with zeros: the
 * verifier wants stack accesses aligned, and every byte that a variable index can reach written.
 *
 * Offsets between objects (rustc's relative lookup tables) are computed for where they stand in the
 * frame. Addresses in data cannot be: a program that reads one back at a variable index gets a number.
 */
import { alignUp, ByteView } from '../base/bytes.ts';
import { Alu, aluImm, type CodeEdits, type Instruction, movReg, storeImm } from '../bpf/index.ts';
import { FRAME_POINTER } from '../bpf/opcode.ts';
import { pointerInConstant } from '../diag/catalogue/lowering.ts';
import { type LoweringContext, loweredObject } from './context.ts';
import { type BpfFunction, locateSlot } from './functions.ts';
import type { DataObject } from './objects.ts';

export const STACK_SIZE = 512;

/** A reference to be replaced, at its slot in the code that is edited. */
export interface StackReference {
  readonly slot: number;
  readonly object: DataObject;
  readonly offset: number;
}

export interface Frame {
  /** Bytes below r10 that the function uses, constants included. */
  readonly depth: number;
  /** Each object with the offset of its first byte from r10. */
  readonly objects: ReadonlyMap<DataObject, number>;
}

/** Lays out the frame of a function that by itself uses `ownDepth` bytes. It may be too deep. */
export function layOutFrame(
  ownDepth: number,
  references: readonly StackReference[],
  context: LoweringContext,
): Frame {
  const objects = new Map<DataObject, number>();
  let depth = references.length === 0 ? ownDepth : alignUp(ownDepth, 8);
  for (const object of withRelatives(references, context)) {
    depth += alignUp(object.end - object.start, 8);
    objects.set(object, -depth);
  }
  return { depth, objects };
}

/** The objects that are referred to, and those that they hold distances to. */
function withRelatives(
  references: readonly StackReference[],
  context: LoweringContext,
): Set<DataObject> {
  const objects = new Set(references.map(({ object }) => object));
  // A Set is iterated in the order of insertion, what is added on the way included.
  for (const object of objects) {
    for (const { target } of relocationsOf(object, context)) {
      const pointer = loweredObject(target, context);
      if (pointer !== undefined) objects.add(pointer.object);
    }
  }
  return objects;
}

function relocationsOf(object: DataObject, { state }: LoweringContext) {
  return object.section.relocations
    .filter(({ offset }) => offset >= object.start && offset < object.end)
    .map((relocation) => ({ relocation, target: state.targetOf(relocation) }));
}

/** Records the prologue and the new addresses. */
export function putOnStack(
  fn: BpfFunction,
  edits: CodeEdits,
  references: readonly StackReference[],
  frame: Frame,
  context: LoweringContext,
): void {
  const prologue: Instruction[] = [];
  for (const [object, offset] of frame.objects) {
    const bytes = finalBytes(fn, object, offset, frame, context);
    prologue.push(...stores(bytes, offset, context));
  }
  edits.insertBefore(0, prologue, { branches: 'after' });
  for (const { slot, object, offset } of references) {
    const register = edits.code.dst[slot]!;
    edits.replace(slot, 2, [
      movReg(register, FRAME_POINTER),
      aluImm(Alu.ADD, register, frame.objects.get(object)! + offset),
    ]);
  }
}

/** The object's bytes, with distances as they are in this frame, padded to 8. */
function finalBytes(
  fn: BpfFunction,
  object: DataObject,
  frameOffset: number,
  frame: Frame,
  context: LoweringContext,
): Uint8Array {
  const view = new ByteView(
    new Uint8Array(alignUp(object.end - object.start, 8)),
    context.state.order,
  );
  view.bytes.set(context.objects.bytesOf(object));
  for (const { relocation, target } of relocationsOf(object, context)) {
    const at = relocation.offset - object.start;
    const pointer = loweredObject(target, context);
    const place = pointer && frame.objects.get(pointer.object);
    if (relocation.form === 'pcrel32' && pointer !== undefined && place !== undefined) {
      view.setU32(at, place + pointer.offset - (frameOffset + at));
    } else {
      if (context.refused.has(object)) break;
      context.refused.add(object);
      const held =
        pointer === undefined
          ? `'${relocation.symbol.name}'`
          : context.objects.describe(pointer.object);
      const place = locateSlot(fn, referenceTo(fn, object, context));
      context.sink.report(pointerInConstant(context.objects.describe(object), at, held, place));
    }
  }
  return view.bytes;
}

/** The slot of a reference to the object; the first where it is only held by another. */
function referenceTo(fn: BpfFunction, object: DataObject, context: LoweringContext): number {
  const found = [...fn.references].find(
    ([, { target }]) => loweredObject(target, context)?.object === object,
  );
  return found?.[0] ?? 0;
}

/** The fewest stores of immediates: 8 bytes where the value sign-extends from 32 bits, else 4 and 4. */
function* stores(
  bytes: Uint8Array,
  frameOffset: number,
  context: LoweringContext,
): Generator<Instruction> {
  const view = new ByteView(bytes, context.state.order);
  for (let at = 0; at < bytes.length; at += 8) {
    const value = view.i64(at);
    if (value === BigInt.asIntN(32, value)) {
      yield storeImm(8, FRAME_POINTER, frameOffset + at, Number(value));
    } else {
      yield storeImm(4, FRAME_POINTER, frameOffset + at, view.i32(at));
      yield storeImm(4, FRAME_POINTER, frameOffset + at + 4, view.i32(at + 4));
    }
  }
}
