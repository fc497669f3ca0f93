/** Writes the merged types and their records as the sections .BTF and .BTF.ext. */
import { type BtfExt, writeBtfExt } from '../btf/ext.ts';
import { writeBtf } from '../btf/write.ts';
import { SHT } from '../elf/constants.ts';
import type { ImageSection } from '../elf/write.ts';
import type { MergedTypes } from '../model/merged-types.ts';
import type { LinkState } from '../model/state.ts';

/** Nothing where no input has types. */
export function emitTypes(
  { order }: LinkState,
  merged: MergedTypes,
  records: BtfExt,
): ImageSection[] {
  const btf = merged.builder.build();
  if (btf.typeCount === 0) return [];
  const sections = [section('.BTF', writeBtf(btf, order))];
  if (records.func.length + records.line.length + records.core.length > 0) {
    sections.push(section('.BTF.ext', writeBtfExt(records, order)));
  }
  return sections;
}

function section(name: string, bytes: Uint8Array): ImageSection {
  const { length: size } = bytes;
  return { name, type: SHT.PROGBITS, flags: 0, align: 4, entsize: 0, size, bytes, relocations: [] };
}
