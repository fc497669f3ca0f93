/** Objects that break the rules about types. */
import { KIND, LINKAGE } from '../../../../src/btf/format.ts';
import { info } from '../../../btf/support/table.ts';
import { data, intRow, make, type Part, pass, program, types } from '../build.ts';
import { type Row, words } from './row.ts';

/** `int`, and one more type. */
export function typesOnly(kind: number, ...more: number[]): Part {
  return types((name) => [intRow(name('int')), [name('odd'), info(kind), ...more]]);
}

/** Two variables of a section that come in the wrong order. */
const unordered: Part = types((name) => [
  intRow(name('int')),
  [name('first'), info(KIND.VAR), 1, LINKAGE.STATIC],
  [name('second'), info(KIND.VAR), 1, LINKAGE.STATIC],
  [name('.data'), info(KIND.DATASEC, 2), 8, 2, 4, 4, 3, 0, 4],
]);

const foreign: Part = types((name) => [
  intRow(name('int')),
  [name('Option<u32>'), info(KIND.STRUCT, 1), 4, name('value'), 1, 0],
]);

const externFunction: Part = types((name) => [
  intRow(name('int')),
  [0, info(KIND.FUNC_PROTO), 1],
  [name('other'), info(KIND.FUNC, LINKAGE.EXTERN), 2],
]);

const sizeless = (variable: string): Part =>
  types((name) => [
    intRow(name('int')),
    [name(variable), info(KIND.VAR), 1, LINKAGE.GLOBAL],
    [name('.data'), info(KIND.DATASEC, 1), 0, 2, 0, 4],
  ]);

export const rows: readonly Row[] = [
  [
    'AYA-032',
    'header of 32 bytes',
    'silent',
    'a header of 32 bytes',
    () =>
      make(
        program(),
        types((name) => [intRow(name('int'))], undefined, 32),
      ),
    'warning',
  ],
  [
    'AYA-032',
    'unknown kind',
    'refuses',
    'unknown kind 25',
    () => make(program(), typesOnly(25, 0)),
  ],
  [
    'AYA-032',
    'pointer to nothing',
    'silent',
    'refers to type 99',
    () => make(program(), typesOnly(KIND.TYPEDEF, 99)),
    'warning',
  ],
  [
    'AYA-033',
    'section without size',
    'refuses',
    "a section '.data' of no size",
    () => make(program(), sizeless('counter')),
  ],
  [
    'AYA-033',
    'variable without symbol',
    'refuses',
    "a variable 'counter' in '.data'",
    () => make(program(), sizeless('counter'), data('.data')),
  ],
  [
    'AYA-034',
    'variables out of order',
    'silent',
    "'second' at byte 0 of '.data'",
    () => make(program(), unordered, data('.data', words(1, 2))),
    'warning',
  ],
  [
    'AYA-035',
    'name of Rust in types',
    'silent',
    "the name 'Option<u32>'",
    () => make(program(), foreign),
    'warning',
  ],
  [
    'AYA-043',
    'extern function',
    'silent',
    "the function 'other' is extern",
    () => make(program(), externFunction),
    'warning',
  ],
  [
    'AYA-043',
    'fentry and a name of Rust',
    'object',
    "the program 'program' in 'fentry/do_unlinkat' needs BTF",
    () => make(program(pass, [], 'fentry/do_unlinkat'), foreign),
  ],
];
