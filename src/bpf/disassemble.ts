/**
 * Instructions as text, in the syntax that clang's assembler takes and llvm-objdump prints (numbers
 * decimal, 64-bit constants hexadecimal).
 *
 * Registers of loads and stores are always written `rN`, as the kernel does; llvm-objdump writes `wN` for
 * narrow ones from v3 on, for the same bytes. Calls say what they call: `call 1` or
 * `call bpf_map_lookup_elem#1` a helper, `call pc+5` a function at a distance, `call kfunc#7`.
 */
import type { Code } from './code.ts';
import { helperById } from './helpers.ts';
import {
  ADDR_SPACE_CAST,
  Alu,
  Atomic,
  CallKind,
  Class,
  classOf,
  isAtomic,
  isKnownOpcode,
  isLoad,
  isPacketLoad,
  Jump,
  Mode,
  modeOf,
  Opcode,
  operationOf,
  usesRegister,
  widthOf,
} from './opcode.ts';

export interface DisassembleOptions {
  /** Write `bpf_map_lookup_elem#1` instead of `1`. */
  readonly helperNames?: boolean;
  /** What the ld_imm64 or call at `slot` refers to, written instead of its number. */
  readonly reference?: (slot: number) => string | undefined;
  /** A name for the slot that a branch leads to, written instead of the distance. */
  readonly label?: (slot: number) => string | undefined;
}

export interface DisassembledLine {
  readonly slot: number;
  readonly text: string;
}

/** One line per instruction; the second half of a ld_imm64 has none. */
export function disassembleAll(code: Code, options: DisassembleOptions = {}): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  for (let slot = 0; slot < code.length; slot = code.next(slot)) {
    lines.push({ slot, text: disassemble(code, slot, options) });
  }
  return lines;
}

/** The instruction that begins at `slot`. Never fails: what is no instruction is `<unknown 0x..>`. */
export function disassemble(code: Code, slot: number, options: DisassembleOptions = {}): string {
  const opcode = code.opcode[slot]!;
  if (!isKnownOpcode(opcode)) return unknown(opcode);
  switch (classOf(opcode)) {
    case Class.LD:
      return isPacketLoad(opcode) ? packetLoad(code, slot) : wide(code, slot, options);
    case Class.LDX:
    case Class.ST:
    case Class.STX:
      return isAtomic(opcode) ? atomic(code, slot) : access(code, slot);
    case Class.ALU:
    case Class.ALU64:
      return alu(code, slot);
    default:
      return jump(code, slot, options);
  }
}

function unknown(opcode: number): string {
  return `<unknown 0x${opcode.toString(16).padStart(2, '0')}>`;
}

function signed(distance: number): string {
  return distance < 0 ? `${distance}` : `+${distance}`;
}

/** `r1 + 4`, `r10 - 8`. */
function address(base: number, offset: number): string {
  return `r${base} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
}

function wide(code: Code, slot: number, options: DisassembleOptions): string {
  if (!code.isWide(slot)) return unknown(code.opcode[slot]!);
  const value = options.reference?.(slot) ?? `0x${code.imm64(slot).toString(16)}`;
  return `r${code.dst[slot]} = ${value} ll`;
}

function packetLoad(code: Code, slot: number): string {
  const opcode = code.opcode[slot]!;
  const indirect = modeOf(opcode) === Mode.IND;
  const { src, imm } = code.at(slot);
  const register = imm === 0 ? `r${src}` : address(src, imm);
  return `r0 = *(u${widthOf(opcode) * 8} *)skb[${indirect ? register : imm}]`;
}

function access(code: Code, slot: number): string {
  const { opcode, dst, src, offset, imm } = code.at(slot);
  const sign = modeOf(opcode) === Mode.MEMSX ? 's' : 'u';
  const memory = (base: number) => `*(${sign}${widthOf(opcode) * 8} *)(${address(base, offset)})`;
  if (isLoad(opcode)) return `r${dst} = ${memory(src)}`;
  return `${memory(dst)} = ${classOf(opcode) === Class.ST ? imm : `r${src}`}`;
}

const atomicOperators: Readonly<Record<number, readonly [sign: string, name: string]>> = {
  [Atomic.ADD]: ['+=', 'add'],
  [Atomic.OR]: ['|=', 'or'],
  [Atomic.AND]: ['&=', 'and'],
  [Atomic.XOR]: ['^=', 'xor'],
};

function atomic(code: Code, slot: number): string {
  const { opcode, dst, src, offset, imm } = code.at(slot);
  const width = widthOf(opcode);
  if (imm === Atomic.LOAD_ACQ || imm === Atomic.STORE_REL) {
    const letter = width === 8 ? 'r' : 'w';
    return imm === Atomic.LOAD_ACQ
      ? `${letter}${dst} = load_acquire((u${width * 8} *)(${address(src, offset)}))`
      : `store_release((u${width * 8} *)(${address(dst, offset)}), ${letter}${src})`;
  }
  if (width < 4) return unknown(opcode);
  const [letter, suffix] = width === 8 ? ['r', '_64'] : ['w', '32_32'];
  const memory = `(u${width * 8} *)(${address(dst, offset)})`;
  const operand = `${letter}${src}`;
  if (imm === Atomic.XCHG) return `${operand} = xchg${suffix}(${address(dst, offset)}, ${operand})`;
  if (imm === Atomic.CMPXCHG) {
    return `${letter}0 = cmpxchg${suffix}(${address(dst, offset)}, ${letter}0, ${operand})`;
  }
  const operator = atomicOperators[imm & ~Atomic.FETCH];
  if (operator === undefined) return unknown(opcode);
  if ((imm & Atomic.FETCH) === 0) return `lock *${memory} ${operator[0]} ${operand}`;
  return `${operand} = atomic_fetch_${operator[1]}(${memory}, ${operand})`;
}

const aluOperators: Readonly<Record<number, string>> = {
  [Alu.ADD]: '+=',
  [Alu.SUB]: '-=',
  [Alu.MUL]: '*=',
  [Alu.DIV]: '/=',
  [Alu.OR]: '|=',
  [Alu.AND]: '&=',
  [Alu.LSH]: '<<=',
  [Alu.RSH]: '>>=',
  [Alu.MOD]: '%=',
  [Alu.XOR]: '^=',
  [Alu.MOV]: '=',
  [Alu.ARSH]: 's>>=',
};

function alu(code: Code, slot: number): string {
  const { opcode, dst, src, offset, imm } = code.at(slot);
  const operation = operationOf(opcode);
  const long = classOf(opcode) === Class.ALU64;
  const letter = long ? 'r' : 'w';
  const register = `${letter}${dst}`;
  const operand = usesRegister(opcode) ? `${letter}${src}` : `${imm}`;
  if (operation === Alu.NEG) return `${register} = -${register}`;
  if (operation === Alu.END) {
    const name = long ? 'bswap' : usesRegister(opcode) ? 'be' : 'le';
    return `r${dst} = ${name}${imm} r${dst}`;
  }
  if (operation === Alu.MOV && usesRegister(opcode)) {
    if (long && offset === ADDR_SPACE_CAST) {
      return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`;
    }
    if (offset !== 0) return `${register} = (s${offset})${operand}`;
  }
  const division = operation === Alu.DIV || operation === Alu.MOD;
  const sign = division && offset === 1 ? 's' : '';
  return `${register} ${sign}${aluOperators[operation]} ${operand}`;
}

const comparisons: Readonly<Record<number, string>> = {
  [Jump.JEQ]: '==',
  [Jump.JGT]: '>',
  [Jump.JGE]: '>=',
  [Jump.JSET]: '&',
  [Jump.JNE]: '!=',
  [Jump.JSGT]: 's>',
  [Jump.JSGE]: 's>=',
  [Jump.JLT]: '<',
  [Jump.JLE]: '<=',
  [Jump.JSLT]: 's<',
  [Jump.JSLE]: 's<=',
};

function jump(code: Code, slot: number, options: DisassembleOptions): string {
  const { opcode, dst, src, offset, imm } = code.at(slot);
  const distance = opcode === Opcode.GOTOL ? imm : offset;
  const target = options.label?.(slot + 1 + distance) ?? signed(distance);
  switch (opcode) {
    case Opcode.JA:
      return `goto ${target}`;
    case Opcode.GOTOL:
      return `gotol ${target}`;
    case Opcode.GOTOX:
      return `gotox r${dst}`;
    case Opcode.MAY_GOTO:
      return `may_goto ${target}`;
    case Opcode.CALLX:
      return `callx r${dst}`;
    case Opcode.EXIT:
      return 'exit';
    case Opcode.CALL:
      return `call ${callee(code, slot, options)}`;
  }
  const letter = classOf(opcode) === Class.JMP ? 'r' : 'w';
  const operand = usesRegister(opcode) ? `${letter}${src}` : `${imm}`;
  const comparison = comparisons[operationOf(opcode)];
  return `if ${letter}${dst} ${comparison} ${operand} goto ${target}`;
}

function callee(code: Code, slot: number, options: DisassembleOptions): string {
  const reference = options.reference?.(slot);
  if (reference !== undefined) return reference;
  const imm = code.imm[slot]!;
  switch (code.src[slot]) {
    case CallKind.HELPER: {
      const helper = options.helperNames === true ? helperById(imm) : undefined;
      return helper === undefined ? `${imm}` : `bpf_${helper.name}#${imm}`;
    }
    case CallKind.FUNCTION:
      return `pc${signed(imm)}`;
    default:
      return `kfunc#${imm}`;
  }
}
