/**
 * How large a number that is not known can be: below 2^bits, unsigned. That is enough to see that an index
 * was masked or checked, so that adding it moves an address up and never down.
 *
 *     r2 = *(u32 *)(r1 + 0)       below 2^32
 *     r2 &= 7                     below 2^3
 *     r2 <<= 3                    below 2^6
 *     if r3 > 15 goto             r3 is below 2^4 where it goes on
 */
import type { Instruction } from '../code.ts';
import { Alu, Class, classOf, isConditional, Jump, Opcode, operationOf } from '../opcode.ts';
import {
  bitsOf,
  type Constant,
  impure,
  sumBits,
  type Unknown,
  unknownBelow,
  type Value,
} from './value.ts';

type Numeric = Unknown | Constant;

/** What an ALU instruction makes of two numbers that are not both known. */
export function numberResult(instruction: Instruction, left: Numeric, right: Numeric): Unknown {
  const long = classOf(instruction.opcode) === Class.ALU64;
  // Swaps and truncations have a size of their own, whichever class they are of.
  if (operationOf(instruction.opcode) === Alu.END) {
    return unknownBelow(instruction.imm === 16 || instruction.imm === 32 ? instruction.imm : 64);
  }
  if (long) return calculate(instruction, left, right, 64);
  const result = calculate(instruction, low(left), low(right), 32);
  return result.bits <= 32 ? result : unknownBelow(32);
}

/** The lower 32 bits of a number. */
function low(value: Numeric): Numeric {
  if (value.kind === 'constant') {
    return { kind: 'constant', value: BigInt.asUintN(32, value.value) };
  }
  return value.bits <= 32 ? value : unknownBelow(32);
}

function calculate(
  { opcode, offset }: Instruction,
  left: Numeric,
  right: Numeric,
  width: 32 | 64,
): Unknown {
  const a = bitsOf(left);
  const b = bitsOf(right);
  const known = right.kind === 'constant' ? right.value : undefined;
  const below = (bits: number) => unknownBelow(Math.max(0, Math.min(bits, width)));
  const positive = a < width && b < width;
  switch (operationOf(opcode)) {
    case Alu.MOV:
      return offset === 0 || b < offset ? below(b) : below(width);
    case Alu.ADD:
      return sumBits(a, b);
    case Alu.MUL:
      return below(a + b);
    case Alu.AND:
      return below(Math.min(a, b));
    case Alu.OR:
    case Alu.XOR:
      return below(Math.max(a, b));
    case Alu.LSH:
      return below(known === undefined ? width : a + shift(known, width));
    case Alu.RSH:
      return below(known === undefined ? a : a - shift(known, width));
    case Alu.ARSH:
      if (a >= width) return below(width);
      return below(known === undefined ? a : a - shift(known, width));
    case Alu.DIV:
      return below(offset === 0 || positive ? a : width);
    case Alu.MOD:
      // By zero leaves the number as it is; the sign is the dividend's.
      if (offset !== 0) return below(positive ? a : width);
      return below(known === undefined || known === 0n ? a : Math.min(a, b));
    default:
      return below(width);
  }
}

function shift(by: bigint, width: 32 | 64): number {
  return Number(by & BigInt(width - 1));
}

/** `left` where a comparison of it with `right` came out so; the value itself where that tells nothing. */
export function whereCompared(
  { opcode }: Instruction,
  taken: boolean,
  left: Value,
  right: Value,
): Value {
  if (left.kind === 'constant' || right.kind === 'address' || !isConditional(opcode)) return left;
  if (opcode === Opcode.MAY_GOTO) return left;
  const operation = operationOf(opcode);
  // Whether an address is null says nothing of it where the ways meet again.
  const equality = operation === Jump.JEQ || operation === Jump.JNE;
  if (left.kind === 'address' && equality) return left;
  const width = classOf(opcode) === Class.JMP ? 64 : 32;
  if (left.bits > width) return left;
  const relation = holding(operation, taken);
  const bits = width === 32 ? bitsOf(low(right)) : bitsOf(right);
  const limit = limitOf(relation, left.bits, bits, width);
  if (limit >= left.bits) return left;
  const { bits: assumed } = unknownBelow(limit);
  return left.kind === 'address'
    ? impure(left.targets, left.lowest, assumed)
    : unknownBelow(assumed);
}

type Relation = 'below' | 'signed-below' | 'signed-above' | 'none';

/** How the first operand stands to the second, or is equal to it, where a jump is taken or not. */
function holding(operation: number, taken: boolean): Relation {
  switch (operation) {
    case Jump.JEQ:
      return taken ? 'below' : 'none';
    case Jump.JNE:
      return taken ? 'none' : 'below';
    case Jump.JLT:
    case Jump.JLE:
      return taken ? 'below' : 'none';
    case Jump.JGT:
    case Jump.JGE:
      return taken ? 'none' : 'below';
    case Jump.JSLT:
    case Jump.JSLE:
      return taken ? 'signed-below' : 'signed-above';
    case Jump.JSGT:
    case Jump.JSGE:
      return taken ? 'signed-above' : 'signed-below';
    default:
      return 'none';
  }
}

/** The bits that are left of `left`, not above (or not below) a number of `right` bits. */
function limitOf(relation: Relation, left: number, right: number, width: 32 | 64): number {
  const positive = right < width;
  switch (relation) {
    case 'below':
      return right;
    case 'signed-below':
      return left < width && positive ? right : left;
    case 'signed-above':
      return positive ? width - 1 : left;
    default:
      return left;
  }
}
