/**
 * The opcode byte of a BPF instruction (RFC 9669, section 3 and later), v1 to v4 and the kernel's
 * additions to it: `may_goto`, load-acquire and store-release, address-space casts, indirect jumps.
 *
 * The low three bits are the class. For ALU and jump classes, bit 3 says whether the second operand is
 * `imm` (K) or a register (X) and the high four bits are the operation; for loads and stores, bits 3-4
 * are the size and bits 5-7 the mode.
 */

export const Class = {
  LD: 0x00,
  LDX: 0x01,
  ST: 0x02,
  STX: 0x03,
  ALU: 0x04,
  JMP: 0x05,
  JMP32: 0x06,
  ALU64: 0x07,
} as const;

export const Mode = {
  IMM: 0x00,
  ABS: 0x20,
  IND: 0x40,
  MEM: 0x60,
  MEMSX: 0x80,
  ATOMIC: 0xc0,
} as const;

export const Size = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;

/** Bit 3 of ALU and jump opcodes: the second operand. */
export const Source = { K: 0x00, X: 0x08 } as const;

export const Alu = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  /** Signed where `offset` is 1. */
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  /** Signed where `offset` is 1. */
  MOD: 0x90,
  XOR: 0xa0,
  /** Sign-extending (MOVSX) where `offset` is 8, 16 or 32; an address-space cast where it is 1. */
  MOV: 0xb0,
  ARSH: 0xc0,
  /** Class ALU: to little (K) or big (X) endian; class ALU64: unconditional byte swap. Width in `imm`. */
  END: 0xd0,
} as const;

export const Jump = {
  JA: 0x00,
  JEQ: 0x10,
  JGT: 0x20,
  JGE: 0x30,
  JSET: 0x40,
  JNE: 0x50,
  JSGT: 0x60,
  JSGE: 0x70,
  CALL: 0x80,
  EXIT: 0x90,
  JLT: 0xa0,
  JLE: 0xb0,
  JSLT: 0xc0,
  JSLE: 0xd0,
  JCOND: 0xe0,
} as const;

/** Whole opcode bytes that are looked for by name. */
export const Opcode = {
  LD_IMM64: 0x18,
  JA: 0x05,
  /** `ja` with a 32-bit distance in `imm` (v4). */
  GOTOL: 0x06,
  /** Indirect jump to the address in `dst`. */
  GOTOX: 0x0d,
  MAY_GOTO: 0xe5,
  CALL: 0x85,
  /** Indirect call of the function whose address is in `dst`. */
  CALLX: 0x8d,
  EXIT: 0x95,
  MOV64_K: 0xb7,
  MOV64_X: 0xbf,
  MOV32_K: 0xb4,
  MOV32_X: 0xbc,
  ADD64_K: 0x07,
  ADD64_X: 0x0f,
  ADD32_X: 0x0c,
} as const;

/** `src` of a call: what `imm` means. */
export const CallKind = { HELPER: 0, FUNCTION: 1, KFUNC: 2 } as const;

/** `src` of a ld_imm64: what its 64 bits mean. */
export const Pseudo = {
  NONE: 0,
  MAP_FD: 1,
  MAP_VALUE: 2,
  BTF_ID: 3,
  FUNC: 4,
  MAP_IDX: 5,
  MAP_IDX_VALUE: 6,
} as const;

/** `imm` of an atomic instruction; ADD, OR, AND and XOR may have FETCH added. */
export const Atomic = {
  ADD: 0x00,
  OR: 0x40,
  AND: 0x50,
  XOR: 0xa0,
  FETCH: 0x01,
  XCHG: 0xe1,
  CMPXCHG: 0xf1,
  LOAD_ACQ: 0x100,
  STORE_REL: 0x110,
} as const;

/** `offset` of an ALU64 register move that casts between address spaces. */
export const ADDR_SPACE_CAST = 1;

/** r0 to r10. Encodings have room for 16; r11 to r15 are not registers of a program. */
export const FRAME_POINTER = 10;

export type Width = 1 | 2 | 4 | 8;

export function classOf(opcode: number): number {
  return opcode & 0x07;
}

/** The operation of an ALU or jump opcode. */
export function operationOf(opcode: number): number {
  return opcode & 0xf0;
}

export function modeOf(opcode: number): number {
  return opcode & 0xe0;
}

/** The access width, in bytes, of a load or store opcode. */
export function widthOf(opcode: number): Width {
  switch (opcode & 0x18) {
    case Size.B:
      return 1;
    case Size.H:
      return 2;
    case Size.W:
      return 4;
    default:
      return 8;
  }
}

/** The size bits for an access of `width` bytes. */
export function sizeBits(width: Width): number {
  switch (width) {
    case 1:
      return Size.B;
    case 2:
      return Size.H;
    case 4:
      return Size.W;
    case 8:
      return Size.DW;
  }
}

export function isAlu(opcode: number): boolean {
  const kind = classOf(opcode);
  return kind === Class.ALU || kind === Class.ALU64;
}

export function isJumpClass(opcode: number): boolean {
  const kind = classOf(opcode);
  return kind === Class.JMP || kind === Class.JMP32;
}

/** Whether an ALU or jump opcode's second operand is a register. */
export function usesRegister(opcode: number): boolean {
  return (opcode & Source.X) !== 0;
}

export function isLoad(opcode: number): boolean {
  return (
    classOf(opcode) === Class.LDX && (modeOf(opcode) === Mode.MEM || modeOf(opcode) === Mode.MEMSX)
  );
}

/** A plain store of a register or an immediate. */
export function isStore(opcode: number): boolean {
  const kind = classOf(opcode);
  return (kind === Class.ST || kind === Class.STX) && modeOf(opcode) === Mode.MEM;
}

/** Read-modify-write instructions as well as load-acquire and store-release. */
export function isAtomic(opcode: number): boolean {
  return classOf(opcode) === Class.STX && modeOf(opcode) === Mode.ATOMIC;
}

/** The packet loads of classic BPF: context in r6, result in r0, r1 to r5 lost. */
export function isPacketLoad(opcode: number): boolean {
  const mode = modeOf(opcode);
  return classOf(opcode) === Class.LD && (mode === Mode.ABS || mode === Mode.IND);
}

/** A jump that is taken or not: compare-and-jump and `may_goto`. */
export function isConditional(opcode: number): boolean {
  if (!isJumpClass(opcode)) return false;
  const operation = operationOf(opcode);
  return operation !== Jump.JA && operation !== Jump.CALL && operation !== Jump.EXIT;
}

/** A jump whose distance is in the instruction: `ja`, `gotol`, conditional jumps, `may_goto`. */
export function isBranch(opcode: number): boolean {
  return opcode === Opcode.JA || opcode === Opcode.GOTOL || isConditional(opcode);
}

/** Whether control never goes on to the next instruction. */
export function endsFlow(opcode: number): boolean {
  return (
    opcode === Opcode.JA ||
    opcode === Opcode.GOTOL ||
    opcode === Opcode.GOTOX ||
    opcode === Opcode.EXIT
  );
}

function known(opcode: number): boolean {
  const operation = operationOf(opcode);
  switch (classOf(opcode)) {
    case Class.LD:
      return opcode === Opcode.LD_IMM64 || (isPacketLoad(opcode) && widthOf(opcode) !== 8);
    case Class.LDX:
      return (
        modeOf(opcode) === Mode.MEM || (modeOf(opcode) === Mode.MEMSX && widthOf(opcode) !== 8)
      );
    case Class.ST:
      return modeOf(opcode) === Mode.MEM;
    case Class.STX:
      return isStore(opcode) || isAtomic(opcode);
    case Class.ALU:
      return operation <= Alu.END && opcode !== (Class.ALU | Alu.NEG | Source.X);
    case Class.ALU64:
      return operation < Alu.END
        ? opcode !== (Class.ALU64 | Alu.NEG | Source.X)
        : operation === Alu.END && !usesRegister(opcode);
    case Class.JMP:
      if (operation === Jump.EXIT || operation === Jump.JCOND) return !usesRegister(opcode);
      return operation <= Jump.JCOND;
    default:
      if (operation === Jump.JA) return !usesRegister(opcode);
      return operation !== Jump.CALL && operation !== Jump.EXIT && operation < Jump.JCOND;
  }
}

const knownOpcodes = Uint8Array.from({ length: 256 }, (_, opcode) => (known(opcode) ? 1 : 0));

/** Whether the byte is the opcode of some instruction (its other fields may still be wrong). */
export function isKnownOpcode(opcode: number): boolean {
  return knownOpcodes[opcode] === 1;
}
