import { expect, test } from 'vitest';
import { callFunction, exit, loadImm64 } from '../../src/bpf/build.ts';
import { DiagnosticSink } from '../../src/diag/diagnostic.ts';
import { R_BPF, SHT, STT } from '../../src/elf/constants.ts';
import { ingest } from '../../src/passes/ingest.ts';
import {
  CODE,
  DATA,
  type ObjectSpec,
  object,
  type SectionSpec,
  type SymbolSpec,
} from '../support/object.ts';
import { patch } from '../support/patch.ts';

/** The object with a table for section names of its own, as GNU tools write it. */
function twoTables(spec: ObjectSpec): Uint8Array {
  const withTable = (content: Uint8Array): Uint8Array => {
    const table: SectionSpec = { name: '.shstrtab', type: SHT.STRTAB, flags: 0, content };
    return object({ ...spec, sections: [...(spec.sections ?? []), table] });
  };
  const draft = patch(withTable(new Uint8Array(1)));
  const names = draft.elf.sections[draft.indexOf('.strtab')]!.bytes;
  const made = patch(withTable(names));
  return made.file(62, 2, made.indexOf('.shstrtab')).bytes;
}

/** References to `g` at 16 of .text, and to `x` at 8 of .data, that hold these numbers. */
function references(
  { load, call, word }: { load: bigint; call: number; word: number },
  type: number = R_BPF.ABS64,
): SectionSpec[] {
  return [
    {
      name: '.text',
      code: [loadImm64(1, load), callFunction(call), exit()],
      relocations: [
        { offset: 0, type: R_BPF.LD_IMM64, symbol: 'x' },
        { offset: 16, type: R_BPF.CALL32, symbol: 'g' },
      ],
    },
    {
      name: '.data',
      flags: DATA,
      content: [word, ...new Array(31).fill(0)],
      relocations: [{ offset: 0, type, symbol: 'x' }],
    },
    { name: '.bss', type: SHT.NOBITS, flags: DATA, size: 0 },
  ];
}

const names: readonly SymbolSpec[] = [
  { name: 'g', in: '.text', value: 16, type: STT.FUNC },
  { name: 'x', in: '.data', value: 8 },
];
const sectionNames: readonly SymbolSpec[] = ['.text', '.data', '.bss'].map((name) => ({
  name: '',
  in: name,
  type: STT.SECTION,
  binding: 'local',
}));
const file: SymbolSpec = { name: 'a.c', type: STT.FILE, binding: 'local', in: 'ABS' };
const comment = (content: string): SectionSpec => ({ name: '.comment', flags: 0, content });
const addrsig: SectionSpec = {
  name: '.llvm_addrsig',
  type: SHT.LLVM_ADDRSIG,
  flags: 0,
  content: [0],
};
const gcc = comment('\0GCC: (GNU) 12.2.0\0');

function addends(bytes: Uint8Array): { addends: number[]; codes: string[] } {
  const sink = new DiagnosticSink();
  const [made] = ingest([{ path: 'a.o', bytes }], sink);
  return {
    addends: made!.sections.flatMap((one) => one?.relocations.map(({ addend }) => addend) ?? []),
    codes: sink.all.map(({ code }) => code),
  };
}

/** x + 8, g and x + 8, as GNU as stores them. */
const doubled = { load: 16n, call: 15, word: 16 };

test.each<[string, Uint8Array]>([
  ['assembly', twoTables({ sections: references(doubled), symbols: [...sectionNames, ...names] })],
  ['GCC', twoTables({ sections: [...references(doubled), gcc], symbols: [file, ...names] })],
  [
    'types of its own',
    twoTables({ sections: references(doubled, R_BPF.GNU_DATA64), symbols: names }),
  ],
])('what GNU as stores is without the value: %s', (_, bytes) => {
  expect(addends(bytes)).toEqual({ addends: [8, 0, 8], codes: [] });
});

/** x + 8, g and x + 8, as LLVM stores them. */
const plain = { load: 8n, call: -1, word: 8 };

test.each<[string, Uint8Array]>([
  ['as it came', object({ sections: references(plain), symbols: [...sectionNames, ...names] })],
  ['through GNU objcopy', twoTables({ sections: [...references(plain), addrsig], symbols: names })],
  [
    "with the compiler's name",
    twoTables({ sections: [...references(plain), comment('clang version 19')], symbols: names }),
  ],
])('what LLVM stores is the addend: %s', (_, bytes) => {
  expect(addends(bytes)).toEqual({ addends: [8, 0, 8], codes: [] });
});

test.each<[string, ObjectSpec]>([
  ['of nobody', { sections: references(plain).slice(0, 2), symbols: names }],
  ['of both', { sections: [...references(plain), gcc, addrsig], symbols: names }],
  [
    'of ld -r',
    { sections: [...references(plain), gcc], symbols: [...sectionNames, file, ...names] },
  ],
])('ELF-013: addends in an object with the marks %s', (_, spec) => {
  // The call holds no number besides its own, so its addend is 0 for anyone but GNU as.
  expect(addends(twoTables(spec))).toEqual({ addends: [0], codes: ['ELF-013', 'ELF-013'] });
});

test('ELF-008: a word of nobody is a distance or an address', () => {
  const [, data] = references({ ...plain, word: 0 }, R_BPF.ABS32);
  const bytes = twoTables({ sections: [data!], symbols: [{ name: 'x', in: '.data', value: 8 }] });
  expect(addends(bytes)).toEqual({ addends: [], codes: ['ELF-008'] });
});

test('an absolute word of GNU as is no distance', () => {
  const sections: SectionSpec[] = [
    { name: '.text', flags: CODE, align: 8 },
    {
      name: '.data',
      flags: DATA,
      content: [8, ...new Array(31).fill(0)],
      relocations: [{ offset: 0, type: R_BPF.ABS32, symbol: 'x' }],
    },
    gcc,
  ];
  const bytes = twoTables({ sections, symbols: [{ name: 'x', in: '.data', value: 8 }] });
  const [made] = ingest([{ path: 'a.o', bytes }], new DiagnosticSink());
  expect(made!.sections[2]!.relocations).toMatchObject([{ form: 'abs32', addend: 0 }]);
});
