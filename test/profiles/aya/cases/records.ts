/** Objects that break the rules about records of functions, lines and CO-RE. */
import { KIND, LINKAGE } from '../../../../src/btf/format.ts';
import { info, type TypeRows, section as typeSection } from '../../../btf/support/table.ts';
import { patch } from '../../../support/patch.ts';
import {
  addressOf,
  intRow,
  load,
  make,
  pass,
  program,
  type Records,
  stringOffset,
  types,
} from '../build.ts';
import { allRecords, caller, functionTypes, numberOnly, PROGRAM, reading } from '../typed.ts';
import { helper, type Row } from './row.ts';

/** Records of functions that say to have so many bytes. */
function recordSize(size: number): Uint8Array {
  const made = patch(caller(functionTypes(), allRecords));
  return made.file(made.offsetOf('.BTF.ext') + 32, 4, size).bytes;
}

/** A second block for one section. */
function twice(table: 'func' | 'line', record: readonly number[]): Uint8Array {
  const blocks = [...allRecords[table]!, ['classifier', record] as const];
  return caller(functionTypes(), { ...allRecords, [table]: blocks });
}

function core(offset: number, kind: number, where = 'classifier'): Uint8Array {
  const records = { core: [[where, [offset, 7, 0, kind]] as const] };
  return make(program(), helper, types(functionTypes(), records));
}

/** Whether a struct that no kernel has has an element of its last member, an array. */
function access(path: string, length: number): Uint8Array {
  const rows: TypeRows = (name) => [
    intRow(name('int')),
    [0, info(KIND.ARRAY), 0, 1, 1, length],
    [name('open'), info(KIND.STRUCT, 2), 16, name('first'), 1, 0, name('rest'), 2, 32],
    [name('classifier'), info(KIND.TYPEDEF), 1],
    [name(path), info(KIND.TYPE_TAG), 1],
  ];
  const place = stringOffset(typeSection(rows), path);
  return make(program(), types(rows, { core: [['classifier', [0, 3, place, 2]]] }));
}

/** A program that takes the address of a helper and leaves it. */
function callback(linkage: number, records: Records): Uint8Array {
  return make(
    program([load, ...pass], [addressOf('.text')]),
    helper,
    types(functionTypes({ linkage }), records),
  );
}

export const rows: readonly Row[] = [
  [
    'AYA-036',
    'short records of functions',
    ['panics', 'refuses'],
    'have 4 bytes, not 8',
    () => recordSize(4),
  ],
  [
    'AYA-036',
    'several blocks',
    ['program', 'refuses'],
    "several blocks of records of functions for section 'classifier'",
    () => twice('func', [16, PROGRAM]),
  ],
  [
    'AYA-036',
    'several blocks of lines',
    'program',
    "several blocks of records of lines for section 'classifier'",
    () => twice('line', [8, 0, 0, 3 << 10]),
  ],
  [
    'AYA-037',
    'helper without function info',
    ['program', 'refuses'],
    "'helper' has no function info",
    () => caller(functionTypes(), { ...allRecords, func: [['classifier', [0, PROGRAM]]] }),
  ],
  [
    'AYA-037',
    'helper without line info',
    'program',
    "'helper' has no line info",
    () => caller(functionTypes(), { ...allRecords, line: [allRecords.line![0]!] }),
  ],
  [
    'AYA-037',
    'late line',
    'program',
    "the first line info of 'program'",
    () =>
      caller(functionTypes(), {
        func: allRecords.func!,
        line: [
          ['classifier', [8, 0, 0, 1 << 10]],
          ['.text', [0, 0, 0, 2 << 10]],
        ],
      }),
  ],
  ['AYA-038', 'CO-RE kind 12', 'refuses', 'CO-RE relocation of kind 12', () => core(0, 12)],
  [
    'AYA-038',
    'CO-RE in no section',
    'refuses',
    "section 'pair', which the object does not have",
    () => core(0, 8, 'pair'),
  ],
  [
    'AYA-038',
    'CO-RE in no function',
    'refuses',
    "byte 64 of 'classifier' is in no function",
    () => core(64, 8),
  ],
  [
    'AYA-039',
    'global function without result',
    'program',
    'its result is no number',
    () => caller(functionTypes({ result: 0, linkage: LINKAGE.GLOBAL }), allRecords),
  ],
  [
    'AYA-039',
    'global function of void pointer',
    'program',
    'argument 1 points to what has no size',
    () =>
      caller(functionTypes({ argument: 8, linkage: LINKAGE.GLOBAL }), allRecords, {
        code: numberOnly,
      }),
  ],
  [
    'AYA-039',
    'hidden function',
    'program',
    'is hidden, and global in the BTF',
    () =>
      caller(functionTypes({ argument: 6, linkage: LINKAGE.GLOBAL }), allRecords, {
        code: reading,
        hidden: true,
      }),
    'warning',
  ],
  [
    'AYA-039',
    'global callback',
    'program',
    'its address is taken',
    () => callback(LINKAGE.GLOBAL, allRecords),
  ],
  [
    'AYA-037',
    'callback without function info',
    'program',
    "'helper', whose address is taken,",
    () => callback(LINKAGE.STATIC, {}),
  ],
  [
    'AYA-038',
    'CO-RE beyond an array',
    'refuses',
    "the access '0:1:5' of 'open' leaves an array",
    () => access('0:1:5', 3),
  ],
  [
    'AYA-038',
    'CO-RE into an array without length',
    ['refuses', 'fine'],
    "the access '0:1:2' of 'open' leaves an array",
    () => access('0:1:2', 0),
  ],
];
