import { expect, test } from 'vitest';
import { R_BPF, STB, STV } from '../../src/elf/constants.ts';
import { linked, type Objects, type Output } from '../support/link.ts';
import { DATA } from '../support/object.ts';

/** `.data` with a pointer to each of `names`, and `own`, which is 4 bytes into it. */
function pointers(...names: readonly string[]): Objects {
  return {
    'a.o': {
      sections: [
        {
          name: '.data',
          flags: DATA,
          content: new Uint8Array(8 * names.length),
          relocations: names.map((symbol, i) => ({ offset: i * 8, type: R_BPF.ABS64, symbol })),
        },
      ],
      symbols: [
        { name: 'own', in: '.data', value: 4 },
        ...names.filter((name) => name !== 'own').map((name) => ({ name })),
      ],
    },
  };
}

function words(output: Output): bigint[] {
  const view = output.view('.data');
  return Array.from({ length: view.length / 8 }, (_, i) => view.u64(i * 8));
}

test('a symbol assigned outside of a section is absolute, and references to it are resolved', () => {
  const output = linked(pointers('x'), 'x = 0x1122;');
  expect(output.symbol('x')).toMatchObject({ place: 'absolute', value: 0x1122 });
  expect(output.relocations('.data')).toEqual([]);
  expect(words(output)).toEqual([0x1122n]);
});

test('a symbol assigned inside a section is an offset in it', () => {
  const output = linked(pointers('end'), 'SECTIONS { .data : { *(.data) end = .; } }');
  expect(output.symbol('end')).toMatchObject({ place: 'section', value: 8, binding: STB.GLOBAL });
  expect(output.relocations('.data')).toEqual(['0 2 end']);
});

test('ABSOLUTE takes it out of the section', () => {
  const output = linked(pointers('end'), 'SECTIONS { .data : { *(.data) end = ABSOLUTE(.); } }');
  expect(output.symbol('end')).toMatchObject({ place: 'absolute', value: 8 });
  expect(words(output)).toEqual([8n]);
});

test.each([
  ['another symbol', 'x = 5; y = x * 2;', 10n],
  ['a symbol of an object', 'y = own + 1;', 5n],
  ['a symbol that is assigned later', 'y = x; x = 6;', 6n],
  ['a chain of such symbols', 'y = x; x = w; w = v; v = 7;', 7n],
  ['the size of a section', 'y = SIZEOF(.data);', 8n],
  ['DEFINED', 'y = DEFINED(own) ? 1 : 2;', 1n],
  ['DEFINED of nothing', 'y = DEFINED(nothing) ? 1 : 2;', 2n],
  ['an operator', 'y = 3; y <<= 2;', 12n],
  ['a negative value', 'y = 0 - 2;', 0xfffffffffffffffen],
])('a value from %s', (_, script, expected) => {
  expect(words(linked(pointers('y'), script))).toEqual([expected]);
});

test('PROVIDE defines what is referred to and defined nowhere', () => {
  expect(words(linked(pointers('x'), 'PROVIDE(x = 3);'))).toEqual([3n]);
});

test('PROVIDE gives way to an object', () => {
  const output = linked(pointers('own'), 'PROVIDE(own = 3);');
  expect(output.symbol('own')).toMatchObject({ place: 'section', value: 4 });
  expect(output.diagnostics).toEqual([]);
});

test('PROVIDE of a name that nobody uses defines nothing', () => {
  expect(linked(pointers('own'), 'PROVIDE(unused = 3);').symbols('unused')).toEqual([]);
});

test('PROVIDE_HIDDEN hides', () => {
  const output = linked(pointers('x'), 'PROVIDE_HIDDEN(x = 3);');
  expect(output.symbol('x').visibility).toBe(STV.HIDDEN);
});

test('SYM-006: the script takes a name from an object', () => {
  const output = linked(pointers('own'), 'own = 9;');
  expect(words(output)).toEqual([9n]);
  expect(output.symbol('own')).toMatchObject({ place: 'absolute', value: 9 });
  expect(output.diagnostics).toMatchObject([{ code: 'SYM-006', severity: 'warning' }]);
  expect(output.diagnostics[0]!.message).toContain(
    "the script assigns to 'own', which a.o defines",
  );
});
