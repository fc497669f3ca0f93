/** Objects that break the rules about definitions of maps. */
import { KIND, LINKAGE } from '../../../../src/btf/format.ts';
import { info } from '../../../btf/support/table.ts';
import { data, intRow, make, program, types, variable } from '../build.ts';
import { map, mapObject, mapTypes, plainMap } from '../typed.ts';
import { type Row, refers, words } from './row.ts';

/** Type, key size, value size, entries, flags, id, pinning. */
export function definition(type: number = 2, pinning: number = 0): number[] {
  return words(type, 4, 4, 1, 0, 0, pinning);
}

export function legacy(content: readonly number[], size: number = content.length): Uint8Array {
  return make(program(), data('maps', content), variable('values', 'maps', size));
}

/** A map of maps, the inner one with such a field. */
function inner(field: string): Uint8Array {
  const values = field === 'values';
  return make(
    program(),
    ...map(),
    types((name) => [
      intRow(name('int')),
      [0, info(KIND.ARRAY), 0, 1, 1, values ? 0 : 1],
      [0, info(KIND.PTR), 2],
      [0, info(KIND.STRUCT, 1), 8, name(field), 3, 0],
      [0, info(KIND.PTR), 4],
      [0, info(KIND.ARRAY), 0, 5, 1, 0],
      [0, info(KIND.STRUCT, 1), 0, name('values'), 6, 0],
      [name('values'), info(KIND.VAR), 7, LINKAGE.GLOBAL],
      [name('.maps'), info(KIND.DATASEC, 1), 8, 8, 0, 8],
    ]),
  );
}

export const rows: readonly Row[] = [
  [
    'AYA-020',
    'symbol of the section',
    'refuses',
    'without a name',
    () => refers('maps', data('maps', definition())),
  ],
  [
    'AYA-020',
    'no maps',
    'refuses',
    "section 'maps' has no symbols",
    () => make(program(), data('maps', definition())),
  ],
  ['AYA-020', 'short map', 'refuses', 'has 16 bytes', () => legacy(definition(), 16)],
  ['AYA-020', "tc's pinning", 'silent', 'pinning 2', () => legacy(definition(2, 2))],
  [
    'AYA-022',
    'maps without types',
    'refuses',
    "'.maps' needs BTF",
    () => make(program(), ...map()),
  ],
  [
    'AYA-022',
    'map without a symbol',
    'refuses',
    'no symbol there is of that name',
    () =>
      make(
        program(),
        data('.maps', words(0)),
        variable('other', '.maps'),
        types(mapTypes(plainMap)),
      ),
  ],
  [
    'AYA-022',
    'maps not described',
    'silent',
    "does not describe the section '.maps'",
    () =>
      make(
        program(),
        ...map(),
        types((name) => [intRow(name('int'))]),
      ),
  ],
  [
    'AYA-022',
    'map of no struct',
    'refuses',
    'is defined by no struct',
    () =>
      make(
        program(),
        ...map(),
        types((name) => [
          intRow(name('int')),
          [name('values'), info(KIND.VAR), 1, LINKAGE.GLOBAL],
          [name('.maps'), info(KIND.DATASEC, 1), 4, 2, 0, 4],
        ]),
      ),
  ],
  [
    'AYA-022',
    'number that is none',
    'refuses',
    "a field 'map_extra' that is no number",
    () => mapObject({ ...plainMap, fields: { map_extra: 1 } }),
  ],
  [
    'AYA-022',
    'key that is no type',
    'refuses',
    "a field 'key' that is no pointer",
    () => mapObject({ fields: { key: 1 } }),
  ],
  [
    'AYA-022',
    'pinning of another kind',
    'silent',
    'pinning 2',
    () => mapObject({ numbers: { ...plainMap.numbers, pinning: 2 } }),
    'warning',
  ],
  [
    'AYA-023',
    'no inner map',
    'object',
    'does not say of what kind',
    () => mapObject({ numbers: { ...plainMap.numbers, type: 12 } }),
  ],
  [
    'AYA-023',
    'legacy outer map',
    'object',
    'does not say of what kind',
    () => legacy(definition(12)),
  ],
  [
    'AYA-023',
    'values of a given length',
    'refuses',
    'have a given length',
    () =>
      mapObject({
        rows: [
          [0, info(KIND.PTR), 1],
          [0, info(KIND.ARRAY), 0, 2, 1, 3],
        ],
        fields: { values: 3 },
      }),
  ],
  [
    'AYA-023',
    'values that are functions',
    'refuses',
    'pointers to what is no struct',
    () =>
      mapObject({
        rows: [
          [0, info(KIND.FUNC_PROTO), 1],
          [0, info(KIND.PTR), 2],
          [0, info(KIND.ARRAY), 0, 3, 1, 0],
        ],
        fields: { values: 4 },
      }),
  ],
  ['AYA-023', 'pinned inner map', 'refuses', 'asks for pinning', () => inner('pinning')],
  ['AYA-023', 'inner map of maps', 'refuses', 'holds maps itself', () => inner('values')],
  ['AYA-024', 'unknown type of map', 'object', 'type 99', () => legacy(definition(99))],
  [
    'AYA-024',
    'map on request',
    'object',
    'of type user_ringbuf',
    () => mapObject({ numbers: { type: 31, max_entries: 4096 } }),
  ],
  [
    'AYA-044',
    'array of arrays',
    ['silent', 'fine'],
    '24 bytes, which aya 0.3 takes for 12',
    () =>
      mapObject({
        numbers: { type: 22, max_entries: 1 },
        rows: [
          [0, info(KIND.ARRAY), 0, 1, 1, 3],
          [0, info(KIND.ARRAY), 0, 2, 1, 2],
          [0, info(KIND.PTR), 3],
        ],
        fields: { value: 4 },
      }),
  ],
];
