/**
 * The registers and the stack frame at one point of the program.
 *
 * The frame is 64 slots of 8 bytes, r10-512 to r10-8, and one place that stands for all memory beyond
 * them. Only whole, aligned slots hold exact values. A store to part of a slot, or to a place not exactly
 * known, adds the stored value's targets to whatever it may touch and makes it inexact.
 */
import type { ByteOrder } from '../../base/bytes.ts';
import { FRAME_POINTER, type Width } from '../opcode.ts';
import { STACK_TARGET, type TargetSet, type TargetTable } from './targets.ts';
import {
  address,
  blend,
  constant,
  equalValues,
  impure,
  join,
  UNKNOWN,
  type Unknown,
  unknownBelow,
  type Value,
} from './value.ts';

/** Registers that an encoding can name; r11 to r15 only in code that no kernel takes. */
const REGISTERS = 16;
const SLOTS = 64;
const BEYOND = SLOTS;
const ALL_INDICES: readonly number[] = Array.from({ length: SLOTS + 1 }, (_, index) => index);
const EMPTY_STACK: readonly Value[] = new Array<Value>(SLOTS + 1).fill(UNKNOWN);

/** The values at a block's entry; immutable once stored, arrays may be shared. */
export interface Snapshot {
  readonly registers: readonly Value[];
  readonly stack: readonly Value[];
}

/** The place in `stack` of the byte at r10+offset. */
function indexOf(offset: number): number {
  const index = Math.floor(offset / 8) + SLOTS;
  return index >= 0 && index < SLOTS ? index : BEYOND;
}

/** The places in `stack` of `size` bytes from r10+`offset` on; without `size` up to its end, without `offset` all. */
function indicesOf(offset: number | undefined, size: number | undefined): readonly number[] {
  if (offset === undefined) return ALL_INDICES;
  const end = size === undefined ? 0 : offset + size;
  const low = Math.max(offset, -SLOTS * 8);
  const high = Math.min(end, 0);
  const inside = low < high ? ALL_INDICES.slice(indexOf(low), indexOf(high - 1) + 1) : [];
  const beyond = offset < -SLOTS * 8 || offset >= 0 || end > 0;
  return beyond ? [...inside, BEYOND] : inside;
}

export class State {
  readonly #table: TargetTable;
  readonly #order: ByteOrder;
  #registers: Value[];
  #stack: readonly Value[];
  #ownsStack = false;

  constructor(snapshot: Snapshot, table: TargetTable, order: ByteOrder) {
    this.#table = table;
    this.#order = order;
    this.#registers = [...snapshot.registers];
    this.#stack = snapshot.stack;
  }

  static entry(values: readonly (Value | undefined)[], table: TargetTable): Snapshot {
    const registers = new Array<Value>(REGISTERS).fill(UNKNOWN);
    for (let register = 1; register <= 5; register++) {
      registers[register] = values[register] ?? UNKNOWN;
    }
    registers[FRAME_POINTER] = address(table.single(STACK_TARGET), 0);
    return { registers, stack: EMPTY_STACK };
  }

  load(snapshot: Snapshot): void {
    for (let i = 0; i < REGISTERS; i++) this.#registers[i] = snapshot.registers[i]!;
    this.#stack = snapshot.stack;
    this.#ownsStack = false;
  }

  save(): Snapshot {
    this.#ownsStack = false;
    return { registers: [...this.#registers], stack: this.#stack };
  }

  /** `snapshot` joined with this state (`coarse` as in `join`); the same object where nothing changes. */
  joinInto(snapshot: Snapshot, coarse: boolean): Snapshot {
    const registers = joinColumns(snapshot.registers, this.#registers, this.#table, coarse);
    const stack = joinColumns(snapshot.stack, this.#stack, this.#table, coarse);
    if (registers === snapshot.registers && stack === snapshot.stack) return snapshot;
    return { registers, stack };
  }

  register(number: number): Value {
    return this.#registers[number]!;
  }

  setRegister(number: number, value: Value): void {
    this.#registers[number] = value;
  }

  /** The 8 bytes at r10+`offset`, a multiple of 8. */
  slot(offset: number): Value {
    return this.#stack[indexOf(offset)]!;
  }

  /** What a load of `width` bytes at r10+`offset` gives; `undefined`: somewhere in the frame, or elsewhere. */
  loadStack(offset: number | undefined, width: Width, signed: boolean): Value {
    if (offset === undefined) return this.#loaded(undefined, width, signed);
    const first = indexOf(offset);
    if (first === indexOf(offset + width - 1) && first !== BEYOND) {
      const value = this.#stack[first]!;
      if (width === 8) return value;
      if (value.kind === 'constant') {
        return constant(this.#part(value.value, offset - (first - SLOTS) * 8, width, signed));
      }
    }
    return this.#loaded(offset, width, signed);
  }

  #loaded(offset: number | undefined, width: Width, signed: boolean): Value {
    const value = this.held(offset, offset === undefined ? undefined : width);
    const number = loadedNumber(width, signed);
    return value.kind === 'address' ? impure(value.targets, value.lowest, number.bits) : number;
  }

  /** `width` bytes at byte `at` of an 8-byte value in memory. */
  #part(value: bigint, at: number, width: Width, signed: boolean): bigint {
    const shift = this.#order === 'little' ? at : 8 - at - width;
    const bits = value >> BigInt(shift * 8);
    return signed ? BigInt.asIntN(width * 8, bits) : BigInt.asUintN(width * 8, bits);
  }

  /** A store of `width` bytes at r10+`offset`; `undefined`: somewhere in the frame. */
  storeStack(offset: number | undefined, width: Width, value: Value): void {
    const index = exactSlot(offset, width);
    if (index !== undefined) this.#set(index, value);
    else if (offset === undefined) this.smearStack(undefined, undefined, value);
    else this.smearStack(offset, width, value);
  }

  /**
   * Something may have written `value`, or parts of it, to any of `size` bytes from r10+`offset` on.
   * Without `size` up to the end of the frame, without `offset` anywhere.
   */
  smearStack(offset: number | undefined, size: number | undefined, value: Value): void {
    for (const index of indicesOf(offset, size)) {
      this.#set(index, blend(this.#stack[index]!, value, this.#table));
    }
  }

  #set(index: number, value: Value): void {
    const old = this.#stack[index]!;
    if (equalValues(old, value)) return;
    if (!this.#ownsStack) {
      this.#stack = [...this.#stack];
      this.#ownsStack = true;
    }
    (this.#stack as Value[])[index] = value;
  }

  /** All that a part of the frame (as in `smearStack`) may hold: an address, or a number that is not known. */
  held(offset?: number, size?: number): Value {
    let held: Value = UNKNOWN;
    if (this.#stack === EMPTY_STACK) return held;
    for (const index of indicesOf(offset, size)) {
      const value = this.#stack[index]!;
      if (value.kind === 'address') held = blend(held, value, this.#table);
    }
    return held;
  }

  /** The targets of every address that a part of the frame (as in `smearStack`) may hold, undefined for none. */
  stackTargets(offset?: number, size?: number): TargetSet | undefined {
    const held = this.held(offset, size);
    return held.kind === 'address' ? held.targets : undefined;
  }

  /** Forgets everything except r10: each register and slot may be derived from anything. */
  static top(table: TargetTable, framePointer: Value): Snapshot {
    const any = impure(table.all);
    const registers = new Array<Value>(REGISTERS).fill(any);
    registers[FRAME_POINTER] = framePointer;
    return { registers, stack: new Array<Value>(SLOTS + 1).fill(any) };
  }
}

/** A number that was loaded from memory of which nothing is known. */
export function loadedNumber(width: Width, signed: boolean): Unknown {
  return signed ? UNKNOWN : unknownBelow(width * 8);
}

/** The index of the whole slot that an access covers exactly. */
function exactSlot(offset: number | undefined, width: Width): number | undefined {
  if (offset === undefined || width !== 8 || offset % 8 !== 0) return undefined;
  const index = indexOf(offset);
  return index === BEYOND ? undefined : index;
}

/** Whether a store there is tracked exactly, and a load finds it again. */
export function isTrackedSlot(offset: number | undefined, width: Width): boolean {
  return exactSlot(offset, width) !== undefined;
}

function joinColumns(
  old: readonly Value[],
  other: readonly Value[],
  table: TargetTable,
  coarse: boolean,
): readonly Value[] {
  if (old === other) return old;
  let joined: Value[] | undefined;
  for (let i = 0; i < old.length; i++) {
    const before = old[i]!;
    const value = join(before, other[i]!, table, coarse);
    if (value === before) continue;
    joined ??= [...old];
    joined[i] = value;
  }
  return joined ?? old;
}
