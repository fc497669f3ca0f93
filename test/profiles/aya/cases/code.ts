/** Objects that break the rules about references of code. */
import { exit, movImm } from '../../../../src/bpf/build.ts';
import { KIND } from '../../../../src/btf/format.ts';
import { R_BPF, STT } from '../../../../src/elf/constants.ts';
import {
  addressOf,
  call,
  callOf,
  data,
  func,
  load,
  make,
  pass,
  program,
  symbol,
} from '../build.ts';
import { mapUser } from '../typed.ts';
import { calls, helper, type Row, refers } from './row.ts';
import { typesOnly } from './types.ts';

export const rows: readonly Row[] = [
  [
    'AYA-012',
    'functions in two sections',
    ['silent', 'fine'],
    "calls of 'rare' (.text.unlikely+0x0) go to 'helper' (.text+0x0)",
    () =>
      make(
        program([call, call, ...pass], [callOf('helper'), callOf('rare', 1)]),
        helper,
        func('rare', '.text.unlikely', [movImm(0, 7), exit()]),
      ),
  ],
  [
    'AYA-013',
    'call of a program',
    'silent',
    "calls 'other', which is a program",
    () => calls('other', func('other', 'xdp')),
    'warning',
  ],
  [
    'AYA-014',
    'call by a label',
    'panics',
    'neither a function nor a section',
    () => calls('label', helper, symbol({ name: 'label', in: '.text' })),
  ],
  [
    'AYA-014',
    'undefined function',
    'panics',
    'defined nowhere',
    () => calls('missing', helper, symbol({ name: 'missing', type: STT.FUNC })),
  ],
  [
    'AYA-014',
    'unknown relocation',
    'panics',
    'a relocation that aya does not know',
    () =>
      make(program([call, ...pass], [{ offset: 0, type: R_BPF.ABS64, symbol: '.text' }]), helper),
  ],
  [
    'AYA-015',
    'call of the inside',
    'refuses',
    '.text+0x8, where no function begins',
    () => make(program([{ ...call, imm: 0 }, ...pass], [callOf('.text')]), helper),
  ],
  [
    'AYA-015',
    'call behind the start',
    'silent',
    "16 bytes behind the start of 'helper'",
    () => make(program([{ ...call, imm: 1 }, ...pass], [callOf('helper')]), helper),
  ],
  [
    'AYA-016',
    'call without src',
    'program',
    'no call of a function to aya',
    () => make(program([{ ...call, src: 0 }, ...pass], [callOf('helper')]), helper),
  ],
  [
    'AYA-017',
    'relocation inside an instruction',
    'refuses',
    "at byte 4 is inside an instruction of 'program'",
    () => make(program([load, ...pass], [{ ...addressOf('.rodata'), offset: 4 }]), data('.rodata')),
  ],
  [
    'AYA-017',
    'two relocations',
    'silent',
    'several relocations at byte 0',
    () =>
      make(
        program([load, ...pass], [addressOf('.data'), addressOf('.rodata')]),
        data('.data'),
        data('.rodata'),
      ),
  ],
  [
    'AYA-018',
    'relocation of a move',
    'program',
    'opcode 0xb7',
    () =>
      make(program([movImm(0, 0), movImm(0, 0), exit()], [addressOf('.rodata')]), data('.rodata')),
  ],
  [
    'AYA-018',
    'relocation of the last instruction',
    'panics',
    'opcode 0x95',
    () => make(program(pass, [addressOf('.rodata', 1)]), data('.rodata')),
  ],
  [
    'AYA-019',
    'unknown section',
    'refuses',
    "'.Lalloc1' in section '.Lalloc1'",
    () => refers('.Lalloc1', data('.Lalloc1')),
  ],
  [
    'AYA-021',
    'map by its section',
    'panics',
    'not to a map by its own symbol',
    () => mapUser('.maps'),
  ],
  [
    'AYA-021',
    'behind a map',
    'silent',
    "8 bytes behind the map 'values'",
    () => mapUser('values', 8),
  ],
  [
    'AYA-028',
    'common symbol',
    'silent',
    "common symbol 'shared'",
    () =>
      refers(
        'shared',
        symbol({ name: 'shared', type: STT.OBJECT, in: 'COMMON', value: 4, size: 4 }),
      ),
  ],
  [
    'AYA-028',
    'absolute symbol',
    'silent',
    "absolute symbol 'number'",
    () => refers('number', symbol({ name: 'number', in: 'ABS', value: 7 })),
  ],
  [
    'AYA-028',
    'absolute symbol and types',
    ['silent', 'refuses'],
    "absolute symbol 'number'",
    () =>
      refers('number', symbol({ name: 'number', in: 'ABS', value: 7 }), typesOnly(KIND.TYPEDEF, 1)),
  ],
  [
    'AYA-029',
    'extern variable',
    'silent',
    'undefined symbol: jiffies',
    () => refers('jiffies', symbol({ name: 'jiffies' })),
  ],
  [
    'AYA-029',
    'extern variable and types',
    ['silent', 'refuses'],
    'undefined symbol: jiffies',
    () => refers('jiffies', symbol({ name: 'jiffies' }), typesOnly(KIND.TYPEDEF, 1)),
  ],
  [
    'AYA-029',
    'extern function',
    'refuses',
    'undefined symbol: bpf_rcu_read_lock',
    () =>
      make(
        program([movImm(0, 0), call, ...pass], [callOf('bpf_rcu_read_lock', 1)]),
        symbol({ name: 'bpf_rcu_read_lock' }),
        typesOnly(KIND.TYPEDEF, 1),
      ),
  ],
];
