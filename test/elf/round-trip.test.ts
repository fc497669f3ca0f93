import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHF, SHT, STB, STT } from '../../src/elf/constants.ts';
import { readElf } from '../../src/elf/read.ts';
import type { ElfObject } from '../../src/elf/types.ts';
import { type ImageSection, type ImageSymbol, writeElf } from '../../src/elf/write.ts';
import { object } from '../support/object.ts';

function read(bytes: Uint8Array): ElfObject {
  const { object: elf, fault } = readElf(bytes, 'a.o');
  if (elf === undefined) throw new Error(fault.message);
  return elf;
}

const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0'));
const offset = fc.integer({ min: 0, max: 2 ** 40 });

const section = fc.record({
  name,
  type: fc.constant(SHT.PROGBITS),
  flags: fc.integer({ min: 0, max: 0xfff }),
  align: fc.constantFrom(1, 2, 8, 64),
  entsize: fc.nat(64),
  bytes: fc.uint8Array({ maxLength: 40 }),
  relocations: fc.array(fc.record({ offset, type: fc.nat(300), symbol: fc.nat(20) }), {
    maxLength: 4,
  }),
});

const symbol = fc.record({
  name,
  binding: fc.constantFrom(STB.LOCAL, STB.GLOBAL, STB.WEAK),
  type: fc.constantFrom(STT.NOTYPE, STT.OBJECT, STT.FUNC),
  visibility: fc.nat(3),
  place: fc.constantFrom('undefined', 'section', 'absolute', 'common'),
  section: fc.nat(20),
  value: offset,
  size: offset,
});

test('what is written is read again', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('little', 'big'),
      fc.array(section, { minLength: 1, maxLength: 5 }),
      fc.array(symbol, { minLength: 1, maxLength: 8 }),
      (order, drafts, symbolDrafts) => {
        const sections = drafts.map((draft) => ({
          ...draft,
          size: draft.bytes.length,
          relocations: [] as ImageSection['relocations'][number][],
        }));
        const symbols: ImageSymbol[] = symbolDrafts.map((draft) => {
          const inside = draft.place === 'section';
          const host = sections[draft.section % sections.length]!;
          return {
            ...draft,
            section: inside ? host : undefined,
            value: inside ? draft.value % (host.size + 1) : draft.value,
            size: inside ? 0 : draft.size,
          };
        });
        drafts.forEach(({ relocations }, i) => {
          for (const draft of relocations) {
            const target = symbols[draft.symbol % symbols.length]!;
            sections[i]!.relocations.push({ ...draft, symbol: target });
          }
        });

        const elf = read(writeElf({ order, sections, symbols }));
        expect(elf.order).toBe(order);
        sections.forEach((written, i) => {
          const { bytes, ...rest } = elf.sections[i + 1]!;
          expect(bytes).toEqual(written.bytes);
          expect(rest).toMatchObject({
            name: written.name,
            type: written.type,
            flags: written.flags,
            align: written.align,
            entsize: written.entsize,
            size: written.size,
          });
          const relocations = (elf.relocations.get(i + 1) ?? []).map((one) => [
            one.offset,
            one.type,
            elf.symbols[one.symbol]!.name,
          ]);
          expect(relocations).toEqual(
            written.relocations.map((one) => [one.offset, one.type, one.symbol.name]),
          );
        });
        const locals = symbols.filter(({ binding }) => binding === STB.LOCAL);
        const globals = symbols.filter(({ binding }) => binding !== STB.LOCAL);
        expect(elf.symbols.slice(1)).toEqual(
          [...locals, ...globals].map((one, i) => ({
            ...one,
            index: i + 1,
            section: one.section === undefined ? 0 : sections.indexOf(one.section as never) + 1,
          })),
        );
      },
    ),
  );
});

const mixed = object({
  sections: [
    { name: '.data', content: [1, 2, 3, 4, 5, 6, 7, 8], relocations: [reference('b')] },
    { name: '.bss', type: SHT.NOBITS, size: 4096 },
  ],
  symbols: [
    { name: 'a', in: '.data' },
    { name: 'b', in: '.bss', binding: 'local' },
    { name: 'c', binding: 'weak' },
    { name: 'd', in: 'ABS', value: 7, binding: 'local' },
  ],
});

function reference(to: string): { offset: number; type: number; symbol: string } {
  return { offset: 0, type: 2, symbol: to };
}

test('local symbols precede global ones, and sh_info counts them', () => {
  const { symbols, sections } = read(mixed);
  expect(symbols.map(({ name }) => name)).toEqual(['', 'b', 'd', 'a', 'c']);
  expect(sections.find(({ type }) => type === SHT.SYMTAB)?.info).toBe(3);
});

test('tables have their entry sizes and links', () => {
  const { sections } = read(mixed);
  const at = (wanted: string): number => sections.findIndex((one) => one.name === wanted);
  expect(sections[at('.rel.data')]).toMatchObject({
    type: SHT.REL,
    entsize: 16,
    align: 8,
    flags: SHF.INFO_LINK,
    link: at('.symtab'),
    info: at('.data'),
  });
  expect(sections[at('.symtab')]).toMatchObject({ entsize: 24, align: 8, link: at('.strtab') });
});

test('the last section of a file is never empty', () => {
  const empty = read(object({}));
  expect(empty.sections.at(-1)).toMatchObject({ name: '.strtab' });
  expect(empty.sections.at(-1)?.size).toBeGreaterThan(0);
});

test('NOBITS takes no bytes of the file', () => {
  expect(mixed.length).toBeLessThan(4096);
  expect(read(mixed).sections[2]).toMatchObject({ name: '.bss', size: 4096 });
});

test('a negative absolute value survives', () => {
  const bytes = object({ symbols: [{ name: 'minus', in: 'ABS', value: -1 }] });
  expect(read(bytes).symbols[1]).toMatchObject({ place: 'absolute', value: -1 });
});
