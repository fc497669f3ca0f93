/** Objects with types for aya's rules: maps, functions and variables described by hand. */
import { exit, loadReg, movImm } from '../../../src/bpf/build.ts';
import type { Instruction } from '../../../src/bpf/code.ts';
import { KIND, LINKAGE } from '../../../src/btf/format.ts';
import { STV } from '../../../src/elf/constants.ts';
import { info, type TypeRows } from '../../btf/support/table.ts';
import {
  addressOf,
  call,
  callOf,
  data,
  func,
  intRow,
  load,
  make,
  type Part,
  pass,
  program,
  type Records,
  types,
  variable,
} from './build.ts';

/** `int (*field)[count]` as rows that begin at an id: array, pointer. */
function number(count: number, id: number): readonly (readonly number[])[] {
  return [
    [0, info(KIND.ARRAY), 0, 1, 1, count],
    [0, info(KIND.PTR), id],
  ];
}

export interface MapFields {
  /** Numbers by the names of fields. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** More rows, which begin at id 2, and fields by the ids of their types. */
  readonly rows?: readonly (readonly number[])[];
  readonly fields?: Readonly<Record<string, number>>;
}

/** The types of one map `values` in `.maps`: `int` is 1, what `rows` gives comes next. */
export function mapTypes({ numbers = {}, rows = [], fields = {} }: MapFields): TypeRows {
  return (name) => {
    const table: (readonly number[])[] = [intRow(name('int')), ...rows];
    const members = Object.entries(fields).map(([field, id]) => [name(field), id, 0]);
    for (const [field, count] of Object.entries(numbers)) {
      table.push(...number(count, table.length + 1));
      members.push([name(field), table.length, 0]);
    }
    const size = members.length * 8;
    table.push([
      ...[0, info(KIND.STRUCT, members.length), size],
      ...members.flatMap(([field, id], i) => [field!, id!, i * 64]),
    ]);
    table.push([name('values'), info(KIND.VAR), table.length, LINKAGE.GLOBAL]);
    table.push([name('.maps'), info(KIND.DATASEC, 1), size, table.length, 0, size]);
    return table;
  };
}

/** A program, and a map so defined. */
export function mapObject(fields: MapFields): Uint8Array {
  return make(program(), ...map(), types(mapTypes(fields)));
}

export function map(): Part[] {
  return [data('.maps', new Array<number>(64).fill(0)), variable('values', '.maps', 64)];
}

export const plainMap: MapFields = {
  numbers: { type: 2, key_size: 4, value_size: 4, max_entries: 1 },
};

/** A reference to the map's own symbol, or another one. */
export function mapUser(target: string, offset = 0): Uint8Array {
  const code = [{ ...load, imm: offset }, ...pass];
  return make(program(code, [addressOf(target)]), ...map(), types(mapTypes(plainMap)));
}

/** Ids of the types of `functionTypes`. */
export const PROGRAM = 3;
export const HELPER = 5;

interface HelperType {
  /** Of its result: 0 is void, 1 int, 6 a pointer to a struct of 16 bytes, 8 to void. */
  readonly result?: number;
  readonly argument?: number;
  readonly linkage?: number;
}

/** `int program(void)`, and a helper. */
export function functionTypes(helper: HelperType = {}): TypeRows {
  const { result = 1, argument, linkage = LINKAGE.STATIC } = helper;
  return (name) => [
    intRow(name('int')),
    [0, info(KIND.FUNC_PROTO), 1],
    [name('program'), info(KIND.FUNC, LINKAGE.GLOBAL), 2],
    argument === undefined
      ? [0, info(KIND.FUNC_PROTO), result]
      : [0, info(KIND.FUNC_PROTO, 1), result, name('argument'), argument],
    [name('helper'), info(KIND.FUNC, linkage), 4],
    [0, info(KIND.PTR), 7],
    ...[[name('pair'), info(KIND.STRUCT, 1), 16, name('first'), 1, 0]],
    [0, info(KIND.PTR), 0],
    [name('classifier'), info(KIND.TYPEDEF), 1],
    [name('.text'), info(KIND.TYPEDEF), 1],
  ];
}

export const allRecords: Records = {
  func: [
    ['classifier', [0, PROGRAM]],
    ['.text', [0, HELPER]],
  ],
  line: [
    ['classifier', [0, 0, 0, 1 << 10]],
    ['.text', [0, 0, 0, 2 << 10]],
  ],
};

/** A program that calls a helper, with types and records. */
export function caller(
  rows: TypeRows,
  records: Records,
  { code = pass, hidden = false }: { code?: readonly Instruction[]; hidden?: boolean } = {},
): Uint8Array {
  const helper = func('helper', '.text', code);
  const symbols = helper.symbols.map((one) => ({
    ...one,
    visibility: hidden ? STV.HIDDEN : STV.DEFAULT,
  }));
  return make(
    program([call, ...pass], [callOf('helper')]),
    { ...helper, symbols },
    types(rows, records),
  );
}

/** Reads what its argument points to without asking whether it is null. */
export const reading: readonly Instruction[] = [loadReg(8, 0, 1, 0), exit()];

/** A frame's bytes handed to the helper. */
export const numberOnly: readonly Instruction[] = [movImm(0, 1), exit()];
