/** Objects that break the rules about programs, and functions in .text. */
import { STT } from '../../../../src/elf/constants.ts';
import { fixture } from '../../../support/link.ts';
import { patch } from '../../../support/patch.ts';
import { call, callOf, func, make, pass, program, section, symbol } from '../build.ts';
import { helper, local, type Row } from './row.ts';

/** A function of 16 bytes whose symbol says otherwise. */
function sized(size: number, where: 'classifier' | '.text'): Uint8Array {
  const made = patch(make(program(), helper));
  return made.symbol(where === '.text' ? 'helper' : 'program', { size }).bytes;
}

export const rows: readonly Row[] = [
  ['AYA-005', 'tc', 'refuses', "did you mean 'classifier'?", () => make(program(pass, [], 'tc'))],
  [
    'AYA-005',
    'xdp/drop',
    'refuses',
    "did you mean 'xdp'?",
    () => make(program(pass, [], 'xdp/drop')),
  ],
  ['AYA-005', 'prog', 'refuses', "section 'prog'", () => make(program(pass, [], 'prog'))],
  [
    'AYA-005',
    'uprobe.multi',
    ['refuses', 'fine'],
    "section 'uprobe.multi/x'",
    () => make(program(pass, [], 'uprobe.multi/x')),
  ],
  [
    'AYA-006',
    'version_check',
    'silent',
    "takes 'version_check' for version",
    () => make(func('other', 'version_check'), program()),
  ],
  [
    'AYA-006',
    'mapsize',
    'refuses',
    "takes 'mapsize' for legacy maps",
    () => make(func('other', 'mapsize'), program()),
  ],
  [
    'AYA-007',
    'no symbols',
    'refuses',
    'no symbols',
    () => make(section({ name: 'classifier', code: pass })),
  ],
  [
    'AYA-007',
    'no function',
    'silent',
    'no function',
    () =>
      make(
        section({ name: 'classifier', code: pass }),
        symbol({ name: 'label', in: 'classifier' }),
      ),
  ],
  [
    'AYA-007',
    'no name',
    'silent',
    'has no name',
    () => patch(make(program())).symbol('program', { name: 0 }).bytes,
  ],
  ['AYA-007', 'half an instruction', 'refuses', 'has 12 bytes', () => sized(12, 'classifier')],
  ['AYA-007', 'no size', 'program', 'is an empty program', () => sized(0, 'classifier')],
  ['AYA-007', 'name of Rust', 'program', "name 'a$b'", () => make(func('a$b', 'classifier'))],
  [
    'AYA-008',
    'one name twice',
    'silent',
    "several programs 'program' (in 'classifier', 'xdp')",
    () => make(local(program()), local(program(pass, [], 'xdp'))),
  ],
  [
    'AYA-009',
    'alias with calls',
    'refuses',
    "'other' are one function",
    () =>
      make(
        program([call, ...pass], [callOf('.text')]),
        symbol({ name: 'other', type: STT.FUNC, in: 'classifier', size: 24 }),
        helper,
      ),
  ],
  [
    'AYA-009',
    'alias',
    'silent',
    "'other' are one function",
    () => make(program(), symbol({ name: 'other', type: STT.FUNC, in: 'classifier', size: 16 })),
    'warning',
  ],
  [
    'AYA-010',
    'two functions at one address',
    'refuses',
    "'helper' and 'other' stand at one address",
    () => make(program(), helper, symbol({ name: 'other', type: STT.FUNC, in: '.text', size: 16 })),
  ],
  [
    'AYA-011',
    'gap in .text',
    'refuses',
    "byte 8 of section '.text', where 'helper' ends,",
    () => sized(8, '.text'),
  ],
  [
    'AYA-011',
    'function without size',
    'refuses',
    "'helper' in section '.text' has no size",
    () => sized(0, '.text'),
  ],
  ['AYA-011', 'half an instruction in .text', 'refuses', 'has 12 bytes', () => sized(12, '.text')],
  [
    'AYA-046',
    'exception callback',
    'program',
    "'program' has the exception callback 'handler'",
    () => fixture('cilium-features/exception.o').bytes,
  ],
];
