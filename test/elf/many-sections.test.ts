import { expect, test } from 'vitest';
import { ByteView } from '../../src/base/bytes.ts';
import { SHN, SHT } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import { linked, type Output } from '../support/link.ts';
import { object } from '../support/object.ts';

/** More sections than 16 bits can number: 0xff00 and above are reserved. */
const count = 65_500;
const names = Array.from({ length: count }, (_, i) => `.data.${i}`);
const bytes = object({
  sections: names.map((name, i) => ({
    name,
    content: [i & 0xff, i >> 8, 0, 0, 0, 0, 0, 0],
    relocations: i === count - 1 ? [{ offset: 0, type: 2, symbol: 'near' }] : [],
  })),
  symbols: [
    { name: 'near', in: 0, binding: 'local' },
    { name: 'far', in: count - 1 },
    { name: 'absolute', in: 'ABS', value: 5 },
  ],
});

test('extended section indexes are read back', () => {
  const { object: elf } = readElf(bytes, 'many.o');
  expect(elf?.sections.length).toBe(count + 5);
  expect(elf?.sections[count]).toMatchObject({ name: `.data.${count - 1}` });
  expect(elf?.symbols.map(({ name, section, place }) => [name, section, place])).toEqual([
    ['', 0, 'undefined'],
    ['near', 1, 'section'],
    ['far', count, 'section'],
    ['absolute', 0, 'absolute'],
  ]);
  expect(elf?.relocations.get(count)).toMatchObject([{ offset: 0, type: 2, symbol: 1 }]);
});

test('the header says 0 and SHN_XINDEX, and section 0 has the numbers', () => {
  const { object: elf } = readElf(bytes, 'many.o');
  const view = new ByteView(bytes, 'little');
  expect([view.u16(60), view.u16(62)]).toEqual([0, SHN.XINDEX]);
  expect(elf?.sections.find(({ type }) => type === SHT.SYMTAB_SHNDX)).toMatchObject({
    name: '.symtab_shndx',
    entsize: 4,
    link: count + 3,
  });
});

test('so many sections link, each under its name', () => {
  const output: Output = linked({ 'many.o': bytes });
  expect(output.sectionNames.length).toBe(count + 1);
  expect(output.symbol('far')).toMatchObject({ value: 0 });
  expect(output.elf.sections[output.symbol('far').section]?.name).toBe(`.data.${count - 1}`);
});

test('more local symbols than a call has room for arguments', () => {
  const symbols = Array.from({ length: 150_000 }, (_, i) => ({
    name: `local${i}`,
    in: '.data',
    binding: 'local' as const,
  }));
  const output = linked({
    'a.o': object({ sections: [{ name: '.data', content: 'x' }], symbols }),
  });
  expect(output.elf.symbols.at(-1)?.name).toBe('local149999');
});
