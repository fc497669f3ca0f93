/** Objects that break one of the rules of tc about code: TC-010 and after. */
import {
  call,
  callFunction,
  exit,
  jump,
  loadImm64,
  movImm,
  movReg,
} from '../../../src/bpf/build.ts';
import { STT } from '../../../src/elf/constants.ts';
import { object } from '../../support/object.ts';
import {
  array,
  bare,
  calls,
  changed,
  constant,
  crashes,
  fixture,
  loaded,
  maps,
  pinned,
  plus,
  program,
  type Row,
  repaired,
  secondTable,
  simple,
  takesMap,
  text,
  undefinedSymbol,
  usesMap,
  withSymbols,
  withText,
} from './objects.ts';

export const codeCases: readonly Row[] = [
  [
    'TC-010',
    'two functions in a section',
    'holds 2 programs: first, second',
    withSymbols(
      plus(bare, { name: 'classifier', code: [movImm(0, 7), exit(), movImm(0, 8), exit()] }),
      { name: 'first', type: STT.FUNC, in: 'classifier', size: 16 },
      { name: 'second', type: STT.FUNC, in: 'classifier', value: 16, size: 16 },
    ),
  ],
  [
    'TC-010',
    'a subprogram before its program',
    'holds 2 programs: helper, program',
    withSymbols(
      plus(bare, { name: 'classifier', code: [movImm(0, 7), exit(), callFunction(-3), exit()] }),
      { name: 'helper', type: STT.FUNC, in: 'classifier', size: 16, binding: 'local' },
      { name: 'program', type: STT.FUNC, in: 'classifier', value: 16, size: 16 },
    ),
  ],
  [
    'TC-010',
    'code that is never reached',
    'first instruction does not lead to',
    plus(bare, { name: 'classifier', code: [jump(1), movImm(0, 9), movImm(0, 7), exit()] }),
  ],
  [
    'TC-010',
    'a call out of the section',
    'leads out of the section',
    plus(bare, { name: 'classifier', code: [callFunction(5), exit()] }),
  ],
  [
    'TC-010',
    'no exit',
    'leads out of the section',
    plus(bare, { name: 'classifier', code: [movImm(0, 7), movImm(0, 8)] }),
  ],

  ['TC-011', 'RELA', "'classifier' are RELA", fixture('rela/rela.o')],
  ['TC-011', 'a second table', 'is a second relocation table', secondTable, takesMap(8)],
  [
    'TC-011',
    'a relocation behind the code',
    'where no instruction is',
    () =>
      changed(plus(maps(array), usesMap('map0')), (made) =>
        made.file(made.offsetOf('.relclassifier'), 8, 64),
      ),
  ],
  [
    'TC-011',
    'a map with an address',
    "is initialised with 'map0'",
    () => {
      const spec = maps(array, array);
      const [first, section] = spec.sections ?? [];
      const relocations = [{ offset: 36 + 28, type: 2, symbol: 'map0' }];
      return object({ ...spec, sections: [first!, { ...section!, relocations }, simple] });
    },
    loaded(7),
  ],

  [
    'TC-012',
    'relocations of nothing',
    'neither maps nor .text',
    plus(bare, constant, {
      name: 'classifier',
      code: [loadImm64(1, 0n), movReg(0, 1), exit()],
      relocations: [{ offset: 0, type: 1, symbol: '.rodata' }],
    }),
    loaded(0),
  ],

  [
    'TC-013',
    'a relocation against data',
    'against .rodata',
    plus(maps(array), constant, usesMap('.rodata')),
  ],
  [
    'TC-013',
    'a relocation of .text against data',
    'against .rodata',
    withText(constant, text({ offset: 16, type: 1, symbol: '.rodata' }), simple),
  ],
  [
    'TC-013',
    'an absolute symbol',
    "the absolute symbol 'number'",
    withSymbols(plus(maps(array), usesMap('number')), { name: 'number', in: 'ABS', value: 5 }),
  ],
  [
    'TC-013',
    'a function of another section',
    "'other' in action",
    withSymbols(plus(maps(array), program('action'), calls('other')), {
      name: 'other',
      type: STT.FUNC,
      in: 'action',
      size: 16,
    }),
  ],

  [
    'TC-014',
    'an undefined symbol, with maps and .text',
    'pointing to section 0!',
    withSymbols(withText(text(), usesMap('gone')), undefinedSymbol),
  ],
  [
    'TC-014',
    'an undefined function, with maps',
    'call to invalid destination',
    withSymbols(plus(maps(array), calls('gone')), undefinedSymbol),
  ],
  [
    'TC-014',
    'an undefined variable, with maps',
    'non call instruction at offset 0!',
    withSymbols(plus(maps(array), usesMap('gone')), undefinedSymbol),
  ],
  [
    'TC-014',
    'an undefined symbol, with .text',
    'SIGFPE',
    withSymbols(
      plus(
        bare,
        {
          name: '.text',
          code: [movImm(0, 1), exit()],
          relocations: [{ offset: 0, type: 10, symbol: 'gone' }],
        },
        calls('.text'),
      ),
      undefinedSymbol,
      { name: 'one', type: STT.FUNC, in: '.text', size: 16 },
    ),
    crashes,
  ],

  [
    'TC-015',
    '.text without relocations',
    'no relocations',
    withText({ ...text(), relocations: [] }, calls('.text')),
  ],

  [
    'TC-016',
    'a call by a function that is not the first',
    "the call of 'two' to 'one'",
    withText(
      {
        name: '.text',
        // Each calls the other, so that all is reached, and returns its number.
        code: [loadImm64(1, 0n), movImm(0, 11), exit(), callFunction(-5), movImm(0, 22), exit()],
        relocations: [{ offset: 0, type: 1, symbol: 'map0' }],
      },
      {
        name: 'classifier',
        code: [callFunction(3), callFunction(-1), exit()],
        relocations: [
          { offset: 0, type: 10, symbol: '.text' },
          { offset: 8, type: 10, symbol: 'two' },
        ],
      },
    ),
    loaded(11),
  ],
  [
    'TC-016',
    'a relocated call of a helper',
    'not one of a subprogram',
    withText(text(), {
      name: 'classifier',
      code: [call(7), callFunction(-1), callFunction(3), exit()],
      relocations: [0, 8, 16].map((offset) => ({ offset, type: 10, symbol: '.text' })),
    }),
  ],

  [
    'TC-017',
    'a function that the program does not reach',
    "'two' is in .text",
    withText(text(), calls('.text')),
  ],

  [
    'TC-018',
    'a relocated call in .text',
    "the call of 'two' in .text",
    withText(
      {
        name: '.text',
        code: [loadImm64(1, 0n), callFunction(-1), exit(), movImm(0, 2), exit()],
        relocations: [
          { offset: 0, type: 1, symbol: 'map0' },
          { offset: 16, type: 10, symbol: 'two' },
        ],
      },
      calls('.text'),
    ),
  ],

  ['TC-019', "a function's address", "address of function 'one'", withText(text(), usesMap('one'))],

  [
    'TC-021',
    'a key out of bounds',
    '2 is out of bounds',
    plus(maps(pinned), simple, program('7/0x2')),
  ],
  [
    'TC-021',
    'an octal key out of bounds',
    '8 is out of bounds',
    plus(maps([3, 4, 4, 8, 0, 7, 2]), simple, program('7/010')),
  ],

  ['TC-022', 'types that tc loses', '____btf_map_odd', repaired],

  [
    'TC-023',
    'a lock',
    'bpf_spin_lock is for maps with BTF',
    plus(maps(array), {
      name: 'classifier',
      code: [
        movImm(1, 0),
        { opcode: 0x63, dst: 10, src: 1, offset: -4, imm: 0 },
        loadImm64(1, 0n),
        movReg(2, 10),
        { opcode: 0x07, dst: 2, src: 0, offset: 0, imm: -4 },
        call(1),
        { opcode: 0x15, dst: 0, src: 0, offset: 2, imm: 0 },
        movReg(1, 0),
        call(93),
        movImm(0, 7),
        exit(),
      ],
      relocations: [{ offset: 16, type: 1, symbol: 'map0' }],
    }),
  ],

  ['TC-024', 'programs that tc has no type for', "'kprobe/sys'", plus(bare, program('kprobe/sys'))],
];
