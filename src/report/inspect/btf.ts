import { RECORD_WORDS } from '../../btf/ext.ts';
import { KIND } from '../../btf/format.ts';
import { printType, printTypes } from '../../btf/print-c.ts';
import { typeIds } from '../../btf/query.ts';
import type { ObjectView } from './object.ts';
import type { BtfReport } from './types.ts';

const kindNames: ReadonlyMap<number, string> = new Map(
  Object.entries(KIND).map(([name, kind]) => [kind, name.toLowerCase()]),
);

/** `withTypes`: print them all as C, which takes the longest of all that a report has. */
export function reportBtf({ elf, types }: ObjectView, withTypes: boolean): BtfReport | null {
  const { btf, ext, variables } = types;
  if (btf === undefined) return null;
  const kinds: Record<string, number> = {};
  for (const id of typeIds(btf)) {
    const name = kindNames.get(btf.kind(id))!;
    kinds[name] = (kinds[name] ?? 0) + 1;
  }
  const sizes = new Map<string, number>();
  for (const id of typeIds(btf, KIND.DATASEC)) sizes.set(btf.name(id), btf.size(id));
  const records = (table: keyof typeof RECORD_WORDS): number =>
    (ext?.[table] ?? []).reduce((sum, part) => sum + part.records.length / RECORD_WORDS[table], 0);
  return {
    size: elf.sections.find(({ name }) => name === '.BTF')!.size,
    typeCount: btf.typeCount,
    stringSize: btf.strings.bytes.length,
    kinds,
    sections: [...variables].map(([name, listed]) => ({
      name,
      size: sizes.get(name) ?? 0,
      variables: [...listed.values()].map(({ id, ...variable }) => ({
        ...variable,
        declaration: printType(btf, id),
      })),
    })),
    ext:
      ext === undefined
        ? null
        : {
            functions: records('func'),
            lines: records('line'),
            coreRelocations: records('core'),
          },
    c: withTypes ? printTypes(btf) : null,
  };
}
