/** Fixtures with something wrong put into them, by name. */

import { ByteView } from '../../../src/base/bytes.ts';
import { BTF_MAGIC, KIND } from '../../../src/btf/format.ts';
import { readBtf } from '../../../src/btf/read.ts';
import type { Btf } from '../../../src/btf/types.ts';
import { type Patch, patch } from '../../support/patch.ts';

type Change = readonly [fixture: string, change: (object: Patch) => void];

const fine = 'cilium-rules/fine.o';

const changes: Readonly<Record<string, Change>> = {
  'relocation without a symbol': [fine, (made) => made.file(made.offsetOf('.reltc') + 12, 4, 0)],
  'ill-formed BTF': [fine, (made) => made.content('.BTF', 8, 4, 0x7fffffff)],
  'line info of another size': [
    fine,
    (made) => {
      const at = lineTable(made);
      made.content('.BTF.ext', at, 4, 32).content('.BTF.ext', at + 8, 4, 5);
      made.content('.BTF.ext', 20, 4, 12 + 5 * 32);
    },
  ],
  'function info without a section': [fine, (made) => made.content('.BTF.ext', HEADER + 4, 4, 0)],
  'function info of a type': [
    fine,
    (made) => made.content('.BTF.ext', HEADER + 16, 4, firstOf(made, KIND.INT)),
  ],
  'variable of another size': [fine, (made) => made.symbol('pair', { size: 4 })],
  'second line record at the first one': [
    fine,
    (made) => {
      const records = lineTable(made) + 12;
      const first = new ByteView(made.bytes, 'little').u32(made.offsetOf('.BTF.ext') + records);
      made.content('.BTF.ext', records + 16, 4, first);
    },
  ],
  'callbacks that are static by their types': [
    'cilium-rules/callback.o',
    (made) => {
      for (const name of ['hundred', 'five']) makeStatic(made, name);
    },
  ],
  'bytes behind a map': [
    fine,
    (made) => {
      const section = made.elf.sections[made.indexOf('.maps')]!;
      made
        .header('.maps', { size: section.size - 8 })
        .symbol('values', { size: section.size - 16 });
      const btf = typesOf(made);
      const id = btf.idsOf(KIND.DATASEC).find((one) => btf.name(one) === '.maps')!;
      made.content('.BTF', 24 + btf.starts[id]! * 4 + 20, 4, section.size - 16);
    },
  ],
  'a map with bytes': [fine, (made) => made.content('.maps', 0, 1, 1)],
  'a map under another name': [fine, (made) => renameMap(made)],
  'a placed map under another name': [
    fine,
    (made) => {
      renameMap(made);
      const btf = typesOf(made);
      const id = btf.idsOf(KIND.DATASEC).find((one) => btf.name(one) === '.maps')!;
      made.content(
        '.BTF',
        24 + btf.starts[id]! * 4 + 8,
        4,
        made.elf.sections[made.indexOf('.maps')]!.size,
      );
    },
  ],
};

const HEADER = 32;

/** Where line info begins in .BTF.ext. */
function lineTable(made: Patch): number {
  const at = made.offsetOf('.BTF.ext');
  const view = new ByteView(made.bytes, made.elf.order);
  if (view.u16(at) !== BTF_MAGIC) throw new Error('no .BTF.ext');
  return HEADER + view.u32(at + 16);
}

function typesOf(made: Patch): Btf {
  const section = made.elf.sections[made.indexOf('.BTF')]!;
  return readBtf(section.bytes, made.elf.order).btf!;
}

function firstOf(made: Patch, kind: number): number {
  return typesOf(made).idsOf(kind)[0]!;
}

/** The linkage of a FUNC stands where others have the number of their members. */
function makeStatic(made: Patch, name: string): void {
  const btf = typesOf(made);
  const id = btf.idsOf(KIND.FUNC).find((one) => btf.name(one) === name)!;
  made.content('.BTF', 24 + btf.starts[id]! * 4 + 4, 4, KIND.FUNC << 24);
}

function renameMap(made: Patch): void {
  made.symbol('values', { name: nameOf(made, 'pair') });
}

/** Where a symbol's name stands in the table of names. */
function nameOf(made: Patch, symbol: string): number {
  const { index } = made.elf.symbols.find(({ name }) => name === symbol)!;
  return new ByteView(made.bytes, made.elf.order).u32(made.offsetOf('.symtab') + index * 24);
}

export function changed(name: string, read: (path: string) => Uint8Array): Uint8Array {
  const change = changes[name];
  if (change === undefined) throw new Error(`no object ${name}`);
  const made = patch(read(change[0]));
  change[1](made);
  return made.bytes;
}
