/** The arithmetic of ALU instructions on known numbers (RFC 9669, section 4.1), and on addresses. */
import type { ByteOrder } from '../../base/bytes.ts';
import type { Instruction } from '../code.ts';
import { ADDR_SPACE_CAST, Alu, Class, classOf, operationOf, usesRegister } from '../opcode.ts';
import { numberResult } from './numbers.ts';
import type { TargetTable } from './targets.ts';
import {
  type Address,
  address,
  asNumber,
  bitsOf,
  type Constant,
  constant,
  impure,
  mix,
  sumBits,
  UNKNOWN,
  type Unknown,
  type Value,
} from './value.ts';

/** What an ALU instruction leaves in its destination. `operand` is the source register or the immediate. */
export function aluResult(
  instruction: Instruction,
  left: Value,
  operand: Value,
  order: ByteOrder,
  table: TargetTable,
): Value {
  const { opcode, offset, imm } = instruction;
  const operation = operationOf(opcode);
  const long = classOf(opcode) === Class.ALU64;
  if (operation === Alu.MOV) {
    if (long && offset === 0) return operand;
    if (long && usesRegister(opcode) && offset === ADDR_SPACE_CAST) {
      return operand.kind === 'address' ? operand : UNKNOWN;
    }
    if (operand.kind !== 'constant') return mixed(instruction, operand, operand, table);
    return number(moved(operand.value, long ? 64 : 32, offset));
  }
  if (operation === Alu.NEG || operation === Alu.END) {
    if (left.kind !== 'constant') return mixed(instruction, left, left, table);
    return operation === Alu.NEG
      ? constant(BigInt.asUintN(long ? 64 : 32, -left.value))
      : number(swapped(left.value, imm, swaps(opcode, order)));
  }
  if (left.kind === 'address' || operand.kind === 'address') {
    if (long && operation === Alu.ADD) return sum(left, operand, table);
    if (long && operation === Alu.SUB) return difference(left, operand, table);
    return mixed(instruction, left, operand, table);
  }
  if (left.kind !== 'constant' || operand.kind !== 'constant') {
    return mixed(instruction, left, operand, table);
  }
  const bits = long ? 64 : 32;
  const a = BigInt.asUintN(bits, left.value);
  const b = BigInt.asUintN(bits, operand.value);
  return number(calculate(operation, a, b, bits, offset === 1));
}

/** The targets of both and the size of the result. */
function mixed(instruction: Instruction, left: Value, right: Value, table: TargetTable): Value {
  const { bits } = numberResult(instruction, asNumber(left), asNumber(right));
  return mix(left, right, table, bits);
}

function number(value: bigint | undefined): Value {
  return value === undefined ? UNKNOWN : constant(value);
}

/** A move, sign-extending where `offset` is 8, 16 or 32; undefined for any other but 0. */
function moved(value: bigint, bits: 32 | 64, offset: number): bigint | undefined {
  if (offset === 0) return BigInt.asUintN(bits, value);
  if (offset !== 8 && offset !== 16 && offset !== 32) return undefined;
  return BigInt.asUintN(bits, BigInt.asIntN(offset, value));
}

/** `a op b` on unsigned values of `bits` bits; undefined for what is no operation. */
function calculate(
  operation: number,
  a: bigint,
  b: bigint,
  bits: 32 | 64,
  signed: boolean,
): bigint | undefined {
  const shift = b & BigInt(bits - 1);
  const wrap = (value: bigint) => BigInt.asUintN(bits, value);
  const read = (value: bigint) => (signed ? BigInt.asIntN(bits, value) : value);
  switch (operation) {
    case Alu.ADD:
      return wrap(a + b);
    case Alu.SUB:
      return wrap(a - b);
    case Alu.MUL:
      return wrap(a * b);
    case Alu.DIV:
      return b === 0n ? 0n : wrap(read(a) / read(b));
    case Alu.MOD:
      return b === 0n ? a : wrap(read(a) % read(b));
    case Alu.OR:
      return a | b;
    case Alu.AND:
      return a & b;
    case Alu.XOR:
      return a ^ b;
    case Alu.LSH:
      return wrap(a << shift);
    case Alu.RSH:
      return a >> shift;
    case Alu.ARSH:
      return wrap(BigInt.asIntN(bits, a) >> shift);
    default:
      return undefined;
  }
}

/** Whether a byte-order instruction swaps on a machine of this order, or only truncates. */
function swaps(opcode: number, order: ByteOrder): boolean {
  if (classOf(opcode) === Class.ALU64) return true;
  return usesRegister(opcode) === (order === 'little');
}

function swapped(value: bigint, bits: number, swap: boolean): bigint | undefined {
  if (bits !== 16 && bits !== 32 && bits !== 64) return undefined;
  const low = BigInt.asUintN(bits, value);
  if (!swap) return low;
  let result = 0n;
  for (let shift = 0; shift < bits; shift += 8) {
    result = (result << 8n) | ((low >> BigInt(shift)) & 0xffn);
  }
  return result;
}

/** The most bits of a number that may be taken away from an address. */
const LARGEST_STEP_BITS = 32;

/**
 * Constants are added as signed numbers, so that `r1 += -8` moves back. Of other numbers only those are
 * known to move up that cannot be negative.
 */
function displaced(base: Address, by: Unknown | Constant, sign: 1 | -1): Address {
  const { targets, offset, lowest } = base;
  const bits = sign === 1 ? sumBits(base.bits, bitsOf(by)).bits : 64;
  if (by.kind === 'constant') {
    const amount = sign * Number(BigInt.asIntN(64, by.value));
    if (!base.pure) return impure(targets, lowest + amount, bits);
    return address(targets, offset === undefined ? undefined : offset + amount, lowest + amount);
  }
  const low = lowest - largestStep(bitsOf(by), sign);
  return base.pure ? address(targets, undefined, low) : impure(targets, low, bits);
}

/** How far down a number that is not known may move an address by being added or taken away. */
function largestStep(bits: number, sign: 1 | -1): number {
  if (sign === 1 && bits < 64) return 0;
  return sign === -1 && bits <= LARGEST_STEP_BITS ? 2 ** bits - 1 : Number.POSITIVE_INFINITY;
}

/** A masked number that may have been an address is an index like any other. */
function sum(a: Value, b: Value, table: TargetTable): Value {
  if (a.kind !== 'address') return b.kind === 'address' ? displaced(b, asNumber(a), 1) : UNKNOWN;
  if (b.kind !== 'address') return displaced(a, b, 1);
  const [index, base] = a.bits < 64 ? [a, b] : [b, a];
  const { lowest, bits } = displaced(base, asNumber(index), 1);
  return impure(table.union(a.targets, b.targets), lowest, bits);
}

function difference(a: Value, b: Value, table: TargetTable): Value {
  if (a.kind === 'address' && b.kind !== 'address') return displaced(a, b, -1);
  if (a.kind !== 'address' || b.kind !== 'address' || !isSameTarget(a, b)) return mix(a, b, table);
  return a.offset !== undefined && b.offset !== undefined
    ? constant(BigInt(a.offset - b.offset))
    : UNKNOWN;
}

/** Whether two addresses are surely of one target, so that their difference is a plain number. */
export function isSameTarget(a: Address, b: Address): boolean {
  return a.pure && b.pure && a.targets === b.targets && a.targets.ids.length === 1;
}
