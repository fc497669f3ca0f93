/** Objects that break the rules about aya and the file as a whole. */
import { movImm } from '../../../../src/bpf/build.ts';
import { STT } from '../../../../src/elf/constants.ts';
import { patch } from '../../../support/patch.ts';
import {
  addressOf,
  data,
  load,
  make,
  makeWith,
  pass,
  program,
  section,
  symbol,
  types,
  variable,
} from '../build.ts';
import { functionTypes, PROGRAM } from '../typed.ts';
import { type Row, refers, words } from './row.ts';

function withoutSymbol(): Uint8Array {
  const made = patch(refers('.rodata', data('.rodata')));
  return made.file(made.offsetOf('.relclassifier') + 12, 4, 0).bytes;
}

function nameNotUtf8(): Uint8Array {
  const made = patch(make(program(), symbol({ name: 'odd_name', in: 'classifier' })));
  const place = Buffer.from(made.bytes).indexOf('odd_name');
  return made.file(place, 1, 0xff).bytes;
}

/** `.rodata + 4` by RELA, its own bytes saying 0. */
function relaObject(): Uint8Array {
  const made = patch(
    make(
      program(
        [load, load, load, ...pass],
        [addressOf('.rodata'), addressOf('.rodata', 2), addressOf('.rodata', 4)],
      ),
      data('.rodata', words(1, 2)),
    ),
  );
  // Three REL entries of 16 bytes are two RELA of 24: the second word of the second becomes an addend.
  const table = made.offsetOf('.relclassifier');
  const symbolAndType = made.elf.symbols.find(({ type }) => type === STT.SECTION)!.index;
  made.header('.relclassifier', { type: 4, entsize: 24 });
  made.file(table + 16, 8, 4).file(table + 24, 8, 16);
  made.file(table + 32, 8, (BigInt(symbolAndType) << 32n) | 1n).file(table + 40, 8, 0);
  return made.bytes;
}

export const rows: readonly Row[] = [
  ['AYA-002', 'addend of RELA', 'silent', "4 behind '.rodata'", () => relaObject()],
  ['AYA-003', 'no symbol', 'refuses', 'names no symbol', withoutSymbol],
  ['AYA-004', 'name not UTF-8', 'refuses', 'is no UTF-8', nameNotUtf8],
  [
    'AYA-030',
    'two licenses',
    'refuses',
    'more than one string',
    () => make(program(), data('license', [71, 0, 71, 0])),
  ],
  [
    'AYA-030',
    'license without NUL',
    'refuses',
    'does not end in NUL',
    () => make(program(), data('license', [71, 80, 76])),
  ],
  [
    'AYA-030',
    'empty license',
    'refuses',
    'has 1 bytes',
    () => make(program(), data('license', [0])),
  ],
  ['AYA-031', 'version', 'refuses', 'has 2 bytes', () => make(program(), data('version', [1, 2]))],
  [
    'AYA-041',
    'two .rodata',
    'refuses',
    "several sections '.rodata'",
    () => {
      const first = variable('first', '.rodata');
      return make(
        program([load, ...pass], [addressOf('first')]),
        data('.rodata'),
        data('.rodata'),
        first,
      );
    },
  ],
  [
    'AYA-041',
    'two sections of programs',
    'silent',
    "several sections of code 'classifier'",
    () =>
      make(
        program(),
        section({ name: 'classifier', code: pass }),
        symbol({ name: 'other', type: STT.FUNC, in: 1, size: 16 }),
        types(functionTypes(), { func: [['classifier', [0, PROGRAM]]] }),
      ),
  ],
  [
    'AYA-042',
    'big-endian',
    'program',
    'is big-endian, and the machine little-endian',
    () => makeWith({ order: 'big' }, program([movImm(6, 1), ...pass])),
  ],
];
