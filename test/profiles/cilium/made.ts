/** Objects that no compiler writes, by name: a program of XDP, and beside it what a rule of cilium/ebpf forbids. */
import { call, callFunction, exit, loadImm64, loadReg, movImm } from '../../../src/bpf/build.ts';
import type { Instruction } from '../../../src/bpf/code.ts';
import { R_BPF, SHT, STT } from '../../../src/elf/constants.ts';
import { DATA, object, type SectionSpec, type SymbolSpec } from '../../support/object.ts';

interface Parts {
  /** Of the program, 16 bytes that return 2 where nothing else is wanted. */
  readonly code?: readonly Instruction[];
  /** What its first instruction refers to. */
  readonly first?: { readonly symbol: string; readonly type?: number };
  readonly section?: string;
  readonly sections?: readonly SectionSpec[];
  readonly symbols?: readonly SymbolSpec[];
}

const two = [movImm(0, 2), exit()];
const address = [loadImm64(1, 0n), ...two];

function build({
  code = two,
  first,
  section = 'xdp',
  sections = [],
  symbols = [],
}: Parts): Uint8Array {
  const relocations = first ? [{ offset: 0, type: R_BPF.LD_IMM64, ...first }] : [];
  const size = code.reduce((sum, { high }) => sum + (high === undefined ? 8 : 16), 0);
  return object({
    sections: [
      { name: section, code, relocations },
      { name: 'license', content: 'GPL\0' },
      ...sections,
    ],
    symbols: [{ name: 'program', type: STT.FUNC, in: section, size }, ...symbols],
  });
}

const text: SectionSpec = { name: '.text', code: [...two, movImm(0, 3), exit()] };

function fn(name: string, value = 0, more: Partial<SymbolSpec> = {}): SymbolSpec {
  return { name, type: STT.FUNC, in: '.text', value, size: 16, ...more };
}

const both = [fn('lower'), fn('upper', 16)];

/** Little-endian words. */
const words = (...values: number[]): number[] =>
  values.flatMap((value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]);

const data: SectionSpec = { name: '.data', flags: DATA, align: 4, content: words(43, 44) };
const datum = (more: Partial<SymbolSpec> = {}): SymbolSpec => ({
  name: 'datum',
  type: STT.OBJECT,
  in: '.data',
  size: 8,
  ...more,
});

/** An array of one entry. */
const array = words(2, 4, 4, 1, 0);
const legacy = (content: readonly number[]): SectionSpec => ({
  name: 'maps',
  flags: DATA,
  content,
});
const map = (name: string, size: number, more: Partial<SymbolSpec> = {}): SymbolSpec => ({
  name,
  type: STT.OBJECT,
  in: 'maps',
  size,
  ...more,
});

const CALL32 = R_BPF.CALL32;
const calling = (distance: number): Instruction[] => [callFunction(distance), exit()];

const objects: Readonly<Record<string, Parts>> = {
  'fine program': {
    code: [...address.slice(0, 1), loadReg(4, 0, 1, 4), exit()],
    first: { symbol: '.data' },
    sections: [data, text, legacy(array)],
    symbols: [datum(), ...both, map('values', 20)],
  },

  'program in licensecheck': {
    sections: [{ name: 'licensecheck', code: two }],
    symbols: [{ name: 'checker', type: STT.FUNC, in: 'licensecheck', size: 16 }],
  },
  'program in .data_prog': {
    sections: [{ name: '.data_prog', code: two }],
    symbols: [{ name: 'checker', type: STT.FUNC, in: '.data_prog', size: 16 }],
  },
  'text in license_note': { sections: [{ name: 'license_note', content: 'none\0' }] },
  'text in version_note': { sections: [{ name: 'version_note', content: 'none' }] },
  '.data of another type': { sections: [{ ...data, type: SHT.NOTE }], symbols: [datum()] },

  'code without a symbol': { sections: [{ name: 'tc', code: two }] },
  'code before the first symbol': { sections: [text], symbols: [fn('upper', 16)] },
  'two names of a program': {
    symbols: [{ name: 'other', type: STT.FUNC, in: 'xdp', size: 16 }],
  },
  'two names of a callee': {
    code: calling(-1),
    first: { symbol: 'one', type: CALL32 },
    sections: [text],
    symbols: [fn('one'), fn('other')],
  },
  'function of no size': { sections: [text], symbols: [fn('lower', 0, { size: 0 })] },
  'half an instruction': { sections: [text], symbols: [fn('lower', 0, { size: 12 })] },
  'half a load': {
    sections: [{ name: '.text', code: address }],
    symbols: [fn('lower', 0, { size: 8 })],
  },
  'load with a second half of its own': {
    sections: [{ name: '.text', content: words(0x118, 0, 0x100, 0), flags: 6 }],
    symbols: [fn('lower')],
  },

  'two functions of one name': {
    sections: [text, { name: 'more', code: two }],
    symbols: [fn('same', 0, { binding: 'local' }), fn('same', 0, { binding: 'local', in: 'more' })],
  },
  'two functions of one name in a section': {
    sections: [text],
    symbols: [fn('same', 0, { binding: 'local' }), fn('same', 16)],
  },
  'program in tcpmon': { section: 'tcpmon' },
  'program in clasifier': { section: 'clasifier' },
  'program in ?xdp': { section: '?xdp' },

  'static callee by its symbol': {
    code: calling(-1),
    first: { symbol: 'lower', type: CALL32 },
    sections: [text],
    symbols: [fn('lower', 0, { binding: 'local' })],
  },
  'weak callee': {
    code: calling(-1),
    first: { symbol: 'lower', type: CALL32 },
    sections: [text],
    symbols: [fn('lower', 0, { binding: 'weak' }), fn('upper', 16)],
  },
  'callee that is data': {
    code: calling(-1),
    first: { symbol: 'table', type: CALL32 },
    sections: [text],
    symbols: [...both, fn('table', 8, { type: STT.OBJECT })],
  },
  'call beside a function': {
    code: calling(0),
    first: { symbol: '.text', type: CALL32 },
    sections: [text],
    symbols: both,
  },
  'call of a symbol and 0': {
    code: calling(0),
    first: { symbol: 'upper', type: CALL32 },
    sections: [text],
    symbols: both,
  },
  'relocated helper call': {
    code: [call(5), exit()],
    first: { symbol: 'lower', type: CALL32 },
    sections: [text],
    symbols: both,
  },
  'relocated move': { first: { symbol: 'lower' }, sections: [text], symbols: both },
  'program that calls itself': { code: calling(-1), first: { symbol: 'program', type: CALL32 } },

  'address of the upper function': {
    code: address,
    first: { symbol: 'upper' },
    sections: [text],
    symbols: both,
  },
  'address of a function behind a gap': {
    code: address,
    first: { symbol: 'upper' },
    sections: [text],
    symbols: [fn('upper', 16)],
  },
  'address beside a function': {
    code: [loadImm64(1, 8n), ...two],
    first: { symbol: '.text' },
    sections: [text],
    symbols: both,
  },
  'address of a label': {
    code: address,
    first: { symbol: 'label' },
    sections: [text],
    symbols: [fn('label', 0, { type: STT.NOTYPE })],
  },

  'data in .bss.mine': {
    code: address,
    first: { symbol: 'datum' },
    sections: [{ name: '.bss.mine', type: SHT.NOBITS, flags: DATA, size: 8 }],
    symbols: [datum({ in: '.bss.mine' })],
  },
  'data in .data.mine': {
    code: address,
    first: { symbol: 'datum' },
    sections: [{ ...data, name: '.data.mine' }],
    symbols: [datum({ in: '.data.mine' })],
  },
  'common data': {
    code: address,
    first: { symbol: 'datum' },
    symbols: [datum({ in: 'COMMON', value: 8 })],
  },
  'absolute data': {
    code: address,
    first: { symbol: 'datum' },
    symbols: [datum({ in: 'ABS', value: 8 })],
  },
  'addend of a variable': {
    code: [loadImm64(1, 4n), loadReg(4, 0, 1, 0), exit()],
    first: { symbol: 'datum' },
    sections: [data],
    symbols: [datum()],
  },
  'variable without a type': {
    code: address,
    first: { symbol: 'datum' },
    sections: [data],
    symbols: [datum({ type: STT.NOTYPE })],
  },
  'function in .data': {
    code: address,
    first: { symbol: 'datum' },
    sections: [data],
    symbols: [datum({ type: STT.FUNC })],
  },
  'weak variable': {
    code: address,
    first: { symbol: 'datum' },
    sections: [data],
    symbols: [datum({ binding: 'weak' })],
  },
  'move of data': { first: { symbol: '.data' }, sections: [data], symbols: [datum()] },
  'reference to struct_ops': {
    code: address,
    first: { symbol: '.struct_ops.link' },
    sections: [{ ...data, name: '.struct_ops.link' }],
  },

  'map by its section': {
    code: address,
    first: { symbol: 'maps' },
    sections: [legacy(array)],
    symbols: [map('values', 20)],
  },
  'weak map': {
    code: address,
    first: { symbol: 'values' },
    sections: [legacy(array)],
    symbols: [map('values', 20, { binding: 'weak' })],
  },
  'function among maps': {
    code: address,
    first: { symbol: 'fun' },
    sections: [legacy(array)],
    symbols: [map('values', 20), map('fun', 20, { type: STT.FUNC })],
  },
  'map with an addend': {
    code: [loadImm64(1, 8n), ...two],
    first: { symbol: 'values' },
    sections: [legacy(array)],
    symbols: [map('values', 20)],
  },
  'two names of a map': {
    code: address,
    first: { symbol: 'values' },
    sections: [legacy(array)],
    symbols: [map('values', 20), map('other', 20)],
  },
  'move of a map': {
    first: { symbol: 'values' },
    sections: [legacy(array)],
    symbols: [map('values', 20)],
  },

  'maps without a symbol': { sections: [legacy(array)] },
  'map of 16 bytes': { sections: [legacy(array.slice(4))], symbols: [map('values', 16)] },
  'map of 36 bytes': {
    sections: [legacy([...array, ...words(0, 0, 0, 0)])],
    symbols: [map('values', 36)],
  },
  'map with an id': {
    sections: [legacy([...array, ...words(7, 0, 0, 0)])],
    symbols: [map('values', 36)],
  },
  'map of maps without one': {
    sections: [legacy(words(12, 4, 4, 1, 0))],
    symbols: [map('values', 20)],
  },
  'maps of two sizes': {
    sections: [legacy([...array, 0, 0, 0, 0, ...array])],
    symbols: [map('one', 24), map('other', 20, { value: 24 })],
  },
  'two maps of one name': {
    sections: [legacy([...array, ...array])],
    symbols: [map('same', 20, { binding: 'local' }), map('same', 20, { value: 20 })],
  },

  'two variables of one name': {
    sections: [data, { ...data, name: '.data.more' }],
    symbols: [datum(), datum({ in: '.data.more' })],
  },
  'two sections of one name': {
    sections: [data, data],
    symbols: [datum({ in: 2 }), datum({ name: 'other', in: 3, size: 4 })],
  },

  'undefined function': {
    code: calling(-1),
    first: { symbol: 'open', type: CALL32 },
    symbols: [{ name: 'open' }],
  },
  'undefined data': {
    code: [loadImm64(0, 0n), exit()],
    first: { symbol: 'open' },
    symbols: [{ name: 'open' }],
  },
  'undefined function with a type': {
    code: calling(-1),
    first: { symbol: 'open', type: CALL32 },
    symbols: [{ name: 'open', type: STT.FUNC }],
  },
  'undefined local symbol': {
    code: address,
    first: { symbol: 'open' },
    symbols: [{ name: 'open', binding: 'local' }],
  },
  'table in .struct_ops': { sections: [{ ...data, name: '.struct_ops' }] },
  'table in ?.struct_ops.link': { sections: [{ ...data, name: '?.struct_ops.link' }] },
};

export function made(name: string): Uint8Array | undefined {
  const parts = objects[name];
  return parts && build(parts);
}
