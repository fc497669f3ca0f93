/** Objects that break one rule of redbpf each, and what redbpf makes of them. */
import { callFunction, exit, loadImm64, movImm } from '../../../src/bpf/build.ts';
import { SHT, STT } from '../../../src/elf/constants.ts';
import {
  DATA,
  type ObjectSpec,
  object,
  type SectionSpec,
  type SymbolSpec,
} from '../../support/object.ts';
import { patch } from '../../support/patch.ts';

export interface Case {
  readonly code: string;
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly severity: 'error' | 'warning';
  /**
   * `refused`: redbpf says what the diagnostic quotes. `missing`: it loads the object without the program.
   * `loads`: it loads the object, and there may be something wrong with it.
   */
  readonly outcome: 'refused' | 'missing' | 'loads';
}

const ARRAY = [2, 4, 4, 1, 0].flatMap((n) => [n, 0, 0, 0]);
const license: SectionSpec = { name: 'license', flags: DATA, content: 'GPL\0' };
const pass = [movImm(0, 2), exit()];
const refers = [loadImm64(1, 0n), ...pass];

interface Parts {
  readonly sections?: readonly SectionSpec[];
  readonly symbols?: readonly SymbolSpec[];
}

/** A program `prog` in `section`, and what else there is. */
function made(section: string, code: SectionSpec, { sections = [], symbols = [] }: Parts = {}) {
  const spec: ObjectSpec = {
    sections: [license, { ...code, name: section }, ...sections],
    symbols: [{ name: 'prog', type: STT.FUNC, in: section, size: 16 }, ...symbols],
  };
  return object(spec);
}

function plain(section: string, parts?: Parts): Uint8Array {
  return made(section, { name: section, code: pass }, parts);
}

/** A program that refers to a symbol, or a section by its own. */
function referring(symbol: string, parts: Parts): Uint8Array {
  const relocations = [{ offset: 0, type: 1, symbol }];
  return made('xdp/prog', { name: '', code: refers, relocations }, parts);
}

function maps(name: string, content: readonly number[] = ARRAY): SectionSpec {
  return { name, flags: DATA, align: 4, content };
}

function map(
  name: string,
  section: string,
  value = 0,
  binding: 'local' | 'global' = 'global',
): SymbolSpec {
  return { name, type: STT.OBJECT, in: section, value, size: 20, binding };
}

const text: Parts = {
  sections: [{ name: '.text', code: pass }],
  symbols: [{ name: 'sub', type: STT.FUNC, in: '.text', size: 16 }],
};

const called: SectionSpec = {
  name: '',
  code: [callFunction(-1), exit()],
  relocations: [{ offset: 0, type: 10, symbol: 'sub' }],
};

const twoMaps: Parts = {
  sections: [maps('maps', [...ARRAY, ...ARRAY])],
  symbols: [map('one', 'maps'), map('two', 'maps', 20)],
};

function rela(): Uint8Array {
  const bytes = referring('one', {
    sections: [maps('maps/one')],
    symbols: [map('one', 'maps/one')],
  });
  return patch(bytes).header('.relxdp/prog', { type: SHT.RELA, size: 24, entsize: 24 }).bytes;
}

const insideMaps = made(
  'xdp/prog',
  {
    name: '',
    code: [loadImm64(1, 20n), ...pass],
    relocations: [{ offset: 0, type: 1, symbol: 'one' }],
  },
  twoMaps,
);

type Row = readonly [
  code: string,
  what: string,
  outcome: Case['outcome'],
  bytes: Uint8Array,
  severity?: 'warning',
];

const rows: readonly Row[] = [
  ['REDBPF-001', 'a program without a name', 'missing', plain('xdp')],
  ['REDBPF-002', 'a program of another kind', 'missing', plain('classifier/prog')],
  ['REDBPF-002', 'a program of another kind, and no name', 'missing', plain('socket')],
  ['REDBPF-003', 'a slash in the name of a program', 'refused', plain('xdp/a/b')],
  [
    'REDBPF-003',
    'a dash in the name of a map',
    'refused',
    plain('xdp/prog', { sections: [maps('maps/a-b')], symbols: [map('m', 'maps/a-b')] }),
  ],
  ['REDBPF-004', 'functions that nothing calls', 'loads', plain('xdp/prog', text), 'warning'],
  ['REDBPF-005', 'a call', 'refused', made('xdp/prog', called, text)],
  [
    'REDBPF-006',
    'a variable elsewhere',
    'refused',
    referring('x', {
      sections: [maps('custom', [1, 2, 3, 4])],
      symbols: [{ name: 'x', type: STT.OBJECT, in: 'custom', size: 4 }],
    }),
  ],
  ['REDBPF-006', 'an undefined symbol', 'refused', referring('y', { symbols: [{ name: 'y' }] })],
  [
    'REDBPF-007',
    '.bss without bytes',
    'refused',
    referring('x', {
      sections: [{ name: '.bss', type: SHT.NOBITS, flags: DATA, size: 4 }],
      symbols: [{ name: 'x', type: STT.OBJECT, in: '.bss', size: 4 }],
    }),
  ],
  [
    'REDBPF-008',
    'two maps in a section for one',
    'refused',
    plain('xdp/prog', {
      sections: [maps('maps/one', [...ARRAY, ...ARRAY])],
      symbols: [map('one', 'maps/one'), map('two', 'maps/one', 20)],
    }),
  ],
  [
    'REDBPF-008',
    'a local map, by the symbol of its section',
    'refused',
    referring('maps/one', {
      sections: [maps('maps/one')],
      symbols: [map('one', 'maps/one', 0, 'local')],
    }),
  ],
  [
    'REDBPF-009',
    'a short definition',
    'loads',
    plain('xdp/prog', {
      sections: [maps('maps/one', ARRAY.slice(0, 16)), maps('zeros', new Array(32).fill(0))],
      symbols: [{ ...map('one', 'maps/one'), size: 16 }],
    }),
  ],
  ['REDBPF-010', 'a map and a distance', 'loads', insideMaps],
  [
    'REDBPF-010',
    'a map by the symbol of the section',
    'loads',
    referring('maps', { sections: [maps('maps')], symbols: [map('one', 'maps', 0, 'local')] }),
  ],
  ['REDBPF-011', 'RELA', 'loads', rela()],
  [
    'REDBPF-012',
    'no data',
    'refused',
    plain('xdp/prog', { sections: [{ name: '.data', flags: DATA, content: [] }] }),
  ],
  [
    'REDBPF-013',
    'a license that does not end',
    'refused',
    patch(plain('xdp/prog')).header('license', { size: 3 }).bytes,
  ],
  [
    'REDBPF-013',
    'no license',
    'loads',
    patch(plain('xdp/prog')).header('license', { type: SHT.NOTE }).bytes,
    'warning',
  ],
  [
    'REDBPF-014',
    'a short version',
    'refused',
    plain('xdp/prog', { sections: [{ name: 'version', flags: DATA, content: [1, 2] }] }),
  ],
];

export const cases: readonly Case[] = rows.map(([code, what, outcome, bytes, severity]) => ({
  code,
  what,
  outcome,
  bytes,
  severity: severity ?? 'error',
}));

/** What redbpf has nothing against. */
export const fine: Uint8Array = referring('one', {
  sections: [maps('maps/one'), maps('.data', [1, 2, 3, 4])],
  symbols: [map('one', 'maps/one')],
});
