/** Objects for aya's rules, put together by hand: what compilers do not write, or not alone. */
import { ByteView, encodeUtf8 } from '../../../src/base/bytes.ts';
import { callFunction, exit, loadImm64, movImm } from '../../../src/bpf/build.ts';
import type { Instruction } from '../../../src/bpf/code.ts';
import { type BtfExt, writeBtfExt } from '../../../src/btf/ext.ts';
import { KIND } from '../../../src/btf/format.ts';
import { R_BPF, SHT, STT } from '../../../src/elf/constants.ts';
import { info, type TypeRows, section as typeSection } from '../../btf/support/table.ts';
import {
  DATA,
  type ObjectSpec,
  object,
  type RelocationSpec,
  RODATA,
  type SectionSpec,
  type SymbolSpec,
} from '../../support/object.ts';

export const pass: readonly Instruction[] = [movImm(0, 0), exit()];

/** A section of one function, and its symbol. */
export interface Part {
  readonly sections: readonly SectionSpec[];
  readonly symbols: readonly SymbolSpec[];
}

export function func(
  name: string,
  section: string,
  code: readonly Instruction[] = pass,
  relocations: readonly RelocationSpec[] = [],
): Part {
  const size = code.reduce((sum, { high }) => sum + (high === undefined ? 8 : 16), 0);
  return {
    sections: [{ name: section, code, relocations }],
    symbols: [{ name, type: STT.FUNC, in: section, size }],
  };
}

export function program(
  code: readonly Instruction[] = pass,
  relocations: readonly RelocationSpec[] = [],
  section = 'classifier',
): Part {
  return func('program', section, code, relocations);
}

export function data(name: string, content: readonly number[] = [1, 2, 3, 4]): Part {
  const flags = name.startsWith('.rodata') ? RODATA : DATA;
  return { sections: [{ name, flags, content }], symbols: [] };
}

export function variable(name: string, section: string, size = 4, value = 0): Part {
  return { sections: [], symbols: [{ name, type: STT.OBJECT, in: section, value, size }] };
}

export function section(spec: SectionSpec): Part {
  return { sections: [spec], symbols: [] };
}

export function symbol(spec: SymbolSpec): Part {
  return { sections: [], symbols: [spec] };
}

export function make(...parts: readonly Part[]): Uint8Array {
  return makeWith({}, ...parts);
}

export function makeWith(spec: ObjectSpec, ...parts: readonly Part[]): Uint8Array {
  return object({
    ...spec,
    sections: parts.flatMap(({ sections }) => sections),
    symbols: parts.flatMap(({ symbols }) => symbols),
  });
}

/** `call symbol` at an instruction, and `r1 = symbol ll`. */
export function callOf(target: string, slot = 0): RelocationSpec {
  return { offset: slot * 8, type: R_BPF.CALL32, symbol: target };
}

export function addressOf(target: string, slot = 0): RelocationSpec {
  return { offset: slot * 8, type: R_BPF.LD_IMM64, symbol: target };
}

export const call: Instruction = callFunction(-1);
export const load: Instruction = loadImm64(1, 0n);

/** `.BTF`, and `.BTF.ext` where records are given. */
export function types(rows: TypeRows, records?: Records, header = 24): Part {
  const btf = typeSection(rows, { header });
  const sections: SectionSpec[] = [{ name: '.BTF', flags: 0, content: btf }];
  if (records !== undefined) {
    sections.push({
      name: '.BTF.ext',
      flags: 0,
      content: writeBtfExt(tables(btf, records), 'little'),
    });
  }
  return { sections, symbols: [] };
}

/** Blocks of a section's name and its records' words, one list a record. */
type Blocks = readonly (readonly [section: string, ...records: readonly (readonly number[])[]])[];

export interface Records {
  readonly func?: Blocks;
  readonly line?: Blocks;
  readonly core?: Blocks;
}

function tables(btf: Uint8Array, { func = [], line = [], core = [] }: Records): BtfExt {
  const table = (blocks: Blocks): BtfExt['func'] =>
    blocks.map(([name, ...records]) => ({
      section: stringOffset(btf, name),
      records: Uint32Array.from(records.flat()),
    }));
  return { func: table(func), line: table(line), core: table(core) };
}

/** Where a string stands among those of `.BTF`. */
export function stringOffset(btf: Uint8Array, text: string): number {
  const view = new ByteView(btf, 'little');
  const start = view.u32(4) + view.u32(16);
  const wanted = encodeUtf8(`\0${text}\0`);
  for (let at = start; at + wanted.length <= btf.length; at++) {
    if (wanted.every((byte, i) => btf[at + i] === byte)) return at - start + 1;
  }
  throw new Error(`no string ${text}`);
}

/** Of 32 bits, signed; id 1 where it comes first. */
export function intRow(name: number): readonly number[] {
  return [name, info(KIND.INT), 4, 0x01000020];
}

export const NOBITS: number = SHT.NOBITS;
