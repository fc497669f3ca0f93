/** What one instruction does to the state. */
import type { ByteOrder } from '../../base/bytes.ts';
import { argumentsRead, type CallTarget, calledHelper, isCall } from '../calls.ts';
import type { Code, Instruction } from '../code.ts';
import type { HelperArgument } from '../helpers.ts';
import {
  Atomic,
  Class,
  classOf,
  isAlu,
  isAtomic,
  isLoad,
  isPacketLoad,
  isStore,
  Mode,
  modeOf,
  Opcode,
  usesRegister,
  type Width,
  widthOf,
} from '../opcode.ts';
import { aluResult } from './arithmetic.ts';
import { type PassedPart, passedParts } from './passed-frame.ts';
import { loadedNumber, type State } from './state.ts';
import { hasTarget, STACK_TARGET, type TargetSet, type TargetTable } from './targets.ts';
import { constant, impure, UNKNOWN, type Value } from './value.ts';

/** What the analysis knows besides the instructions. */
export interface Environment {
  readonly code: Code;
  readonly order: ByteOrder;
  readonly targets: TargetTable;
  /** What the relocated ld_imm64 at a slot loads. */
  readonly references: ReadonlyMap<number, Value>;
  readonly call: (slot: number) => CallTarget;
}

/** Runs the instruction at `slot`. */
export function transfer(environment: Environment, slot: number, state: State): void {
  const instruction = environment.code.at(slot);
  const { opcode, dst } = instruction;
  if (isAlu(opcode)) {
    const operand = aluOperand(instruction, state);
    const { order, targets } = environment;
    state.setRegister(dst, aluResult(instruction, state.register(dst), operand, order, targets));
  } else if (opcode === Opcode.LD_IMM64) {
    state.setRegister(dst, wideValue(environment, slot));
  } else if (isLoad(opcode)) {
    const signed = modeOf(opcode) === Mode.MEMSX;
    const value = load(state, instruction.src, instruction.offset, widthOf(opcode), signed);
    state.setRegister(dst, value);
  } else if (isStore(opcode)) {
    store(state, dst, instruction.offset, widthOf(opcode), storedValue(instruction, state));
  } else if (isAtomic(opcode)) {
    atomic(state, instruction);
  } else if (isPacketLoad(opcode)) {
    state.setRegister(0, loadedNumber(widthOf(opcode), false));
    clobberArguments(state);
  } else if (isCall(opcode)) {
    call(environment, state, environment.call(slot));
  }
}

/** The second operand of an ALU or conditional-jump instruction. */
export function aluOperand(instruction: Instruction, state: State): Value {
  return usesRegister(instruction.opcode)
    ? state.register(instruction.src)
    : constant(BigInt(instruction.imm));
}

function wideValue(environment: Environment, slot: number): Value {
  const referred = environment.references.get(slot);
  if (referred !== undefined) return referred;
  const { code } = environment;
  if (!code.isWide(slot) || code.src[slot] !== 0) return UNKNOWN;
  return constant(code.imm64(slot));
}

function storedValue(instruction: Instruction, state: State): Value {
  return classOf(instruction.opcode) === Class.ST
    ? constant(BigInt(instruction.imm))
    : state.register(instruction.src);
}

/** Whether `base` may point into the stack, and then where `base + offset` is if that is known. */
function stackPlace(base: Value, offset: number): { readonly at: number | undefined } | undefined {
  if (base.kind !== 'address' || !hasTarget(base.targets, STACK_TARGET)) return undefined;
  return { at: base.offset === undefined ? undefined : base.offset + offset };
}

function load(
  state: State,
  register: number,
  offset: number,
  width: Width,
  signed: boolean,
): Value {
  const base = state.register(register);
  const place = stackPlace(base, offset);
  if (place === undefined) return loadedNumber(width, signed);
  return state.loadStack(place.at, width, signed);
}

function store(state: State, register: number, offset: number, width: Width, value: Value): void {
  const place = stackPlace(state.register(register), offset);
  if (place !== undefined) state.storeStack(place.at, width, value);
}

function atomic(state: State, instruction: Instruction): void {
  const { opcode, dst, src, offset, imm } = instruction;
  const width = widthOf(opcode);
  if (imm === Atomic.LOAD_ACQ) {
    state.setRegister(dst, load(state, src, offset, width, false));
    return;
  }
  if (imm === Atomic.STORE_REL) {
    store(state, dst, offset, width, state.register(src));
    return;
  }
  const old = load(state, dst, offset, width, false);
  const place = stackPlace(state.register(dst), offset);
  if (place !== undefined) state.smearStack(place.at, width, state.register(src));
  if (imm === Atomic.CMPXCHG) state.setRegister(0, old);
  else if ((imm & Atomic.FETCH) !== 0) state.setRegister(src, old);
}

function clobberArguments(state: State): void {
  for (let register = 1; register <= 5; register++) state.setRegister(register, UNKNOWN);
}

function call(environment: Environment, state: State, target: CallTarget): void {
  const helper = calledHelper(target);
  if (helper !== undefined && !helper.opaque) {
    for (const [index, argument] of helper.arguments.entries()) {
      writeByHelper(state, index + 1, argument);
    }
    state.setRegister(0, UNKNOWN);
  } else {
    state.setRegister(0, callFunction(environment, state, target));
  }
  clobberArguments(state);
}

/** What a helper may write through one of its arguments, if that points into the stack. */
function writeByHelper(state: State, number: number, argument: HelperArgument): void {
  if (argument.kind === 'number' || argument.kind === 'any') return;
  if (argument.kind === 'memory' && argument.access === 'read') return;
  const place = stackPlace(state.register(number), 0);
  if (place === undefined) return;
  state.smearStack(place.at, memorySize(state, argument), UNKNOWN);
}

/** How many bytes a helper accesses through an argument, undefined where that is not known. */
export function memorySize(state: State, argument: HelperArgument): number | undefined {
  const size = argument.kind === 'memory' ? argument.size : undefined;
  if (size?.kind === 'bytes') return size.bytes;
  if (size?.kind !== 'argument') return undefined;
  const value = state.register(size.argument);
  return value.kind === 'constant' && value.value <= 0xffff_ffffn ? Number(value.value) : undefined;
}

/**
 * The call of a function that may do with its arguments what it likes: follow them through the part of the
 * frame that it gets at (see `passed-frame.ts`), store one into what another points to, return one. Gives r0.
 */
function callFunction(environment: Environment, state: State, target: CallTarget): Value {
  const { targets } = environment;
  const summary =
    target.kind === 'function' || target.kind === 'kfunc' ? target.summary : undefined;
  const passed = (mask: number | undefined) =>
    passedTargets(state, mask ?? argumentsRead(target), targets);
  const parts = passedParts(state, target);
  const found = foundTargets(state, parts, targets);
  const stored = derivedFrom(union(passed(summary?.stores), found, targets));
  for (const { offset, size } of parts) state.smearStack(offset, size, stored);
  return derivedFrom(union(passed(summary?.returns), found, targets));
}

/** The targets of the addresses that a function may find in what it is given of the frame. */
function foundTargets(
  state: State,
  parts: readonly PassedPart[],
  table: TargetTable,
): TargetSet | undefined {
  let found: TargetSet | undefined;
  for (const { offset, size, follows } of parts) {
    if (follows) found = union(found, state.stackTargets(offset, size), table);
  }
  return found;
}

function passedTargets(state: State, mask: number, table: TargetTable): TargetSet | undefined {
  let passed: TargetSet | undefined;
  for (let register = 1; register <= 5; register++) {
    const value = state.register(register);
    if ((mask & (1 << register)) === 0 || value.kind !== 'address') continue;
    passed = union(passed, value.targets, table);
  }
  return passed;
}

function union(
  a: TargetSet | undefined,
  b: TargetSet | undefined,
  table: TargetTable,
): TargetSet | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return table.union(a, b);
}

function derivedFrom(targets: TargetSet | undefined): Value {
  return targets === undefined ? UNKNOWN : impure(targets);
}
