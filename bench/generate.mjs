/** Sets of small objects that call and share as much as programs do, of any size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Alu, aluImm, Code, callFunction, exit, loadImm64, movImm } from 'bpfld/bpf';
import { R_BPF, SHF, SHT, STB, STT, STV, writeElf } from 'bpfld/elf';

/** Writes `count` objects and gives their paths. */
export function generateObjects(folder, count) {
  mkdirSync(folder);
  return Array.from({ length: count }, (_, index) => {
    const path = join(folder, `${index}.o`);
    writeFileSync(path, generateObject(index, count));
    return path;
  });
}

/**
 * Object `index`: a program of its own that refers to a string and calls the next object's function, that
 * function's counterpart in .text, and strings of which every second one is in all objects alike.
 */
function generateObject(index, count) {
  const strings = text(`a message of all objects\0message ${index}\0`);
  const shown = section('.rodata.str1.1', strings, SHF.ALLOC | SHF.MERGE | SHF.STRINGS, 1, 1);
  const work = [
    movImm(0, index),
    ...Array.from({ length: 24 }, (_, i) => aluImm(Alu.ADD, 0, i)),
    exit(),
  ];
  const library = section('.text', encode(work), SHF.ALLOC | SHF.EXECINSTR, 8);
  const next = symbol(`work_${(index + 1) % count}`, STB.GLOBAL, STT.NOTYPE, undefined, 0);
  const constant = symbol('', STB.LOCAL, STT.SECTION, shown, 0);
  const program = {
    ...section(
      `tc/${index}`,
      encode([loadImm64(1, 0n), callFunction(-1), exit()]),
      SHF.ALLOC | SHF.EXECINSTR,
      8,
    ),
    relocations: [
      { offset: 0, type: R_BPF.LD_IMM64, symbol: constant },
      { offset: 16, type: R_BPF.CALL32, symbol: next },
    ],
  };
  const own = [
    symbol(`work_${index}`, STB.GLOBAL, STT.FUNC, library, library.size),
    symbol(`program_${index}`, STB.GLOBAL, STT.FUNC, program, program.size),
  ];
  const types = describeTypes([
    { name: `work_${index}`, linkage: GLOBAL },
    { name: `program_${index}`, linkage: GLOBAL },
    { name: `work_${(index + 1) % count}`, linkage: EXTERN },
  ]);
  const sections = [library, program, shown, section('.BTF', types, 0, 4)];
  const symbols = [constant, ...own];
  if (index === 0) {
    const license = section('license', text('GPL\0'), SHF.ALLOC | SHF.WRITE, 1);
    sections.push(license);
    symbols.push(symbol('LICENSE', STB.GLOBAL, STT.OBJECT, license, license.size));
  }
  return writeElf({ order: 'little', sections, symbols: [...symbols, next] });
}

const [GLOBAL, EXTERN] = [1, 2];
const [INT, FUNC, FUNC_PROTO, VAR] = [1, 12, 13, 14];

/** BTF that calls each name an int (void), which bpftool insists on, and `LICENSE` an int. */
function describeTypes(functions) {
  let names = '\0';
  const words = [];
  const add = (name, kind, low, ...rest) => {
    words.push(name === '' ? 0 : names.length, (kind << 24) | low, ...rest);
    if (name !== '') names += `${name}\0`;
  };
  add('int', INT, 0, 4, 0x0100_0020);
  add('', FUNC_PROTO, 0, 1);
  add('LICENSE', VAR, 0, 1, GLOBAL);
  for (const { name, linkage } of functions) add(name, FUNC, linkage, 2);
  const size = words.length * 4;
  const header = [0x0001_eb9f, 24, 0, size, size, names.length];
  return new Uint8Array([
    ...new Uint8Array(Uint32Array.from([...header, ...words]).buffer),
    ...text(names),
  ]);
}

function encode(instructions) {
  return Code.from(instructions).encode('little');
}

function text(characters) {
  return new TextEncoder().encode(characters);
}

function section(name, bytes, flags, align, entsize = 0) {
  const size = bytes.length;
  return { name, type: SHT.PROGBITS, flags, align, entsize, size, bytes, relocations: [] };
}

function symbol(name, binding, type, inSection, size) {
  const place = inSection === undefined ? 'undefined' : 'section';
  return {
    name,
    binding,
    type,
    visibility: STV.DEFAULT,
    place,
    section: inSection,
    value: 0,
    size,
  };
}
