import { RECORD_WORDS } from '../../btf/ext.ts';
import { KIND } from '../../btf/format.ts';
import { printType, printTypes } from '../../btf/print-c.ts';
import { typeIds } from '../../btf/query.ts';
import type { TypeInfo } from './type-info.ts';
import type { BtfReport } from './types.ts';

const kindNames: ReadonlyMap<number, string> = new Map(
  Object.entries(KIND).map(([name, kind]) => [kind, name.toLowerCase()]),
);

/** `size`: of the section or file; `withTypes`: print them all as C, which takes the longest of all that a report has. */
export function reportBtf(
  { btf, ext, sections }: TypeInfo,
  size: number,
  withTypes: boolean,
): BtfReport | null {
  if (btf === undefined) return null;
  const kinds: Record<string, number> = {};
  for (const id of typeIds(btf)) {
    const name = kindNames.get(btf.kind(id))!;
    kinds[name] = (kinds[name] ?? 0) + 1;
  }
  const records = (table: keyof typeof RECORD_WORDS): number =>
    (ext?.[table] ?? []).reduce((sum, part) => sum + part.records.length / RECORD_WORDS[table], 0);
  return {
    size,
    typeCount: btf.typeCount,
    stringSize: btf.strings.bytes.length,
    kinds,
    sections: [...sections].map(([name, section]) => ({
      name,
      size: section.size,
      variables: section.variables.map(({ id, section: _, ...variable }) => ({
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
