/** Puts small objects together for the tests of the lowerings: functions, data, and what refers to what. */
import { addImm, callFunction, exit, loadImm64, movImm, movReg } from '../../../src/bpf/build.ts';
import { type Instruction, slotCount } from '../../../src/bpf/code.ts';
import { STT } from '../../../src/elf/constants.ts';
import type { ObjectSpec, RelocationSpec, SectionSpec, SymbolSpec } from '../../support/object.ts';
import { DATA, RODATA } from '../../support/object.ts';

/** An instruction that may refer to a symbol. */
export interface Line {
  readonly instruction: Instruction;
  readonly symbol?: string;
}

/** `register = symbol + addend ll` */
export function ref(register: number, symbol: string, addend = 0): Line {
  return { instruction: loadImm64(register, BigInt(addend)), symbol };
}

/** `call symbol` */
export function callOf(symbol: string): Line {
  return { instruction: callFunction(-1), symbol };
}

type Lines = readonly (Instruction | Line)[];

export interface FunctionSpec {
  readonly name: string;
  readonly binding?: 'local' | 'global' | 'weak';
  /** Further symbols of the same function. */
  readonly aliases?: readonly { readonly name: string; readonly binding: 'global' | 'weak' }[];
  readonly lines: Lines;
}

export interface DataSpec {
  readonly name: string;
  readonly bytes: readonly number[];
  readonly binding?: 'local' | 'global' | 'weak';
}

const LICENSE: SectionSpec = { name: 'license', flags: DATA, content: 'GPL\0' };

/** An object: functions by section, named data by section (writable unless it begins with `.rodata`). */
export function program(
  code: Readonly<Record<string, readonly FunctionSpec[]>>,
  data: Readonly<Record<string, readonly DataSpec[]>> = {},
  order: 'little' | 'big' = 'little',
): ObjectSpec {
  const sections: SectionSpec[] = [LICENSE];
  const symbols: SymbolSpec[] = [];
  const named = new Set<string>();
  for (const [section, functions] of Object.entries(code)) {
    const instructions: Instruction[] = [];
    const relocations: RelocationSpec[] = [];
    let slot = 0;
    for (const { name, binding = 'local', aliases = [], lines } of functions) {
      const start = slot;
      for (const line of lines) {
        const { instruction, symbol } =
          'instruction' in line ? line : { instruction: line, symbol: undefined };
        if (symbol !== undefined) {
          named.add(symbol);
          const type = instruction.opcode === 0x85 ? 10 : 1;
          relocations.push({ offset: slot * 8, type, symbol });
        }
        instructions.push(instruction);
        slot += slotCount(instruction);
      }
      const place = { type: STT.FUNC, in: section, value: start * 8, size: (slot - start) * 8 };
      for (const alias of [{ name, binding }, ...aliases]) symbols.push({ ...place, ...alias });
    }
    sections.push({ name: section, code: instructions, relocations });
  }
  for (const [section, objects] of Object.entries(data)) {
    const content: number[] = [];
    for (const { name, bytes, binding = 'local' } of objects) {
      while (content.length % 8 !== 0) content.push(0);
      const place = { type: STT.OBJECT, in: section, value: content.length, size: bytes.length };
      symbols.push({ name, binding, ...place });
      content.push(...bytes);
    }
    const flags = section.startsWith('.rodata') ? RODATA : DATA;
    sections.push({ name: section, flags, align: 8, content });
  }
  for (const name of named) {
    const defined = symbols.some((symbol) => symbol.name === name);
    if (!defined && !sections.some((section) => section.name === name)) symbols.push({ name });
  }
  return { order, sections, symbols };
}

/** `r0 = value; exit` */
export function returns(value: number): Lines {
  return [movImm(0, value), exit()];
}

/** `register = r10 - depth` */
export function frame(register: number, depth: number): Lines {
  return [movReg(register, 10), addImm(register, -depth)];
}
