/** Objects that break the rules about sections of data. */
import { call as callHelper } from '../../../../src/bpf/build.ts';
import { KIND, LINKAGE } from '../../../../src/btf/format.ts';
import { R_BPF } from '../../../../src/elf/constants.ts';
import { info } from '../../../btf/support/table.ts';
import {
  addressOf,
  data,
  intRow,
  load,
  make,
  NOBITS,
  pass,
  program,
  section,
  types,
  variable,
} from '../build.ts';
import { definition } from './maps.ts';
import { local, type Row } from './row.ts';

/** A program that refers to so many. */
export function manySections(count: number): Uint8Array {
  const names = Array.from({ length: count }, (_, i) => `.rodata.n${i}`);
  return make(
    program(
      [...names.map(() => load), ...pass],
      names.map((name, i) => addressOf(name, i * 2)),
    ),
    ...names.map((name) => data(name)),
  );
}

export const rows: readonly Row[] = [
  [
    'AYA-025',
    'empty .bss',
    'object',
    "section '.bss' is empty",
    () => make(program(), section({ name: '.bss', type: NOBITS, size: 0 })),
  ],
  [
    'AYA-026',
    'name of a section',
    'object',
    "name '.rodata.a$b'",
    () => make(program(), data('.rodata.a$b')),
  ],
  [
    'AYA-026',
    'name of a map',
    'object',
    "name 'a$b'",
    () => make(program(), data('maps', definition()), variable('a$b', 'maps', 28)),
  ],
  ['AYA-026', '65 sections', 'program', '65 maps', () => manySections(65)],
  [
    'AYA-027',
    'address in data',
    'silent',
    "'table' in '.rodata' holds at byte 0 the address of '.data'",
    () =>
      make(
        program([load, ...pass], [addressOf('.rodata')]),
        section({
          name: '.rodata',
          content: new Array<number>(8).fill(0),
          relocations: [{ offset: 0, type: R_BPF.ABS64, symbol: '.data' }],
        }),
        variable('table', '.rodata', 8),
        data('.data'),
      ),
  ],
  [
    'AYA-027',
    'address in data that no code refers to',
    'silent',
    "'table' in '.rodata' holds at byte 0 the address of '.data'",
    () =>
      make(
        program(),
        section({
          name: '.rodata',
          content: new Array<number>(8).fill(0),
          relocations: [{ offset: 0, type: R_BPF.ABS64, symbol: '.data' }],
        }),
        variable('table', '.rodata', 8),
        data('.data'),
      ),
    'warning',
  ],
  [
    'AYA-040',
    'two of one name',
    'silent',
    "2 symbols 'counter'",
    () =>
      make(
        program(),
        data('.data'),
        variable('counter', '.data'),
        data('.rodata'),
        local(variable('counter', '.rodata')),
      ),
    'warning',
  ],
  [
    'AYA-040',
    'variable without size',
    'silent',
    'has no size',
    () => make(program(), data('.data'), variable('counter', '.data', 0)),
    'warning',
  ],
  [
    'AYA-045',
    'lock in data',
    'program',
    "'lock' in '.data', which has a bpf_spin_lock",
    () =>
      make(
        program(
          [load, callHelper(93), load, callHelper(94), ...pass],
          [addressOf('.data'), addressOf('.data', 3)],
        ),
        data('.data'),
        variable('lock', '.data'),
        types((name) => [
          intRow(name('int')),
          [name('bpf_spin_lock'), info(KIND.STRUCT, 1), 4, name('val'), 1, 0],
          [name('lock'), info(KIND.VAR), 2, LINKAGE.GLOBAL],
          [name('.data'), info(KIND.DATASEC, 1), 4, 3, 0, 4],
        ]),
      ),
  ],
];
