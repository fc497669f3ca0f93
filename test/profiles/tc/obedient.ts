/** Objects that tc takes. */
import { callFunction, exit, loadImm64, movImm } from '../../../src/bpf/build.ts';
import { STT } from '../../../src/elf/constants.ts';
import { object } from '../../support/object.ts';
import {
  array,
  bare,
  calls,
  constant,
  inner,
  license,
  mapBytes,
  maps,
  outer,
  pinned,
  plus,
  program,
  shortMaps,
  simple,
  tailCall,
  text,
  two,
  usesMap,
  withSymbols,
  withText,
} from './objects.ts';

/** Objects that break no rule, and what they return. */
export const obedient: readonly (readonly [
  what: string,
  bytes: () => Uint8Array,
  returns: number,
])[] = [
  ['maps by their symbols', () => object(plus(maps(...two), usesMap('map1'))), 7],
  ['the first map by its section', () => object(plus(maps(...two), usesMap('maps'))), 7],
  [
    'the second map by a local symbol',
    () =>
      object(
        withSymbols(plus(maps(...two), usesMap('.L')), {
          name: '.L',
          binding: 'local',
          in: 'maps',
          value: 36,
        }),
      ),
    7,
  ],
  ['definitions of 16 bytes', () => object(plus(mapBytes(16, {}), simple)), 7],
  ['definitions of 18 bytes', () => object(plus(shortMaps, simple)), 7],
  ['64 maps', () => object(plus(maps(...Array.from({ length: 64 }, () => array)), simple)), 7],
  [
    'a subprogram behind its program',
    () =>
      object(
        withSymbols(
          plus(bare, { name: 'classifier', code: [callFunction(1), exit(), movImm(0, 9), exit()] }),
          { name: 'program', type: STT.FUNC, in: 'classifier', size: 16 },
          {
            name: 'helper',
            type: STT.FUNC,
            in: 'classifier',
            value: 16,
            size: 16,
            binding: 'local',
          },
        ),
      ),
    9,
  ],
  [
    'calls by the symbol of .text',
    () =>
      object(
        withText(text(), {
          name: 'classifier',
          code: [callFunction(-1), callFunction(3), exit()],
          relocations: [
            { offset: 0, type: 10, symbol: '.text' },
            { offset: 8, type: 10, symbol: '.text' },
          ],
        }),
      ),
    22,
  ],
  [
    'a call by the first function, and one by distance inside of .text',
    () =>
      object(
        withText(
          {
            name: '.text',
            code: [loadImm64(1, 0n), callFunction(1), exit(), movImm(0, 22), exit()],
            relocations: [{ offset: 0, type: 1, symbol: 'map0' }],
          },
          calls('one'),
        ),
      ),
    22,
  ],
  ['an inner map for no slot', () => object(plus(maps(inner(-1), inner(1), outer), simple)), 7],
  ['a tail call through a program array that is pinned', () => object(tailCall(2)), 8],
  ['a program array that is pinned', () => object(plus(maps(pinned), simple, program('7/1'))), 7],
  ['sections that are not loaded', () => object(plus(bare, constant, simple)), 7],
  [
    'a license of 128 bytes',
    () => object(plus({}, { ...license, content: `GPL${'\0'.repeat(125)}` }, simple)),
    7,
  ],
];
